from __future__ import annotations

import pytest

from analysis.data_management.contradictions import RULES, build_contradictions

KNOWN = {
    "Muse to 18 June against 2 July 2021": ("falling_cumulative", "R0293;R0294"),
    "Muse to 18 June against 23 July 2021": ("falling_cumulative", "R0293;R0295"),
    "Muse to 23 July against 2 July 2021": ("implausible_rate", "R0295;R0294"),
    "Muse to 11 November against 6 November 2020": ("implausible_rate", "R0289;R0288"),
    "Muse exports and imports against the total, 2018-19": ("parts", "R0282;R0247;R0256"),
    "Railway 2023, customs against press": ("same_period", "R0034;R0033"),
    "Railway value of December 2022": ("unit_value", "R0086;R0082"),
    "Mohan persons, first half of 2023": ("implausible_rate", "R0205;R0208"),
    "Ruili 2019 against 2020 and its growth": ("growth", "R0381;R0380"),
}


def found(df):
    return set(zip(df["rule"], df["reports"], strict=True))


@pytest.mark.parametrize("name", KNOWN)
def test_known_contradiction_is_found(processed, name):
    assert KNOWN[name] in found(processed["contradictions"])


def test_cross_basis_says_that_both_may_be_right(processed):
    df = processed["contradictions"].set_index("reports")
    assert df.loc["R0034;R0033", "cross_basis"]
    assert df.loc["R0381;R0380", "cross_basis"]
    assert not df.loc["R0289;R0288", "cross_basis"]


def test_contradictions_speak_in_printed_figures(processed):
    df = processed["contradictions"].set_index("reports")
    row = df.loc["R0293;R0294"]
    assert row["first_says"] == "3750 USD million, 2020-10-01 to 2021-06-18"
    assert row["second_says"] == "2948 USD million, 2020-10-01 to 2021-07-02"
    assert row["disagreement_percent"] == pytest.approx(100 * (3750 / 2948 - 1), abs=0.01)
    assert row["sentence"] == (
        "R0293 says 3750 USD million, 2020-10-01 to 2021-06-18; R0294 says 2948 USD million, "
        "2020-10-01 to 2021-07-02: the later cumulative figure is the smaller one."
    )
    assert set(df["rule"]) <= set(RULES)


def test_few_reports_are_suspected(processed):
    assert len(processed["contradictions"]) <= 0.05 * len(processed["reports"])


def rules(df) -> list[str]:
    return list(build_contradictions(df)["rule"])


def test_same_period_within_rounding_is_no_contradiction(make_reports):
    assert rules(make_reports({"value": "2800"}, {"value": "2780"})) == []


def test_same_period_outside_rounding_is_one(make_reports):
    df = build_contradictions(make_reports({"value": "2860"}, {"value": "2780"}))
    assert found(df) == {("same_period", "R0001;R0002")}
    assert not df["cross_basis"].any()


def test_cumulative_figure_that_falls(make_reports):
    earlier = {"end": "2020-10-31", "value": "100"}
    assert rules(make_reports(earlier, {"end": "2020-11-30", "value": "88"})) == [
        "falling_cumulative"
    ]
    assert rules(make_reports(earlier, {"end": "2020-11-30", "value": "98"})) == []


def test_part_larger_than_the_whole(make_reports):
    part = {"start": "2020-03-01", "end": "2020-03-31", "value": "110"}
    assert rules(make_reports(part, {"value": "97"})) == ["part_exceeds_whole"]


def test_months_that_meet_are_not_compared(make_reports):
    january = {"end": "2020-01-31", "value": "900"}
    february = {"start": "2020-02-01", "end": "2020-02-29", "value": "1"}
    assert rules(make_reports(january, february)) == []


@pytest.mark.parametrize(("value", "expected"), [("180", []), ("220", ["implausible_rate"])])
def test_rate_is_implausible_above_twice_the_usual(make_reports, value, expected):
    base = {"end": "2020-04-09", "value": "100"}
    added = {"end": "2020-05-19", "value": value}
    assert rules(make_reports(base, base | {"publisher": "B"}, added))[:1] == expected


def test_no_flow_at_all_is_never_implausible(make_reports):
    open_gate = {"end": "2020-06-30", "value": "900"}
    assert rules(make_reports(open_gate, {"value": "901"})) == []


@pytest.mark.parametrize(("printed", "expected"), [("20", []), ("22", ["growth"])])
def test_growth_against_levels(make_reports, printed, expected):
    last = {"value": "100.0"}
    this = {
        "start": "2021-01-01",
        "end": "2021-12-31",
        "value": "120.0",
        "growth_percent": printed,
        "growth_qualifier": "exact",
    }
    assert rules(make_reports(last, this)) == expected


def test_growth_only_report_uses_the_levels_of_its_series(make_reports):
    last, this = {"value": "100.0"}, {"start": "2021-01-01", "end": "2021-12-31", "value": "120.0"}
    growth = this | {"value": "", "qualifier": "", "publisher": "B"}
    growth |= {"growth_percent": "40", "growth_qualifier": "exact"}
    assert found(build_contradictions(make_reports(last, this, growth))) == {
        ("growth", "R0003;R0001")
    }


def test_growth_of_february_is_compared_across_a_leap_year(make_reports):
    last = {"start": "2020-02-01", "end": "2020-02-29", "value": "100.0"}
    this = {"start": "2021-02-01", "end": "2021-02-28", "value": "100.0"}
    this |= {"growth_percent": "50", "growth_qualifier": "exact"}
    assert rules(make_reports(last, this)) == ["growth"]


@pytest.mark.parametrize(("total", "expected"), [("100", []), ("115", ["parts"])])
def test_exports_and_imports_against_total(make_reports, total, expected):
    exports = {"metric": "export_value", "value": "60"}
    imports = {"metric": "import_value", "value": "41"}
    assert rules(make_reports({"value": total}, exports, imports)) == expected


def test_growth_of_total_lies_between_that_of_its_parts(make_reports):
    growth = {"value": "", "qualifier": "", "growth_qualifier": "exact"}
    exports = growth | {"metric": "export_value", "growth_percent": "30"}
    imports = growth | {"metric": "import_value", "growth_percent": "-5"}
    inside, outside = growth | {"growth_percent": "12"}, growth | {"growth_percent": "33"}
    assert rules(make_reports(inside, exports, imports)) == []
    assert rules(make_reports(outside, exports, imports)) == ["growth_of_parts"]


@pytest.mark.parametrize(("value", "expected"), [("90", []), ("16", ["unit_value"])])
def test_value_per_tonne_of_a_part(make_reports, value, expected):
    tonnes = {"metric": "cargo_tonnage", "unit": "tonnes"}
    part = {"start": "2020-12-01"}
    df = make_reports(
        {"value": "1000"},
        tonnes | {"value": "1000"},
        part | {"value": value},
        part | tonnes | {"value": "80"},
    )
    assert rules(df) == expected


def test_another_currency_is_another_quantity(make_reports):
    assert rules(make_reports({"value": "900"}, {"value": "100", "unit": "USD million"})) == []
