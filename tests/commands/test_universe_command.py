"""The command universe: a panel of one's own ranked from the command line."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis import __main__ as command_line
from analysis.inference.batch_results import BatchOptions
from analysis.models.design import DesignSpec
from analysis.universe.panel import blocks_in, write_panel
from analysis.universe.plan import UniversePlan
from analysis.universe.ranks import rank_in_universe

MONTHS = pd.date_range("2015-01-01", "2019-12-01", freq="MS")
ASKED = ["--event", "2017-07-08", "--first", "2015-01", "--last", "2019-12", "--measure", "log"]
SERIES = 30


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    rng = np.random.default_rng(20170708)
    values = np.exp(rng.normal(size=(SERIES, len(MONTHS))) / 5)
    values[4, 31:] *= 9
    values[6] = 2.0
    names = [f"p{number:02d}" for number in range(SERIES)]
    frame = pd.DataFrame(values, names, MONTHS).rename_axis("series").reset_index()
    file = tmp_path_factory.mktemp("panel") / "pairs.parquet"
    write_panel(blocks_in(frame.melt("series", var_name="month"), 8), file)
    return file


@pytest.fixture(autouse=True)
def wide(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def arguments(panel, *more):
    return ["universe", str(panel), *ASKED, *more]


def refusal(capsys, panel, *more) -> str:
    assert command_line.main(partial(command_line.app, arguments(panel, *more))) == 1
    return capsys.readouterr().err


def test_it_ranks_as_the_library_does_and_writes_a_table(panel, tmp_path):
    out = tmp_path / "found.csv"
    more = ["--target", "p04", "--target", "p06", "--out", str(out), "--workers", "1"]
    result = CliRunner().invoke(command_line.app, arguments(panel, *more))
    assert result.exit_code == 0, result.output
    assert "not identified: p06, the same value in every month" in result.output
    assert f"1 of {SERIES - 1}" in result.output
    assert "left out: 1 series, the same value in every month" in result.output
    plan = UniversePlan(
        DesignSpec("2015-01", "2019-12"),
        pd.Timestamp("2017-07-08").date(),
        ("p04", "p06"),
        BatchOptions(bandwidth=6),
        measure="log",
    )
    table = rank_in_universe(panel, plan).table
    written = pd.read_csv(out).set_index("series")
    assert list(written.index) == ["p04", "p06"]
    assert written.loc["p04", "t"] == pytest.approx(table["t"].iloc[0], rel=1e-5)
    assert (written.loc["p04", "rank"], written.loc["p04", "others"]) == (1, SERIES - 2)
    assert written.loc["p06", "reason"] == "the same value in every month"
    assert set(written["event"]) == {"2017-07-08"}
    assert "bandwidth 6" in written["convention"].iloc[0]


def test_an_event_near_the_end_is_told_to_have_no_rank_in_time(panel, tmp_path):
    more = ["--target", "p04", "--event", "2019-10-01", "--workers", "1"]
    more += ["--out", str(tmp_path / "late.csv")]
    result = CliRunner().invoke(command_line.app, arguments(panel, *more))
    assert "no rank in time: the event lies nearer to an end" in result.output
    assert pd.read_csv(tmp_path / "late.csv")["p_in_time"].isna().all()


def test_the_engine_changes_no_byte(panel, tmp_path):
    files = [tmp_path / name for name in ("one.csv", "dask.csv")]
    places = [("--workers", "1"), ("--engine", "dask", "--workers", "1")]
    for file, place in zip(files, places, strict=True):
        more = ["--target", "p04", "--out", str(file), *place]
        assert CliRunner().invoke(command_line.app, arguments(panel, *more)).exit_code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--target", "p4"), "'p4' is not in the panel"),
        (("--target", "p04", "--event", "2017-13-01"), "'2017-13-01' is not a day"),
        (("--target", "p04", "--event", "2021-01-01"), "outside the window"),
        (("--target", "p04", "--first", "2015"), "option --first: '2015' is not a month"),
        (("--target", "p04", "--trend", "liner"), "did you mean 'linear'"),
        (("--target", "p04", "--season", "month"), "did you mean 'months'"),
        (("--target", "p04", "--measure", "logs"), "did you mean 'log'"),
        (("--target", "p04", "--engine", "dusk"), "did you mean 'dask'"),
        (("--target", "p04", "--out", "none/found.csv"), "make the folder"),
        (("--target", "p04", "--out", "found.txt"), "ends with .csv"),
        (("--target", "p04", "--target", "p04"), "asked about twice"),
    ],
)
def test_bad_options_are_one_message_and_write_nothing(
    panel, tmp_path, capsys, monkeypatch, more, words
):
    monkeypatch.chdir(tmp_path)
    assert words in refusal(capsys, panel, "--workers", "1", *more)
    assert list(tmp_path.iterdir()) == []
    assert [file.name for file in panel.parent.iterdir()] == [panel.name]


def test_a_missing_panel_is_one_message(tmp_path, capsys):
    assert "cannot be read" in refusal(capsys, tmp_path / "none.parquet", "--target", "p04")
