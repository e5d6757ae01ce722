"""What is read of a lent table is taken, choosing is not; it computes as any other table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.data_management.lending import lent, lent_by_key, lent_results, names_in, names_only
from analysis.data_management.load import load_table
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.provenance.lent_frames import LentFrame
from analysis.provenance.taking import watching

PLAIN = pd.DataFrame(
    {
        "unit": ["CHN", "CHN", "LAO", "MMR"],
        "month": pd.to_datetime(["2020-01-01", "2020-02-01", "2020-01-01", "2020-01-01"]),
        "value": [1.0, 2.0, 3.0, float("nan")],
    }
)
NOTHING: tuple[int, ...] = ()


def taken_by(use) -> tuple[int, ...]:
    """Return the rows that a use of the table takes; its result is that of a plain table."""
    with watching() as notes:
        df = lent("made", PLAIN.copy())
        with notes.noted() as own:
            found = use(df)
    expected = use(PLAIN.copy())
    if isinstance(expected, (pd.DataFrame, pd.Series)):
        pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))
    else:
        assert found == expected
    return own.rows.get("made", NOTHING)


LAO = "LAO"
CHOICES = {
    "mask": lambda df: df[df["unit"] == LAO],
    "membership": lambda df: df[df["unit"].isin([LAO]) & df["value"].notna()],
    "days": lambda df: df[df["month"].dt.strftime("%Y-%m").between("2020-02", "2020-03")],
    "text": lambda df: df[~df["unit"].str.contains("C")].reset_index(drop=True),
    "columns": lambda df: df[["unit", "value"]],
    "labels": lambda df: df.loc[df["unit"] == LAO, ["unit", "value"]],
    "sorted": lambda df: df.sort_values("value", ignore_index=True).head(2),
    "new column": lambda df: df.assign(kind="x"),
}
USES = {
    "a column": (lambda df: df["unit"].tolist(), (0, 1, 2, 3)),
    "a sum of a choice": (lambda df: float(df[df["unit"] == "CHN"]["value"].sum()), (0, 1)),
    "rows in turn": (lambda df: [r.unit for r in df.itertuples() if r.unit == LAO], (0, 1, 2, 3)),
    "a pivot of a choice": (
        lambda df: df[df["value"] > 1].pivot_table(index="month", columns="unit", values="value"),
        (1, 2),
    ),
    "groups": (lambda df: df[df["unit"] != LAO].groupby("unit")["value"].sum(), (0, 1, 3)),
    "one cell": (lambda df: df.set_index("unit").loc[LAO, "value"], (2,)),
    "one row by place": (lambda df: df.iloc[-2]["value"], (2,)),
    "the greatest of sorted": (lambda df: df.sort_values("value").dropna().iloc[-1]["unit"], (2,)),
    "labels as cells": (lambda df: list(df[df["unit"] == LAO].set_index("unit").index), (2,)),
    "the number of rows": (lambda df: len(df[df["unit"] == "CHN"]), (0, 1)),
    "joined": (lambda df: pd.concat([df[df["unit"] == LAO], df[df["unit"] == "MMR"]]), (2, 3)),
    "matched": (
        lambda df: df[df["unit"] == LAO].merge(pd.DataFrame({"unit": [LAO], "x": [1]}), on="unit"),
        (2,),
    ),
    "an array": (lambda df: np.asarray(df["value"])[:2].tolist(), (0, 1, 2, 3)),
    "arithmetic": (lambda df: df[df["unit"] == LAO]["value"] * 2, (2,)),
}


@pytest.mark.parametrize("name", CHOICES)
def test_choosing_takes_no_row(name):
    with watching() as notes:
        df = lent("made", PLAIN.copy())
        with notes.noted() as own:
            found = CHOICES[name](df)
        assert isinstance(found, LentFrame)
        assert own.rows == {}
    pd.testing.assert_frame_equal(pd.DataFrame(found), CHOICES[name](PLAIN.copy()))


@pytest.mark.parametrize("name", USES)
def test_reading_cells_takes_the_rows_that_were_chosen(name):
    use, rows = USES[name]
    assert taken_by(use) == rows


def test_reading_names_takes_no_row():
    with watching() as notes:
        df = lent("made", PLAIN.copy())
        with notes.noted() as own:
            assert names_in(df["unit"]) == {"CHN", "LAO", "MMR"}
            with names_only():
                assert len(df) == 4
        assert own.rows == {}


def test_events_are_taken_one_by_one_and_the_vocabulary_takes_none():
    tables = ("series", "events", "context", "reports", "policy")
    with watching() as notes, notes.noted() as own:
        events = vocabulary_of(load_tables(tables)).events
        assert own.rows == {}
        assert "EV023" in events
        assert own.rows == {}
        assert events["EV023"].event_id == "EV023"
        place = load_table("events")
        with names_only():
            row = list(place["event_id"]).index("EV023")
        assert own.rows == {"events": (row,)}


def test_results_stand_for_the_rows_that_they_were_computed_from():
    with watching() as notes, notes.noted() as own:
        df = lent("made", PLAIN.copy())
        results = lent_results(pd.DataFrame({"p": [0.1, 0.2]}), df[df["unit"] == "CHN"])
        assert own.rows == {}
        assert results[results["p"] > 0.1]["p"].tolist() == [0.2]
        assert own.rows == {"made": (0, 1)}


def test_nothing_is_noted_where_nobody_watches():
    assert lent("made", PLAIN) is PLAIN
    assert lent_results(PLAIN, PLAIN) is PLAIN
    items: dict[str, int] = {"a": 1}
    assert lent_by_key(PLAIN, items) is items
    assert type(load_table("glossary")) is pd.DataFrame
