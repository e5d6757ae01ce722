"""One cell, two versions: same, near enough, or changed and by how much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.exhibits.steady import SIGNIFICANT
from analysis.exhibits.table import FORMATS
from analysis.review.cells import SAVED_DIGITS, Standing, cell_change
from analysis.review.kinds import EXACT, FORM_KINDS, TOLERANCES, Kind, kind_of

NOISE = 1e-10  # relative; ten times what linear algebra libraries differ by


def standing(kind: Kind, before: str, after: str) -> Standing:
    return cell_change("row 1", "column", kind, before, after).standing


def test_every_form_of_a_table_has_a_kind_and_every_other_kind_two_tolerances():
    assert FORM_KINDS.keys() == FORMATS.keys()
    assert set(TOLERANCES) == set(Kind) - EXACT
    assert SAVED_DIGITS == SIGNIFICANT
    for pair in TOLERANCES.values():
        assert pair.same.reason
        assert pair.minor.reason


@given(
    st.floats(min_value=1e-5, max_value=1e5),
    st.floats(min_value=-NOISE, max_value=NOISE),
    st.sampled_from(sorted(set(Kind) - EXACT)),
)
def test_the_noise_of_a_processor_is_never_a_difference(value, noise, kind):
    before, after = (str(float(f"{number:.5e}")) for number in (value, value * (1 + noise)))
    if before != after and float(before) < 99_999.5:
        assert standing(kind, before, after) is Standing.WITHIN


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        (Kind.ESTIMATE, "3.42705", "3.42706", Standing.WITHIN),
        (Kind.ESTIMATE, "3.42705", "3.42805", Standing.MINOR),
        (Kind.ESTIMATE, "3.42705", "3.43805", Standing.MATERIAL),
        (Kind.ESTIMATE, "0.0", "3.1e-17", Standing.MINOR),  # two digits: not as estimates are saved
        (Kind.ESTIMATE, "0.0", "3.14159e-17", Standing.WITHIN),
        (Kind.ESTIMATE, "-0.00042", "0.00042", Standing.MATERIAL),
        (Kind.ERROR, "0.322887", "0.322888", Standing.WITHIN),
        (Kind.ERROR, "0.322887", "0.325", Standing.MATERIAL),
        (Kind.PERCENT, "-19.2177", "-19.2178", Standing.WITHIN),
        (Kind.PERCENT, "-19.2177", "-19.2577", Standing.MINOR),
        (Kind.PERCENT, "-19.2177", "-19.2777", Standing.MATERIAL),
        (Kind.PERCENT, "-0.012", "0.012", Standing.MATERIAL),
        (Kind.P_VALUE, "1.65022e-09", "1.91e-09", Standing.WITHIN),
        (Kind.P_VALUE, "0.517532", "0.517832", Standing.MINOR),
        (Kind.P_VALUE, "0.0499", "0.0501", Standing.MATERIAL),
        (Kind.P_VALUE, "0.5", "0.502", Standing.MATERIAL),
        (Kind.COUNT, "16", "17", Standing.MATERIAL),
        (Kind.TEXT, "identified", "weak", Standing.MATERIAL),
        (Kind.ESTIMATE, "", "3.42705", Standing.MATERIAL),
        (Kind.ESTIMATE, "3.42705", "inf", Standing.MATERIAL),
    ],
)
def test_each_kind_has_its_tolerances(kind, before, after, expected):
    assert standing(kind, before, after) is expected


@pytest.mark.parametrize(
    ("before", "after"),
    [("1234567.0", "1234568.0"), ("160.9075", "160.9076"), ("743500.0", "743501.0")],
)
def test_one_digit_of_a_published_number_is_never_within_tolerance(before, after):
    assert standing(Kind.ESTIMATE, before, after) > Standing.WITHIN


def test_full_numbers_have_their_own_tolerance():
    assert standing(Kind.ESTIMATE, "0.333333333333333", "0.3333333333333331") is Standing.WITHIN
    assert standing(Kind.ESTIMATE, "0.333333333333333", "0.333333433333333") is Standing.MINOR


def test_the_change_says_by_how_much():
    change = cell_change("name = coup", "estimate", Kind.PERCENT, "-20.0", "-25.0")
    assert (change.difference, change.relative) == (-5.0, 0.2)
    assert cell_change("name = coup", "verdict", Kind.TEXT, "weak", "").relative is None


@pytest.mark.parametrize(
    ("name", "form", "cells", "kind"),
    [
        ("estimate", "percent", ["1.5", ""], Kind.PERCENT),
        ("p_newey_west", "3", ["0.5", "0.25"], Kind.P_VALUE),
        ("adjusted_p", None, ["0.5"], Kind.P_VALUE),
        ("p_value", None, ["asymptotic", "0.5"], Kind.TEXT),
        ("standard_error_log", "2", ["0.322887"], Kind.ERROR),
        ("reports_before", "count", ["16", "17"], Kind.COUNT),
        ("year", "text", ["2014", "2015"], Kind.COUNT),
        ("rank", None, ["11.0", ""], Kind.COUNT),
        ("mean_months", "count", ["11.5"], Kind.ESTIMATE),
        ("place", "text", ["Boten"], Kind.TEXT),
        ("start", "day", ["2020-03-31"], Kind.TEXT),
        ("upper", None, ["1.5e-05"], Kind.ESTIMATE),
        ("upper", "1", ["1.53456", "inf"], Kind.ESTIMATE),
    ],
)
def test_the_kind_comes_from_the_form_of_the_table_or_from_a_stated_rule(name, form, cells, kind):
    assert kind_of(name, form, cells) is kind
