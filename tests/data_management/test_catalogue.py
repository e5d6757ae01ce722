from __future__ import annotations

import pytest

from analysis.data_management import catalogue
from analysis.data_management.catalogue import open_raw, open_vocabulary
from analysis.data_management.checksums import write_register
from analysis.errors import DataError


@pytest.fixture
def validations(monkeypatch) -> list[str]:
    """Return a list that grows with every validation of data_raw."""
    seen: list[str] = []

    def watched(folder):
        seen.append(folder.name)
        return open_raw(folder)

    monkeypatch.setattr(catalogue, "open_raw", watched)
    return seen


def test_unchanged_data_are_validated_once(folder, tmp_path, validations):
    remembered = tmp_path / "validated"
    first = open_vocabulary(folder, remembered)
    again = open_vocabulary(folder, remembered)
    assert len(validations) == 1
    assert first == again


def test_changed_data_are_validated_again(folder, tmp_path, validations):
    remembered = tmp_path / "validated"
    open_vocabulary(folder, remembered)
    path = folder / "policy_monthly.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("ABW,2020-03,24.01", "ABW,2020-03,24"))
    write_register(folder)
    open_vocabulary(folder, remembered)
    assert len(validations) == 2


def test_changed_program_validates_again(folder, tmp_path, validations, monkeypatch):
    remembered = tmp_path / "validated"
    open_vocabulary(folder, remembered)
    monkeypatch.setattr(catalogue, "fingerprint", lambda path: f"another {path.name}")
    open_vocabulary(folder, remembered)
    assert len(validations) == 2


def test_fault_in_a_table_without_names_for_studies_is_found(folder, tmp_path):
    remembered = tmp_path / "validated"
    open_vocabulary(folder, remembered)
    path = folder / "policy_monthly.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("ABW,2020-03,24.01", "ABW,2020-03,x"))
    write_register(folder)
    for _ in range(2):  # a fault is not remembered as validated
        with pytest.raises(DataError, match=r"policy_monthly\.csv, row ABW, 2020-03 \(line 4\)"):
            open_vocabulary(folder, remembered)


def test_unregistered_change_is_refused_whatever_was_remembered(folder, tmp_path):
    remembered = tmp_path / "validated"
    open_vocabulary(folder, remembered)
    with (folder / "policy_monthly.csv").open("a") as stream:
        stream.write("LAO,2023-01,0,0,0,0\n")
    with pytest.raises(DataError, match=r"policy_monthly\.csv: the file was changed"):
        open_vocabulary(folder, remembered)


def test_broken_memory_is_ignored(folder, tmp_path, validations):
    remembered = tmp_path / "validated"
    remembered.write_text("")
    open_vocabulary(folder, remembered)
    assert len(validations) == 1
