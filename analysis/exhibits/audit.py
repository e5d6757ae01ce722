"""Tables of the data audit: what was said, by whom, when; where reports disagree."""

from __future__ import annotations

import pandas as pd

from analysis.data_management.agreement import summarise_agreement
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.table import Column, Table

AGREEMENT_COLUMNS = (
    "place",
    "metric",
    "codings",
    "matched",
    "agree",
    "rate_percent",
    "lower_percent",
    "upper_percent",
)
QUALIFIERS = {
    "exact": "",
    "rounded": "about ",
    "about": "about ",
    "over": "over ",
    "nearly": "nearly ",
}


def series_table(opened: OpenStudy) -> Table:
    """Return one row a series: how many reports, of which days, how well sourced."""
    reports = opened.reports
    grouped = reports.groupby("series", sort=True)
    frame = grouped.agg(
        reports=("report_id", "size"),
        levels=("value", "count"),
        growth_rates=("growth", "count"),
        first_day=("start", "min"),
        last_day=("end", "max"),
        publishers=("publisher", "nunique"),
    )
    frame["not_high"] = grouped["confidence"].apply(lambda values: int((values != "high").sum()))
    frame["no_original"] = grouped["availability"].apply(
        lambda values: int((values != "original").sum())
    )
    labels = opened.series.set_index("series")["label"]
    frame = frame.reset_index()
    frame.insert(1, "label", frame["series"].map(labels))
    return Table(
        name="reports_by_series",
        title="Reports by series",
        frame=frame,
        columns=(
            Column("label", "Series"),
            Column("reports", "Reports", "count"),
            Column("levels", "Levels", "count"),
            Column("growth_rates", "Growth rates", "count"),
            Column("first_day", "First day", "day"),
            Column("last_day", "Last day", "day"),
            Column("publishers", "Publishers", "count"),
            Column("not_high", "Medium or low confidence", "count"),
            Column("no_original", "No original page", "count"),
        ),
        note="A report is one published figure. No original page: read from a copy, or no address.",
    )


def reports_table(opened: OpenStudy) -> Table:
    """Return every report as printed, with its source."""
    frame = opened.reports.sort_values(["series", "start", "end", "report_id"], ignore_index=True)
    upper_end = (" to " + frame["value_to_printed"]).where(frame["value_to_printed"] != "", "")
    value = frame["value_printed"] + upper_end
    printed = frame["qualifier"].map(QUALIFIERS) + value + " " + frame["unit_printed"]
    percent = 100 * (frame["growth"] - 1)
    frame = frame.assign(
        growth_percent=percent.round(6),
        printed=printed.where(frame["value_printed"].fillna("") != "", ""),
    )
    return Table(
        name="reports",
        title="What was said, by whom, when",
        frame=frame,
        columns=(
            Column("report_id", "Report"),
            Column("place", "Place"),
            Column("metric", "Metric"),
            Column("basis", "Basis"),
            Column("start", "From", "day"),
            Column("end", "To", "day"),
            Column("printed", "As printed"),
            Column("growth_percent", "On the year before, %", "percent"),
            Column("publisher", "Publisher"),
            Column("published", "Published"),
            Column("confidence", "Confidence"),
        ),
        note="From and to: first and last day that the figure speaks about, both included.",
    )


def contradictions_table(opened: OpenStudy) -> Table:
    """Return the contradictions between reports, found by rule and left in the data."""
    frame = opened.contradictions
    return Table(
        name="contradictions",
        title="Contradictions between reports",
        frame=frame,
        columns=(
            Column("rule", "Rule"),
            Column("reports", "Reports"),
            Column("disagreement_percent", "Disagreement, %", "percent"),
            Column("sentence", "What they say"),
        ),
        note="Nothing is removed: both rows stay, and the models weigh them.",
    )


def agreement_table(opened: OpenStudy) -> Table:
    """Return how often the second, independent coding agrees with the first, by series."""
    frame = _agreement_rows(opened.agreement)
    return Table(
        name="agreement",
        title="Agreement of two independent codings",
        frame=frame,
        columns=(
            Column("place", "Place"),
            Column("metric", "Metric"),
            Column("codings", "Second codings", "count"),
            Column("matched", "Matched", "count"),
            Column("agree", "Agree", "count"),
            Column("rate_percent", "Agreement, % of matched", "1"),
            Column("lower_percent", "Lower", "1"),
            Column("upper_percent", "Upper", "1"),
        ),
        note=(
            "Matched: same place, metric, side and first day, last day at most seven days apart. "
            "Agree: equal within the rounding as printed. Bounds: 95 % Wilson interval."
        ),
    )


def disagreements_table(opened: OpenStudy) -> Table:
    """Return every pair of codings that does not agree, and every figure without a partner."""
    frame = opened.agreement[opened.agreement["verdict"] != "agree"].reset_index(drop=True)
    return Table(
        name="disagreements",
        title="Where the two codings differ",
        frame=frame,
        columns=(
            Column("coding_id", "Second coding"),
            Column("report_id", "First coding"),
            Column("place", "Place"),
            Column("metric", "Metric"),
            Column("start", "From", "day"),
            Column("end", "To", "day"),
            Column("value_first", "First", "significant"),
            Column("value_second", "Second", "significant"),
            Column("unit", "Unit"),
            Column("verdict", "Verdict"),
        ),
        note="Values in the base unit of the series. Unmatched: only the second coding has it.",
    )


def _agreement_rows(agreement: pd.DataFrame) -> pd.DataFrame:
    groups = agreement.groupby(["place", "metric"], sort=True)
    rows = [_agreement_row(str(place), str(metric), rows) for (place, metric), rows in groups]
    if len(agreement):
        rows.append(_agreement_row("all", "all", agreement))
    return pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))


def _agreement_row(place: str, metric: str, codings: pd.DataFrame) -> tuple[object, ...]:
    summary = summarise_agreement(codings)
    overall = summary[summary["group"] == "all"].to_dict("records")[0]
    counts = [int(overall[name]) for name in ("coded", "matched", "agree")]
    rates = [100 * overall[name] for name in ("rate", "lower", "upper")]
    return place, metric, *counts, *rates
