"""The tables of the audit count and repeat what the processed tables hold, and nothing else."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest

from analysis.data_management.agreement import wilson_interval
from analysis.exhibits.audit import (
    agreement_table,
    contradictions_table,
    disagreements_table,
    reports_table,
    series_table,
)
from analysis.exhibits.table import MISSING
from exhibits.made import PORT, SISTER, made_study

REPORT = {
    "report_id": "R1",
    "series": PORT,
    "place": "Here",
    "metric": "trade_value",
    "basis": "office",
    "start": pd.Timestamp("2020-01-01"),
    "end": pd.Timestamp("2020-12-31"),
    "value": 100.0,
    "value_printed": "100",
    "value_to_printed": "",
    "unit_printed": "CNY million",
    "qualifier": "exact",
    "growth": float("nan"),
    "growth_printed": "",
    "growth_qualifier": "",
    "publisher": "Gazette",
    "published": "2021-01-05",
    "confidence": "high",
    "availability": "original",
}
CODING = {
    "coding_id": "B1",
    "report_id": "R1",
    "match": "exact",
    "place": "Here",
    "metric": "trade_value",
    "start": pd.Timestamp("2020-01-01"),
    "end": pd.Timestamp("2020-12-31"),
    "unit": "million CNY",
    "value_first": 100.0,
    "value_second": 100.0,
    "relative_difference": 0.0,
    "tolerance": 0.5,
    "verdict": "agree",
}


def reports(*changes: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([REPORT | {"report_id": f"R{i}"} | c for i, c in enumerate(changes, 1)])


def codings(*changes: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([CODING | {"coding_id": f"B{i}"} | c for i, c in enumerate(changes, 1)])


# Reports by series


def test_a_series_is_counted_by_its_reports():
    table = series_table(
        made_study(
            reports=reports(
                {},
                {"value": float("nan"), "growth": 1.2, "confidence": "low"},
                {"growth": 1.1, "end": pd.Timestamp("2021-06-30"), "publisher": "Herald"},
                {"availability": "no_url", "start": pd.Timestamp("2019-01-01")},
                {"series": SISTER, "confidence": "medium", "availability": "unofficial_copy"},
            )
        )
    )
    port, sister = table.frame.set_index("series").loc[[PORT, SISTER]].to_dict("records")
    assert port["label"] == "Here: trade value (office)"
    assert [port[key] for key in ("reports", "levels", "growth_rates")] == [4, 3, 2]
    assert [port[key] for key in ("publishers", "not_high", "no_original")] == [2, 1, 1]
    assert [str(port[key].date()) for key in ("first_day", "last_day")] == [
        "2019-01-01",
        "2021-06-30",
    ]
    assert [sister[key] for key in ("reports", "not_high", "no_original")] == [1, 1, 1]


def test_the_counts_of_a_study_add_up_to_its_reports(opened):
    frame = series_table(opened).frame
    assert frame["reports"].sum() == len(opened.reports)
    assert frame["levels"].sum() == opened.reports["value"].notna().sum()
    assert frame["growth_rates"].sum() == opened.reports["growth"].notna().sum()
    assert frame["label"].notna().all()
    assert (frame["first_day"] <= frame["last_day"]).all()


# Every report


def printed(**change: object) -> str:
    return reports_table(made_study(reports=reports(change))).shown().loc[0, "As printed"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "100 CNY million"),
        ({"value_printed": "1,234.50"}, "1,234.50 CNY million"),
        ({"qualifier": "over"}, "over 100 CNY million"),
        ({"qualifier": "nearly"}, "nearly 100 CNY million"),
        ({"qualifier": "about"}, "about 100 CNY million"),
        ({"value_printed": "", "unit_printed": "", "qualifier": "", "growth": 1.2}, MISSING),
    ],
)
def test_a_report_is_shown_as_it_was_printed(change, text):
    assert printed(**change) == text


def test_a_report_that_was_printed_as_a_range_shows_both_of_its_ends():
    text = printed(value_printed="150", value_to_printed="200", unit_printed="trucks per day")
    assert [int(number) for number in re.findall(r"\d+", text)] == [150, 200]


@pytest.mark.parametrize(("growth", "text"), [(1.187, "+18.7"), (0.5, "−50.0"), (1.0, "+0.0")])
def test_a_growth_rate_is_shown_on_the_year_before(growth, text):
    shown = reports_table(made_study(reports=reports({"growth": growth}))).shown()
    [column] = [name for name in shown if name.startswith("On the year before")]
    assert shown.loc[0, column] == text


def test_every_report_of_a_study_is_listed_once_with_what_was_printed(opened):
    table = reports_table(opened)
    assert sorted(table.frame["report_id"]) == sorted(opened.reports["report_id"])
    assert len(table.shown()) == len(opened.reports)
    own = opened.reports.set_index("report_id")
    for report, text in table.frame.set_index("report_id")["printed"].items():
        value, unit = own.loc[report, ["value_printed", "unit_printed"]]
        assert (value in text and text.endswith(f" {unit}")) if value else text == ""


def test_a_report_says_the_same_number_as_its_value(opened):
    """Growth in per cent is the ratio of the processed table; nothing is rounded away."""
    frame = reports_table(opened).frame
    ratio = 1 + frame["growth_percent"] / 100
    assert ratio.dropna().to_numpy() == pytest.approx(frame["growth"].dropna().to_numpy(), abs=1e-8)


# Contradictions


def test_every_contradiction_is_listed_and_both_of_its_reports_stay(opened):
    frame = contradictions_table(opened).frame
    assert len(frame) == len(opened.contradictions) > 0
    listed = set(reports_table(opened).frame["report_id"])
    for pair in frame["reports"]:
        assert set(pair.split(";")) & listed


# Agreement of two codings


def made_agreement() -> pd.DataFrame:
    return codings(
        {},
        {"verdict": "disagree", "value_second": 120.0},
        {"report_id": "", "match": "", "verdict": "unmatched", "value_first": float("nan")},
        {"metric": "persons", "match": "near"},
        {"metric": "persons", "place": "There", "verdict": "disagree", "value_second": 7.0},
    )


def test_the_agreement_is_counted_by_place_and_metric():
    frame = agreement_table(made_study(agreement=made_agreement())).frame
    counts = ["place", "metric", "codings", "matched", "agree"]
    assert frame[counts].to_numpy().tolist() == [
        ["Here", "persons", 1, 1, 1],
        ["Here", "trade_value", 3, 2, 1],
        ["There", "persons", 1, 1, 0],
        ["all", "all", 5, 4, 2],
    ]
    assert frame["rate_percent"].tolist() == [100.0, 50.0, 0.0, 50.0]


def test_the_totals_of_the_agreement_are_the_sums_of_its_rows(opened):
    frame = agreement_table(opened).frame
    counts = ["codings", "matched", "agree"]
    total, rows = frame.iloc[-1], frame.iloc[:-1]
    assert (total["place"], total["metric"]) == ("all", "all")
    assert total[counts].tolist() == rows[counts].sum().tolist()
    assert total["codings"] == len(opened.agreement)
    assert total["rate_percent"] == pytest.approx(100 * total["agree"] / total["matched"])


def test_the_bounds_of_the_agreement_are_those_of_wilson(opened):
    frame = agreement_table(opened).frame
    for row in frame[frame["matched"] > 0].itertuples():
        low, high = wilson_interval(int(row.agree), int(row.matched))
        assert (row.lower_percent, row.upper_percent) == pytest.approx((100 * low, 100 * high))
        assert row.lower_percent <= row.rate_percent <= row.upper_percent
    assert frame.loc[frame["matched"] == 0, "rate_percent"].isna().all()


def test_the_counts_of_the_agreement_are_whole_numbers_in_the_file():
    text = agreement_table(made_study(agreement=made_agreement())).csv()
    rows = pd.read_csv(io.StringIO(text), dtype=str)
    assert rows["codings"].tolist() == ["1", "3", "1", "5"]
    assert rows["agree"].tolist() == ["1", "1", "0", "2"]


def test_without_a_second_coding_the_table_is_empty():
    table = agreement_table(made_study(agreement=codings({}).iloc[:0]))
    assert table.frame.empty
    assert "<td>" not in table.html()


def test_every_coding_that_does_not_agree_is_listed():
    frame = disagreements_table(made_study(agreement=made_agreement())).frame
    assert frame["coding_id"].tolist() == ["B2", "B3", "B5"]


def test_agreements_and_disagreements_are_all_codings(opened):
    agree = agreement_table(opened).frame.iloc[-1]["agree"]
    assert agree + len(disagreements_table(opened).frame) == len(opened.agreement)
