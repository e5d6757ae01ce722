"""Claims are computed again by hand here: one made example for each kind, verdict and fault."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data_management.claim_kinds import KINDS
from analysis.data_management.claim_words import DRIFT, NOT_COMPARABLE, PASS
from analysis.errors import DataError
from tests.data_management.claims_made import (
    BEFORE,
    EXPORTS,
    FLOAT,
    IMPORTS,
    judged,
    near,
)

FALL = {"growth_percent": "-20", "growth_qualifier": "exact"}


RISE = {"growth_percent": "20", "growth_qualifier": "exact"}


@pytest.mark.parametrize(
    ("claim", "reports", "computed", "bounds"),
    [
        (
            {"base": "R0002"},
            ({"value": "110"}, BEFORE | {"value": "101"}),
            100 * (110 / 101 - 1),
            (100 * (105 / 101.5 - 1), 100 * (115 / 100.5 - 1)),
        ),
        (
            {"kind": "change", "unit": "CNY billion", "base": "R0002", "printed": "-1.1"},
            ({"value": "2.5", "unit": "CNY billion"}, BEFORE | {"value": "3612"}),
            -1.112,
            (-1.1625, -1.0615),
        ),
        (
            {"kind": "increase", "unit": "times", "base": "R0002", "printed": "2.1"},
            ({"value": "31.5"}, {"start": "2018-01-01", "end": "2018-03-31", "value": "10.5"}),
            2.0,
            (31.45 / 10.55 - 1, 31.55 / 10.45 - 1),
        ),
        (
            {"kind": "ratio", "unit": "times", "base": "R0002", "printed": "3"},
            ({"value": "31.5"}, BEFORE | {"value": "10.5"}),
            3.0,
            (31.45 / 10.55, 31.55 / 10.45),
        ),
        (
            {"kind": "share", "base": "R0002", "printed": "25"},
            (EXPORTS | {"value": "2.5"}, {"value": "10.1"}),
            100 * 2.5 / 10.1,
            (100 * 2.45 / 10.15, 100 * 2.55 / 10.05),
        ),
        (
            {"kind": "sum", "figures": "R0002;R0003", "unit": "CNY million", "printed": "10"},
            ({"value": "10"}, EXPORTS | {"value": "6.4"}, IMPORTS | {"value": "3.55"}),
            9.95,
            (9.895, 10.005),
        ),
        (
            {"kind": "level", "figures": "R0002", "unit": "CNY billion", "printed": "2.8"},
            ({"value": "2800"}, {"value": "2783"}),
            2.783,
            (2.7825, 2.7835),
        ),
        (
            {"kind": "repeat", "figures": "R0002"},
            ({"value": "9"}, {"growth_percent": "9.87", "growth_qualifier": "exact"}),
            9.87,
            (9.865, 9.875),
        ),
        (
            {"kind": "growth_of_parts", "figures": "R0002;R0003", "printed": "0"},
            (
                {"value": "9"},
                EXPORTS | FALL | {"value": "8.0"},
                IMPORTS | RISE | {"value": "12.0"},
            ),
            100 * (20 / (8 / 0.8 + 12 / 1.2) - 1),
            (
                100 * (19.9 / (8.05 / 0.795 + 12.05 / 1.195) - 1),
                100 * (20.1 / (7.95 / 0.805 + 11.95 / 1.205) - 1),
            ),
        ),
        (
            {"kind": "between_parts", "figures": "R0002;R0003"},
            ({"value": "9"}, EXPORTS | FALL | {"value": ""}, IMPORTS | RISE | {"value": ""}),
            0.0,
            (-20.5, 20.5),
        ),
        (
            {"kind": "level_before", "figures": "R0002", "unit": "CNY million", "printed": "7.5"},
            (BEFORE | {"value": "7.5"}, RISE | {"value": "9.6"}),
            8.0,
            (9.55 / 1.205, 9.65 / 1.195),
        ),
        (
            {"kind": "rank", "unit": "rank", "base": "R0002;R0003", "printed": "1"},
            ({"value": "10.5"}, {"value": "11.5"}, {"value": "7.5"}),
            2,
            (2, 2),
        ),
    ],
    ids=lambda part: part.get("kind", "growth") if isinstance(part, dict) else "",
)
def test_each_kind_is_computed_with_its_bounds(claim, reports, computed, bounds):
    row = judged({"claim": f"made, {claim.get('printed', '10')}"} | claim, *reports)
    assert row.reason == "" or row.verdict == DRIFT
    assert row.computed == pytest.approx(computed, rel=FLOAT, abs=FLOAT)
    assert (row.computed_lower, row.computed_upper) == (near(bounds[0]), near(bounds[1]))


def test_a_level_is_brought_to_dollars_under_every_rate_it_may_have_been():
    year = [(f"2020-{month:02d}", "7") for month in range(1, 13)]
    row = judged(
        {"kind": "exchange", "figures": "R0002", "unit": "USD million", "printed": "1.5"},
        {"value": "1.5", "unit": "USD million"},
        {"value": "10.5", "published": "2021-02-09"},
        rates=[*year, ("2021-01", "6.5"), ("2021-02", "6"), ("2021-03", "1")],
    )
    assert row.computed == near(1.5)
    assert (row.computed_lower, row.computed_upper) == (near(10.45 / 7), near(10.55 / 6))
    assert row.verdict == PASS


def test_a_missing_rate_is_named_with_the_claim():
    claim = {"kind": "exchange", "figures": "R0001", "unit": "USD million"}
    with pytest.raises(DataError, match="the claim C001 needs the rate of 2020-02") as caught:
        judged(claim, {"value": "10"}, rates=[("2020-01", "7")])
    assert caught.value.allowed == "every month from 2020-01 to 2020-12"


def test_every_kind_has_an_example_here():
    mark = test_each_kind_is_computed_with_its_bounds.pytestmark[0]
    tried = {claim.get("kind", "growth") for claim, *_ in mark.args[1]}
    assert tried | {"exchange"} == set(KINDS)


@pytest.mark.parametrize(
    ("printed", "qualifier", "verdict"),
    [
        ("8.9", "exact", PASS),  # 110.5 on 101.5 is 8.76 to 8.97 by their last digits
        ("8.6", "exact", DRIFT),
        ("8.6", "about", DRIFT),
        ("8.7", "about", PASS),  # up to 8.8
        ("9", "nearly", PASS),
        ("9.1", "over", DRIFT),
        ("8", "over", PASS),  # 8 to 9
    ],
)
def test_pass_and_drift_meet_where_the_ranges_touch(printed, qualifier, verdict):
    claim = {"base": "R0002", "printed": printed, "qualifier": qualifier}
    row = judged(claim, {"value": "110.5"}, BEFORE | {"value": "101.5"})
    lower, upper = 100 * (110.45 / 101.55 - 1), 100 * (110.55 / 101.45 - 1)
    assert (row.computed_lower, row.computed_upper) == (near(lower), near(upper))
    assert (row.printed_lower <= upper and lower <= row.printed_upper) == (verdict == PASS)
    assert row.verdict == verdict


def test_ranges_that_touch_in_decimals_meet():
    """555.52 + 23.9 is at most 579.475, which is the least that 579.48 can be."""
    claim = {"kind": "sum", "figures": "R0002;R0003", "unit": "CNY million", "printed": "579.48"}
    parts = EXPORTS | {"value": "555.52"}, IMPORTS | {"value": "23.9"}
    assert judged(claim, {"value": "579.48"}, *parts).verdict == PASS
    assert judged(claim | {"printed": "579.49"}, {"value": "579.49"}, *parts).verdict == DRIFT


def test_a_drift_says_how_far_and_on_which_side():
    row = judged({"base": "R0002"}, {"value": "120.0"}, BEFORE | {"value": "100.0"})
    assert row.verdict == DRIFT
    assert row.allowed_upper == near(10.5 + (20 - 100 * (119.95 / 100.05 - 1)))
    assert row.reason == "9.39 percentage points above the range that rounding allows"


@pytest.mark.parametrize(
    ("claim", "other", "said"),
    [
        ({}, {}, "base: no figure of this series is published for 2019-01-01 to 2019-12-31"),
        ({"base": "R0002"}, {"basis": "press"}, "who measured: Chinese port office"),
        ({"base": "R0002"}, {"unit": "USD million"}, "currency or unit: million CNY / million USD"),
        ({"base": "R0002"}, {"place": "Boten"}, "place: Boten / Mohan"),
        ({"base": "R0002"}, EXPORTS, "metric: export value / trade value"),
        ({"base": "R0002"}, {"end": "2019-12-30"}, "period: the base is 2019-01-01 to 2019-12-30"),
        ({"base": "R0002"}, RISE | {"value": ""}, "level: R0002 prints none"),
        ({"limits": "coverage: trains only"}, {}, "coverage: trains only"),
        ({"kind": "rank", "unit": "rank"}, {}, "no figure to rank against"),
        ({"kind": "share"}, {}, "no figure of the total"),
        ({"kind": "ratio", "base": "R0002"}, {"end": "2020-02-01"}, "does not end before"),
    ],
)
def test_what_differs_or_is_missing_makes_a_claim_not_comparable(claim, other, said):
    row = judged(claim, {"value": "110"}, BEFORE | {"value": "100"} | other)
    assert row.verdict == NOT_COMPARABLE
    assert said in row.reason
    assert pd.isna(row.computed)
    assert pd.isna(row.allowed_lower)


def test_a_tolerance_widens_the_base_and_lets_periods_differ_by_its_days():
    base = {"start": "2019-01-01", "end": "2020-01-02", "value": "100.0"}
    claim = {"base": "R0002", "slack_days": "2", "tolerance_percent": "1"}
    row = judged(claim, {"value": "110.0"}, base)
    assert row.computed == near(10)
    assert row.computed_upper == near(100 * (110.05 / (99.95 - 1) - 1))
    assert judged(claim | {"slack_days": "1"}, {"value": "110.0"}, base).verdict == NOT_COMPARABLE


def test_a_tolerance_without_a_base_widens_the_result():
    claim = {"kind": "level", "figures": "R0001", "unit": "CNY million", "tolerance_percent": "10"}
    row = judged(claim, {"value": "20.0"})
    assert (row.computed_lower, row.computed_upper) == (near(17.95), near(22.05))


def test_figures_of_the_second_coding_count_too():
    claim = {"kind": "level", "figures": "P001", "unit": "CNY million", "printed": "100"}
    assert judged(claim, {"value": "100"}).verdict == PASS
