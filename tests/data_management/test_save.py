from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.config import ROOT
from analysis.data_management.pipeline import KEYS
from analysis.data_management.save import save_table, write_bytes_atomic, write_text_atomic
from analysis.errors import BuildError, DataError

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)
ROWS = st.lists(
    st.tuples(TEXT, st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**62), 2**62)),
    min_size=1,
    max_size=20,
)


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ["b", "a"],
            "day": pd.to_datetime(["2020-02-01", None]),
            "value": [1 / 3, np.nan],
            "flag": [True, False],
            "note": ["ä, b", ""],
        }
    )


def test_saved_bytes_are_sorted_and_plain(tmp_path):
    path = tmp_path / "t.csv"
    assert save_table(table(), ["id"], path)
    assert path.read_bytes().decode() == (
        'id,day,value,flag,note\na,,,False,\nb,2020-02-01,0.3333333333333333,True,"ä, b"\n'
    )


def test_manifest_describes_every_column(tmp_path):
    path = tmp_path / "t.csv"
    save_table(table(), ["id"], path)
    text = (tmp_path / "t.manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (manifest["rows"], manifest["keys"]) == (2, ["id"])
    columns = manifest["columns"]
    assert columns["day"] == {
        "dtype": "date",
        "max": "2020-02-01",
        "min": "2020-02-01",
        "missing": 1,
    }
    assert columns["value"] == {
        "dtype": "float",
        "max": 0.3333333333,
        "mean": 0.3333333333,
        "min": 0.3333333333,
        "missing": 1,
    }
    assert columns["flag"]["mean"] == 0.5
    assert columns["note"] == {"distinct": 2, "dtype": "text", "missing": 1}
    assert list(columns) == sorted(columns)


def test_standard_deviation_is_that_of_the_sample(tmp_path):
    values = [1.0, 2.0, 4.0]
    save_table(pd.DataFrame({"id": [1, 2, 3], "value": values}), ["id"], tmp_path / "t.csv")
    manifest = json.loads((tmp_path / "t.manifest.json").read_text(encoding="utf-8"))
    assert manifest["columns"]["value"]["sd"] == pytest.approx(np.std(values, ddof=1), rel=1e-9)


def test_columns_without_a_value_have_no_moments(tmp_path):
    empty = pd.DataFrame({"id": ["a"], "v": [np.nan], "day": pd.to_datetime([None])})
    save_table(empty, ["id"], tmp_path / "t.csv")
    columns = json.loads((tmp_path / "t.manifest.json").read_text())["columns"]
    assert columns["v"] == {"dtype": "float", "missing": 1}
    assert columns["day"] == {"dtype": "date", "missing": 1}


def test_unchanged_table_keeps_its_time_stamp(tmp_path):
    path = tmp_path / "t.csv"
    save_table(table(), ["id"], path)
    for file in tmp_path.iterdir():
        os.utime(file, (1, 1))
    assert not save_table(table(), ["id"], path)
    assert {file.stat().st_mtime for file in tmp_path.iterdir()} == {1}


def test_row_order_does_not_change_the_bytes(tmp_path):
    save_table(table(), ["id"], tmp_path / "one.csv")
    save_table(table().iloc[::-1], ["id"], tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


@pytest.mark.parametrize(
    ("frame", "keys", "said"),
    [
        (pd.DataFrame({"id": ["a", "a"], "v": [1, 2]}), ["id"], "two rows share a key"),
        (pd.DataFrame({"id": ["a", None], "v": [1, 2]}), ["id"], "a key is empty"),
        (pd.DataFrame({"id": ["a", ""], "v": [1, 2]}), ["id"], "a key is empty"),
        (pd.DataFrame({"id": ["a"], "v": [1]}), ["key"], "no key column 'key'"),
        (pd.DataFrame({"id": ["a"], "v": [1]}), [], "no key"),
    ],
)
def test_bad_keys_are_refused_and_nothing_is_written(tmp_path, frame, keys, said):
    with pytest.raises(DataError, match=said) as caught:
        save_table(frame, keys, tmp_path / "t.csv")
    assert "t.csv" in str(caught.value)
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_repeated_key_is_named(tmp_path):
    frame = pd.DataFrame({"a": ["x", "x", "y"], "b": [1, 1, 1], "v": [1, 2, 3]})
    with pytest.raises(DataError, match="a = x, b = 1"):
        save_table(frame, ["a", "b"], tmp_path / "t.csv")


def test_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "t.txt"
    write_text_atomic(path, "old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(BuildError, match="cannot be written: disk full"):
        write_text_atomic(path, "new")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["t.txt"]


def test_write_makes_the_folder(tmp_path):
    assert write_bytes_atomic(tmp_path / "a" / "b.bin", b"\x00\r\n")
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"\x00\r\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(ROWS)
def test_round_trip_gives_back_every_value(tmp_path, rows):
    frame = pd.DataFrame(rows, columns=["text", "number", "count"])
    frame.insert(0, "id", np.arange(len(frame))[::-1])
    path = tmp_path / "t.csv"
    save_table(frame, ["id"], path)
    back = pd.read_csv(path, dtype=str, keep_default_na=False)
    expected = frame.sort_values("id").reset_index(drop=True)
    assert [float(number) for number in back["number"]] == list(expected["number"])
    assert [int(number) for number in back["count"]] == list(expected["count"])
    assert list(back["text"]) == list(expected["text"])


BUILD = """
import sys
from pathlib import Path
from analysis.data_management.catalogue import open_raw
from analysis.data_management.pipeline import KEYS, build_processed
from analysis.data_management.pipeline import KEYS
from analysis.data_management.save import save_table
processed = build_processed(open_raw())
for name, keys in KEYS.items():
    save_table(processed[name], keys, Path(sys.argv[1]) / f"{name}.csv")
"""


def test_bytes_do_not_depend_on_hash_seed_locale_or_time_zone(tmp_path):
    settings_of_two = (
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "4711", "LC_ALL": "C.UTF-8", "TZ": "Asia/Yangon"},
    )
    for number, environment in enumerate(settings_of_two):
        command = [sys.executable, "-c", BUILD, str(tmp_path / str(number))]
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        subprocess.run(command, check=True, env=path | environment, cwd=tmp_path)
    one, two = (
        {file.name: file.read_bytes() for file in (tmp_path / str(number)).iterdir()}
        for number in range(2)
    )
    assert len(one) == 2 * len(KEYS)
    assert one == two
