from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from analysis import config
from analysis.data_management.checksums import (
    file_checksums,
    verify_checksums,
    write_register,
    write_registered,
)
from analysis.errors import DataError


def test_the_registered_data_are_unchanged():
    assert set(verify_checksums()) >= {"reports.csv", "reports.card.yaml"}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_reads_the_register():
    command = ["sha256sum", "--check", "--strict", "--quiet", "checksums.sha256"]
    assert subprocess.run(command, cwd=config.DATA_RAW, check=False).returncode == 0


def test_changed_file_is_named_with_both_hashes(folder):
    expected = file_checksums(folder)["events.csv"]
    with (folder / "events.csv").open("a") as stream:
        stream.write("\n")
    found = file_checksums(folder)["events.csv"]
    with pytest.raises(DataError) as caught:
        verify_checksums(folder)
    text = str(caught.value)
    assert "data_raw/events.csv" in text
    assert f"expected {expected[:12]}, found {found[:12]}" in text
    assert "git checkout -- data_raw/events.csv" in text
    assert "python -m analysis register" in text


def test_missing_file_is_named(folder):
    (folder / "series.csv").unlink()
    with pytest.raises(DataError, match=r"data_raw/series\.csv: the registered file is missing"):
        verify_checksums(folder)


def test_unregistered_file_is_named(folder):
    (folder / "more.csv").write_text("a\n1\n")
    with pytest.raises(
        DataError, match=r"data_raw/more\.csv: the file is not registered"
    ) as caught:
        verify_checksums(folder)
    assert "python -m analysis register" in str(caught.value)


def test_register_accepts_a_meant_change(folder):
    (folder / "more.csv").write_text("a\n1\n")
    assert write_register(folder).name == "checksums.sha256"
    assert "more.csv" in verify_checksums(folder)


def test_written_files_are_registered_and_no_other_line_changes(folder):
    before = verify_checksums(folder)
    write_registered({"events.csv": b"a\n1\n", "more.csv": b"b\n"}, folder)
    after = verify_checksums(folder)
    assert (folder / "events.csv").read_bytes() == b"a\n1\n"
    assert {name for name in after if after[name] != before.get(name)} == {"events.csv", "more.csv"}


def test_a_replaced_file_may_disagree_with_the_register(folder):
    (folder / "events.csv").write_text("cut short")
    (folder / "series.csv").unlink()
    write_registered({"events.csv": b"a\n", "series.csv": b"b\n"}, folder)
    assert verify_checksums(folder)


def test_nothing_is_written_beside_a_file_that_disagrees(folder):
    (folder / "series.csv").write_text("changed")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DataError, match=r"data_raw/series\.csv: the file was changed"):
        write_registered({"events.csv": b"a\n"}, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_missing_register_is_named(folder):
    (folder / "checksums.sha256").unlink()
    with pytest.raises(DataError, match=re.escape("git checkout -- data_raw/checksums.sha256")):
        verify_checksums(folder)


def test_broken_register_line_is_named(folder):
    (folder / "checksums.sha256").write_text("abc reports.csv\n")
    with pytest.raises(DataError, match="line 1: this is not a line of sha256sum"):
        verify_checksums(folder)
