"""Beside the outcomes stand only means of whole phases and of whole years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from analysis.exhibits.context import comparison_table, context_table
from analysis.exhibits.table import MISSING
from analysis.study import Intervention
from exhibits.made import CLOSURE, RATE, SISTER, made_study, monthly_context, observation, outcome

REOPENING = Intervention("reopening", "Reopening", "step", date(2020, 10, 1))
SAME_DAY = Intervention("same_day", "On the same day", "step", CLOSURE.start)
NUMBERS = ["before", "after", "change_percent"]


def sister(*spans: tuple[str, str, float], kind: str = "level") -> pd.DataFrame:
    return pd.DataFrame(
        [
            observation(f"S{number}", start, end, value, kind=kind, series=SISTER)
            for number, (start, end, value) in enumerate(spans)
        ]
    )


def phases(observations: pd.DataFrame, *events: Intervention) -> pd.DataFrame:
    study = made_study(outcome("trade", *events), observations=observations)
    return comparison_table(study).frame


# Comparison series


def test_a_report_counts_in_the_phase_that_holds_all_of_its_days():
    frame = phases(
        sister(
            ("2020-01-01", "2020-06-30", 182.0),  # to the last day before
            ("2020-07-01", "2020-09-30", 920.0),  # from the first day to the last
            ("2020-07-01", "2020-07-01", 2.0),
            ("2020-10-01", "2020-12-31", 92.0),
        ),
        CLOSURE,
        REOPENING,
    )
    assert frame[["phase", "reports", "lowest", "highest"]].to_numpy().tolist() == [
        ["before Closure", 1, 1.0, 1.0],
        ["from Closure", 2, 2.0, 10.0],
        ["from Reopening", 1, 1.0, 1.0],
    ]
    assert set(frame["unit"]) == {"vehicle-trips a day"}


@pytest.mark.parametrize(
    ("start", "end"),
    [("2020-06-30", "2020-07-01"), ("2020-01-01", "2020-12-31"), ("2020-09-01", "2020-10-01")],
)
def test_a_report_across_an_event_counts_nowhere(start, end):
    assert phases(sister((start, end, 100.0)), CLOSURE, REOPENING).empty


def test_a_growth_rate_is_no_level():
    assert phases(sister(("2020-01-01", "2020-03-31", 1.5), kind="growth"), CLOSURE).empty


def test_two_events_of_one_day_make_one_phase():
    frame = phases(sister(("2020-08-01", "2020-08-31", 31.0)), CLOSURE, SAME_DAY)
    assert frame["phase"].tolist() == ["from Closure"]


def test_every_comparison_row_of_a_study_counts_whole_reports(opened):
    frame = comparison_table(opened).frame
    levels = opened.observations.query("kind == 'level'")
    days = sorted({item.start for item in opened.interventions})
    labels = {}
    for item in opened.interventions:
        labels.setdefault(item.start, item.label)
    edges = [pd.Timestamp("1900-01-01"), *map(pd.Timestamp, days), pd.Timestamp("2100-01-01")]
    names = [f"before {labels[days[0]]}", *(f"from {labels[day]}" for day in days)]
    expected = []
    for name, (start, end) in zip(names, pairwise(edges), strict=True):
        for series in sorted(opened.study.comparison):
            own = levels[levels["series"] == series]
            inside = own[(own["start"] >= start) & (own["end"] < end)]
            if len(inside):
                rates = inside["value"] / ((inside["end"] - inside["start"]).dt.days + 1)
                expected.append((series, name, len(inside), rates.min(), rates.max()))
    columns = ["series", "phase", "reports", "lowest", "highest"]
    assert [tuple(row) for row in frame[columns].to_numpy().tolist()] == expected
    assert expected


# Context


def around(context: pd.DataFrame, *events: Intervention) -> pd.DataFrame:
    return context_table(made_study(outcome("trade", *events), context=context)).frame


def test_the_means_are_those_of_exactly_twelve_months_on_either_side():
    [row] = around(monthly_context("2018-01-01", "2022-12-01"), CLOSURE).to_dict("records")
    # July 2019 is month 18 of a series that starts at 1 and grows by one; July 2020 is month 30.
    assert row["before"] == sum(range(19, 31)) / 12
    assert row["after"] == sum(range(31, 43)) / 12
    assert row["change_percent"] == pytest.approx(100 * (36.5 / 24.5 - 1))
    assert (row["series"], row["event"], row["unit"]) == (RATE, "Closure", "per USD")


def test_twelve_months_are_enough():
    [row] = around(monthly_context("2019-07-01", "2021-06-01"), CLOSURE).to_dict("records")
    assert row["before"] == 6.5
    assert row["after"] == 18.5


@pytest.mark.parametrize(
    ("missing", "empty"),
    [
        ("2019-07-01", ["before", "change_percent"]),
        ("2020-06-01", ["before", "change_percent"]),
        ("2020-07-01", ["after", "change_percent"]),
        ("2021-06-01", ["after", "change_percent"]),
    ],
)
@pytest.mark.parametrize("how", ["no row", "no value"])
def test_where_a_month_is_missing_there_is_no_number(missing, empty, how):
    context = monthly_context("2019-07-01", "2021-06-01")
    gone = context["month"] == pd.Timestamp(missing)
    if how == "no row":
        context = context[~gone].reset_index(drop=True)
    else:
        context["value"] = context["value"].mask(gone)
    study = made_study(outcome("trade", CLOSURE), context=context)
    table = context_table(study)
    [row] = table.frame.to_dict("records")
    assert [key for key in NUMBERS if pd.isna(row[key])] == empty
    assert (table.shown().loc[0] == MISSING).sum() == 2


def test_an_event_late_in_a_month_counts_that_month_as_after():
    late = replace(CLOSURE, start=date(2020, 7, 31))
    context = monthly_context("2018-01-01", "2022-12-01")
    assert around(context, late)[NUMBERS].equals(around(context, CLOSURE)[NUMBERS])


def test_the_context_of_a_study_is_the_mean_of_its_processed_months(opened):
    frame = context_table(opened).frame
    assert set(frame["series"]) == set(opened.study.context)
    monthly = opened.context.assign(month=opened.context["month"].dt.to_period("M"))
    values = monthly.set_index(["series", "month"])["value"]
    first = {}
    for item in opened.interventions:
        first.setdefault(item.start, item.label)
    events = {label: pd.Period(day, "M") for day, label in first.items()}
    assert len(frame) == len(opened.study.context) * len(events)
    for row in frame.itertuples():
        own = values[row.series]
        for side, start in (("before", events[row.event] - 12), ("after", events[row.event])):
            months = own.reindex(pd.period_range(start, periods=12, freq="M"))
            expected = months.mean() if months.notna().all() else float("nan")
            assert getattr(row, side) == pytest.approx(expected, nan_ok=True)
    assert frame[NUMBERS].notna().any(axis=None)


# A study may have neither


@pytest.mark.parametrize("events", [(), (CLOSURE,)])
def test_without_comparison_or_context_the_tables_are_empty(events):
    study = made_study(
        outcome("trade", *events), context=monthly_context("2020-01-01", "2020-06-01").iloc[:0]
    )
    study = replace(study, study=replace(study.study, comparison=(), context=()))
    for table in (comparison_table(study), context_table(study)):
        assert table.frame.empty
        assert "<td>" not in table.html()
        assert table.csv().count("\n") == 1


def test_without_events_the_comparison_covers_all_days():
    frame = phases(sister(("2015-01-01", "2024-12-31", 3653.0)))
    assert frame[["reports", "lowest", "highest"]].to_numpy().tolist() == [[1, 1.0, 1.0]]
