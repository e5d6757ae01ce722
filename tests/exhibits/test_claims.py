"""The claims as shown: texts of numbers, counts, distances, and the alt text of the figure."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data_management.claim_words import DRIFT, NOT_COMPARABLE, PASS
from analysis.exhibits.claims import OpenClaims, claim_counts_table, claims_table, open_claims
from analysis.exhibits.claims_figure import claims_data, claims_figure, place_of

FLOAT = 1e-12  # relative; a few sums and quotients of floats
ROW = {
    "claim_id": "C001",
    "topic": "railway",
    "label": "Freight",
    "claim": "It fell by 17 per",
    "kind": "growth",
    "source": "R0001",
    "figures": "R0001",
    "base": "R0002;-R0003",
    "printed": "-17",
    "unit": "per cent",
    "qualifier": "exact",
    "printed_value": -17.0,
    "printed_lower": -17.5,
    "printed_upper": -16.5,
    "computed": -16.0,
    "computed_lower": -16.5,
    "computed_upper": -15.5,
    "allowed_lower": -18.0,
    "allowed_upper": -16.0,
    "verdict": PASS,
    "reason": "",
    "tolerance_percent": 0.0,
    "tolerance_reason": "",
    "publisher": "Gazette",
    "title": "News",
    "url": "",
    "published": "2021",
    "note": "",
}
NONE = dict.fromkeys(("computed", "allowed_lower", "allowed_upper"), float("nan"))
APART = ROW | {"claim_id": "C002", "computed": -12.0, "verdict": DRIFT, "label": "Apart"}
ALONE = ROW | NONE | {"claim_id": "C003", "verdict": NOT_COMPARABLE, "reason": "base: none"}


def opened_of(*rows) -> OpenClaims:
    return OpenClaims(pd.DataFrame(list(rows)))


def test_numbers_are_shown_with_sign_word_and_one_more_digit():
    shown = claims_table(opened_of(ROW, ALONE | {"qualifier": "nearly"})).shown()
    assert list(shown["Printed"]) == ["−17", "nearly −17"]
    assert list(shown["Computed"]) == ["−16.00", "–"]
    assert list(shown["Allowed range"]) == ["−18.00 to −16.00", "–"]
    assert shown["Figures"][0] == "R0001 on R0002 − R0003"
    assert shown["Source"][0] == "R0001: Gazette, News (2021)"


@pytest.mark.parametrize(
    ("kind", "unit", "printed", "computed", "texts"),
    [
        ("growth", "per cent", "9.5", 9.512, ("+9.5", "+9.51")),
        ("share", "per cent", "41.2", 41.229, ("41.2", "41.23")),
        ("sum", "USD million", "4420", 4240.0, ("4420", "4240.0")),
        ("sum", "USD million", "654.296", 654.294, ("654.296", "654.294")),
        ("change", "USD billion", "-1.063", -1.063, ("−1.063", "−1.063")),
        ("ratio", "times", "3", 3.14159, ("3", "3.14")),
    ],
)
def test_each_number_has_the_digits_that_its_claim_can_bear(kind, unit, printed, computed, texts):
    cells = {"kind": kind, "unit": unit, "printed": printed, "computed": computed}
    shown = claims_table(opened_of(ROW | cells | {"printed_value": float(printed)})).shown()
    assert (shown["Printed"][0], shown["Computed"][0]) == texts


def test_counts_add_up_by_topic_and_in_all():
    other = ROW | {"claim_id": "C004", "topic": "trade"}
    frame = claim_counts_table(opened_of(ROW, APART, ALONE, other)).frame
    assert list(frame["topic_label"]) == ["China–Laos Railway", "Trade between countries", "All"]
    assert frame.iloc[-1, 1:].tolist() == [4, 2, 1, 1, 1]
    parts = frame[["passed", "drifted", "not_comparable"]].sum(axis=1)
    assert (parts == frame["claims"]).all()


def test_a_distance_is_one_at_the_edge_of_the_allowed_range():
    data = claims_data(opened_of(ROW, APART, ALONE)).set_index("claim_id")
    assert list(data.index) == ["C001", "C002"]
    assert data.loc["C001", "distance"] == pytest.approx(1.0, rel=FLOAT)
    assert data.loc["C002", "distance"] == pytest.approx(5.0, rel=FLOAT)
    assert data.loc["C002", "difference"] == pytest.approx(5.0, rel=FLOAT)


def test_in_the_project_a_claim_passes_where_its_distance_is_at_most_one():
    data = claims_data(open_claims())
    inside = data["distance"].abs() <= 1 + FLOAT
    assert inside.equals(data["verdict"] == PASS)


@pytest.mark.parametrize(("distance", "place"), [(0.5, 0.5), (1, 1), (-1, -1), (10, 2), (-100, -3)])
def test_the_axis_is_logarithmic_beyond_one(distance, place):
    assert place_of(distance) == pytest.approx(place, rel=FLOAT)


def test_the_alt_text_names_every_drift():
    figure = claims_figure(opened_of(ROW, APART, ALONE))
    assert "of 3 claims 1 cannot be compared, 1 pass and 1 drift" in figure.alt
    assert "Apart: printed −17, computed −12.00 per cent (allowed −18.00 to −16.00)" in figure.alt
    assert claims_figure(opened_of(ROW)).alt.endswith("1 pass and none drifts.")


def test_nothing_to_compare_is_said():
    assert "0 of 1 claims" in claims_figure(opened_of(ALONE)).alt
