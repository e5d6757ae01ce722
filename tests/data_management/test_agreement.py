from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data_management.agreement import (
    match_codings,
    summarise_agreement,
    wilson_interval,
)

CODING = {
    "place": "Mohan",
    "scope": "port",
    "metric": "trade_value",
    "basis": "cn_port_office",
    "start": "2020-01-01",
    "end": "2020-12-31",
    "value": "100",
    "unit": "CNY million",
    "prior_year_value": "",
    "rounded": "0",
    "publisher": "Gazette",
    "url": "",
    "note": "",
}


def second(*rows: dict[str, str]) -> pd.DataFrame:
    numbered = [CODING | {"coding_id": f"P{n:03d}"} | row for n, row in enumerate(rows, 1)]
    return pd.DataFrame(numbered, dtype="str")


@pytest.mark.parametrize(
    ("coding", "verdict"),
    [
        ({"value": "100"}, "agree"),
        ({"value": "0.1", "unit": "CNY billion"}, "agree"),
        ({"value": "104"}, "agree"),
        ({"value": "106"}, "disagree"),
        ({"value": "200"}, "disagree"),
        ({"basis": "cn_customs"}, "agree"),
        ({"basis": "la_customs"}, "unmatched"),
        ({"unit": "USD million"}, "unmatched"),
        ({"place": "Boten"}, "unmatched"),
        ({"start": "2020-01-02"}, "unmatched"),
        ({"end": "2020-12-24"}, "agree"),
        ({"end": "2020-12-23"}, "unmatched"),
    ],
)
def test_match_and_verdict(make_reports, coding, verdict):
    df = match_codings(second(coding), make_reports({"value": "100"}))
    assert list(df["verdict"]) == [verdict]
    assert list(df["report_id"]) == ["" if verdict == "unmatched" else "R0001"]


def test_choice_ignores_the_values(make_reports):
    reports = make_reports(
        {"value": "100", "end": "2020-12-30"},
        {"value": "300", "basis": "cn_customs"},
        {"value": "400"},
    )
    df = match_codings(second({"value": "100"}), reports)
    assert df.loc[0, ["report_id", "match", "verdict"]].tolist() == ["R0003", "exact", "disagree"]
    assert df.loc[0, "relative_difference"] == pytest.approx(-0.75)


def test_same_page_breaks_a_tie(make_reports):
    reports = make_reports({"value": "100"}, {"value": "100", "url": "https://a.org"})
    df = match_codings(second({"url": "https://a.org"}), reports)
    assert df.loc[0, "report_id"] == "R0002"


def test_summary_counts(make_reports):
    codings = second({}, {"value": "250"}, {"end": "2020-12-30"}, {"place": "Boten"})
    summary = summarise_agreement(match_codings(codings, make_reports({}))).set_index("group")
    counts = summary.loc["all", ["coded", "matched", "agree", "disagree", "identical"]]
    assert counts.tolist() == [4, 3, 2, 1, 2]
    assert summary.loc["all", "rate"] == pytest.approx(2 / 3)
    assert summary.loc["near", "matched"] == 1


def test_summary_without_matches_has_no_rate(make_reports):
    codings = second({"place": "Boten"})
    summary = summarise_agreement(match_codings(codings, make_reports({})))
    assert summary[["rate", "lower", "upper"]].isna().all(axis=None)


def test_wilson_interval_of_a_textbook_example():
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81 of 263 and 0 of 20.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_solve_the_score_equation(counts):
    successes, trials = counts
    share, z = successes / trials, 1.959963984540054
    for bound in wilson_interval(successes, trials):
        distance = (share - bound) ** 2
        assert distance == pytest.approx(z**2 * bound * (1 - bound) / trials, abs=1e-12)


def test_real_codings_are_matched_by_place_metric_and_period(processed):
    df = processed["agreement"].set_index("coding_id")
    pairs = {"P015": "R0269", "P117": "R0381", "P124": "R0215", "P134": "R0012", "P150": "R0014"}
    assert df.loc[list(pairs), "report_id"].to_dict() == pairs
    assert df.loc["P134", "match"] == "near"
    assert df.loc["P119", "verdict"] == "unmatched"


def test_real_summary_adds_up(processed):
    all_of_them = processed["agreement_summary"].set_index("group").loc["all"]
    assert all_of_them["coded"] == len(processed["agreement"])
    assert all_of_them["matched"] >= 140
    parts = processed["agreement_summary"].set_index("group").loc[["exact", "near"]]
    assert parts["matched"].sum() == all_of_them["matched"]
    matched = processed["agreement"]["verdict"] != "unmatched"
    assert np.isfinite(processed["agreement"].loc[matched, "tolerance"]).all()
