"""Exhibits on country panels: equal to counts by hand, refusing where the data are thin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.bilateral_trade import bilateral_frame
from analysis.exhibits.country_panels import OpenPanels, open_country_panels
from analysis.exhibits.interior import interior_table, interior_weights_table
from analysis.exhibits.interior_fits import border_provinces, donors_of, first_treated_month
from analysis.exhibits.policy_lead_lag import OWN, WHOLE, lead_lag_frame, lead_lag_tests
from analysis.exhibits.policy_pairs import GROUP, LATER, case_loads, pair_terms, pairs_frame
from analysis.exhibits.policy_synchrony import synchrony_frame, synchrony_sentence
from analysis.exhibits.policy_synchrony_figure import policy_synchrony_figure
from analysis.exhibits.yearly import study_verdict, yearly_study_table, yearly_table
from analysis.exhibits.yearly_fits import AVERAGE, TERM
from analysis.study import Event

ROUNDING = 1e-9  # relative: means of the same numbers in another order
ESTIMATORS = 1e-6  # relative: two-way effects beside the closed form of a balanced panel


@pytest.fixture(scope="module")
def opened() -> OpenPanels:
    return open_country_panels()


@pytest.fixture(scope="module")
def synchrony(opened) -> pd.DataFrame:
    return synchrony_frame(opened)


def with_settings(opened: OpenPanels, **changes: object) -> OpenPanels:
    return replace(opened, settings=opened.settings.model_copy(update=changes))


# Policy synchrony


def test_the_distance_is_the_mean_over_pairs_and_months_without_the_month_of_the_meeting(
    opened, synchrony
):
    policy = opened.tables["policy"]
    rows = policy[(policy["index"] == "stringency") & policy["unit"].isin(opened.settings.group)]
    wide = rows.pivot(index="month", columns="unit", values="value")  # noqa: PD010
    after = wide[wide.index >= "2020-09-01"]
    pairs = combinations(opened.settings.group, 2)
    by_hand = np.mean([(after[one] - after[other]).abs().mean() for one, other in pairs])
    found = synchrony[(synchrony["index"] == "stringency") & (synchrony["part"] == "after")]
    np.testing.assert_allclose(found["statistic"], by_hand, rtol=ROUNDING)
    assert set(found["months"]) == {len(after)}


def test_the_change_is_after_less_before(synchrony):
    wide = synchrony.pivot(index=["index", "reference"], columns="part", values="statistic")  # noqa: PD010
    np.testing.assert_allclose(wide["change"], wide["after"] - wide["before"], rtol=1e-7)


def test_every_p_value_keeps_to_what_its_set_allows(synchrony):
    assert (synchrony["p_value"] >= synchrony["smallest_p"] * (1 - ROUNDING)).all()
    assert (synchrony["adjusted_p"] >= synchrony["p_value"]).all()
    exact = synchrony[synchrony["exact"].astype(bool)]
    counts = exact["p_value"] * exact["groups"]
    np.testing.assert_allclose(counts, counts.astype(float).round(), atol=1e-6)


def test_groups_with_borders_are_gone_through_whole_and_hold_the_group(opened, synchrony):
    main = synchrony[synchrony["reference"] == "contiguous"]
    assert main["exact"].all()
    units = opened.policy_pairs.units
    members = sorted(units.index(name) for name in opened.settings.group)
    groups = opened.references["contiguous"].groups.groups
    assert (np.sort(groups, axis=1) == members).all(axis=1).sum() == 1
    assert len(np.unique(np.sort(groups, axis=1), axis=0)) == len(groups)


def test_a_group_without_common_borders_is_not_identified_and_says_so(opened):
    apart = with_settings(opened, group=("CHN", "LAO", "FJI"))
    frame = synchrony_frame(apart)
    refused = frame[frame["reference"] == "contiguous"]
    assert set(refused["verdict"]) == {"not identified"}
    assert refused["p_value"].isna().all()
    assert refused["reason"].str.contains("hang together").all()
    assert frame.loc[frame["reference"] == "all", "p_value"].notna().all()
    assert "hang together" in synchrony_sentence(apart)
    assert "hang together" in policy_synchrony_figure(apart).alt


def test_the_figure_shows_all_groups_of_the_main_set(opened):
    data = policy_synchrony_figure(opened).data
    sums = data.groupby(["index", "part"])["share_percent"].sum()
    np.testing.assert_allclose(sums, 100, rtol=1e-4)
    assert len(sums) == 2 * len(opened.settings.synchrony.indices)


# Pairs


def test_terms_of_pairs_are_symmetric_and_hold_the_borders_of_the_group(opened):
    terms = pair_terms(opened)
    for matrix in terms.values():
        values = matrix.to_numpy()
        off = ~np.eye(len(values), dtype=bool)
        assert np.isfinite(values[off]).all()
        np.testing.assert_array_equal(values[off], values.T[off])
    assert terms["contiguous"].loc["LAO", "CHN"] == 1
    assert terms["contiguous"].loc["KHM", "CHN"] == 0
    assert terms[GROUP].to_numpy().sum() == len(opened.settings.group) ** 2


def test_only_the_marks_of_the_group_carry_a_p_value_among_groups(opened):
    frame = pairs_frame(opened).set_index("term")
    marked = frame["p_groups"].notna()
    assert set(frame.index[marked]) == {GROUP, GROUP + LATER}
    assert frame.loc[[GROUP], "notes"].str.contains("too small").all()
    assert frame["convention"].str.contains("dyadic clusters").all()


def test_case_loads_are_logarithms_of_cases_by_persons(opened):
    covid = opened.tables["covid"]
    cases = covid[(covid["indicator"] == "cases") & (covid["unit"] == "LAO")].set_index("month")
    years = opened.tables["country_year"].set_index(["indicator", "iso3", "year"])["value"]
    persons = years["population", "LAO", 2020]
    month = pd.Timestamp("2022-01-01")
    by_hand = np.log10(1 + 1e6 * cases.loc[month, "value"] / persons)
    assert case_loads(opened).loc[month, "LAO"] == pytest.approx(by_hand, rel=ROUNDING)


# The interior


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2020, 3, 31), "2020-04"),
        (date(2021, 7, 8), "2021-07"),
        (date(2021, 4, 16), "2021-04"),
        (date(2021, 4, 17), "2021-05"),
        (date(2020, 12, 31), "2021-01"),
    ],
)
def test_treatment_begins_in_the_first_month_with_half_of_its_days(day, month):
    assert first_treated_month(Event("E", day, None, "Here", "lockdown", "", True)) == month


def test_no_donor_has_a_land_border(opened):
    provinces, settings = opened.tables["provinces"], opened.settings
    donors, border = donors_of(provinces, settings), border_provinces(provinces, settings)
    assert len(donors) + len(border) + 1 == len(provinces)
    assert not provinces.set_index("unit").loc[list(donors), "land_border"].any()
    assert {"CHN-GX", "CHN-XZ"} <= set(border)
    assert settings.interior.province not in (*donors, *border)


def test_an_event_after_three_months_is_refused_with_its_reason(opened):
    rows = interior_table(opened).frame.set_index("event").loc["EV026"]
    assert set(rows["verdict"]) == {"not identified"}
    assert rows["reason"].str.contains("3 periods").all()
    assert rows[["estimate", "p_value", "first", "lower"]].isna().all(axis=None)


def test_what_is_not_identified_carries_no_effect_and_no_weights(opened):
    frame = interior_table(opened).frame
    lost = frame[frame["verdict"] == "not identified"]
    assert lost[["estimate", "first", "p_value"]].isna().all(axis=None)
    assert set(interior_weights_table(opened).frame["event"].str[:5]) == set(
        frame.loc[frame["verdict"] != "not identified", "event"]
    )


def test_a_later_event_is_only_a_further_change(opened):
    frame = interior_table(opened).frame
    found = frame[frame["event"] == "EV034"]
    assert set(found["verdict"]) == {"weak"}
    assert found["reason"].str.contains("EV026").all()


# Countries by year


def test_two_way_effects_the_closed_form_and_the_event_study_agree(opened):
    for fit in opened.years.values():
        estimate = fit.fits["clustered"].coefficient(TERM).estimate
        groups = fit.contiguous
        own = dict(zip(groups.names, groups.observed, strict=True))
        assert own[AVERAGE] == pytest.approx(estimate, rel=ESTIMATORS)
        assert fit.everyone.estimate == pytest.approx(estimate, rel=ESTIMATORS)
        for row in fit.study.effects:
            assert own[str(2020 + row.event_time)] == pytest.approx(row.estimate, rel=ESTIMATORS)


def test_panels_are_balanced_and_say_who_was_left_out(opened):
    for fit in opened.years.values():
        counts = fit.panel.groupby("iso3")["year"].nunique()
        assert (counts == counts.iloc[0]).all()
        assert set(opened.settings.group) <= set(counts.index)
        indicators = opened.tables["country_year"]["indicator"].isin(fit.outcome.indicators)
        every = opened.tables["country_year"].loc[indicators, "iso3"].nunique()
        assert len(counts) + fit.dropped <= every


def test_only_randomisation_is_to_be_trusted_and_the_group_alone_says_nothing(opened):
    frame = yearly_table(opened).frame
    assert set(frame.loc[frame["trusted"] == "yes", "method"]) == {
        "randomisation, groups joined by land borders"
    }
    alone = frame[frame["method"] == "within the group alone"]
    assert set(alone["trusted"]) == {"not identified"}
    assert alone["estimate"].isna().all()
    assert alone["convention"].str.contains("vary only with the effects").all()


def test_paths_that_differed_before_are_not_identified(opened):
    frame = yearly_study_table(opened).frame.set_index("outcome")
    verdicts = {name: study_verdict(fit, opened)[0] for name, fit in opened.years.items()}
    assert frame["verdict"].to_dict() == verdicts
    expected = np.where(frame["pre_p_groups"] <= 0.05, "not identified", "weak")
    assert list(frame["verdict"]) == list(expected)


def test_a_single_country_has_no_event_study(opened):
    for fit in opened.years.values():
        assert set(fit.single) == set(opened.settings.group)
        assert all("1 unit" in reason for reason in fit.single.values())


# Trade


def reports(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "place": place,
                "scope": "bilateral",
                "metric": metric,
                "basis": "customs",
                "start": pd.Timestamp(start),
                "end": pd.Timestamp(end),
                "value": 1.0,
            }
            for place, metric, start, end in rows
        ]
    )


def test_only_calendar_years_of_all_trade_count(opened):
    made = reports(
        ("China-Laos trade", "trade_value", "2018-01-01", "2018-12-31"),
        ("Laos-China trade", "trade_value", "2018-01-01", "2018-12-31"),
        ("China-Laos trade", "trade_value", "2019-01-01", "2019-11-30"),
        ("China-Laos trade", "export_value", "2018-01-01", "2018-12-31"),
        ("China-Laos trade", "import_value", "2018-01-01", "2018-12-31"),
        ("China-Laos trade", "export_value", "2020-01-01", "2020-12-31"),
        ("Myanmar-China border posts", "trade_value", "2018-01-01", "2018-12-31"),
    )
    tables = {**opened.tables, "reports": made}
    frame = bilateral_frame(replace(opened, tables=tables)).set_index("pair")
    assert frame.loc["China and Laos", ["totals", "directed"]].tolist() == [1, 1]
    assert frame.loc["China and Myanmar", ["totals", "border_posts"]].tolist() == [0, 1]
    assert len(frame) == 15
    assert set(frame["verdict"]) == {"no data"}


# Lead and lag


def test_a_shock_that_all_countries_share_leaves_changes_less_the_world_mean_as_they_were(opened):
    policy = opened.tables["policy"]
    shock = policy["month"].eq(pd.Timestamp("2021-03-01")) * 25.0
    shaken = replace(
        opened, tables={**opened.tables, "policy": policy.assign(value=policy["value"] + shock)}
    )
    pairs = list(zip(lead_lag_tests(opened), lead_lag_tests(shaken), strict=True))
    own = [pair for pair in pairs if pair[0].changes == OWN]
    for before, after in own:
        np.testing.assert_allclose(
            before.result.correlations, after.result.correlations, atol=ROUNDING
        )
    moved = [a.result.strongest != b.result.strongest for a, b in pairs if a.changes == WHOLE]
    assert all(moved)


def test_changes_begin_with_the_month_that_the_settings_name(opened):
    frame = lead_lag_frame(opened)
    last = pd.Period(opened.settings.window.end, "M")
    for start, months in zip(frame["start"], frame["months"], strict=True):
        assert months == (last - pd.Period(start, "M")).n + 1


def test_a_link_is_read_only_after_adjustment(opened):
    frame = lead_lag_frame(opened)
    assert ((frame["reading"] == "no link seen") == (frame["adjusted_p"] > 0.05)).all()


def test_a_neighbour_that_follows_is_read_as_following(opened):
    policy = opened.tables["policy"]
    index = opened.settings.lead_lag.index
    own = policy[(policy["unit"] == "CHN-YN") & (policy["index"] == index)].sort_values("month")
    noise = np.random.default_rng(1).normal(scale=10, size=len(own)).cumsum()
    others = policy[~policy["unit"].isin(["CHN-YN", "LAO"])]
    made = pd.concat(
        [
            others,
            own.assign(value=noise),
            own.assign(unit="LAO", value=np.concatenate([[0, 0], noise[:-2]])),
        ]
    )
    follows = replace(opened, tables={**opened.tables, "policy": made})
    frame = lead_lag_frame(follows).set_index(["neighbour", "changes", "start"])
    assert frame.loc[("Laos", WHOLE, "2020-07"), "reading"] == "Yunnan 2 months before Laos"
