"""Exhibits on health security: equal to sums by hand, true to made series, open about gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.errors import BuildError
from analysis.exhibits.health_answers import QUESTIONS, health_answers_table
from analysis.exhibits.health_burden import burden_frame, caution_sentence, monthly_burden
from analysis.exhibits.health_capacity import NO_DATA, capacity_frame, missing_frame
from analysis.exhibits.health_dengue import (
    NOT_IDENTIFIED,
    UNDER_TESTING,
    dengue_effects_table,
    effects_frame,
    log_change,
    together_frame,
)
from analysis.exhibits.health_dengue_checks import (
    dengue_models_table,
    dengue_placebos_table,
    models_frame,
    placebo_frame,
)
from analysis.exhibits.health_dengue_figure import dengue_paths_figure
from analysis.exhibits.health_dengue_fits import dengue_fits
from analysis.exhibits.health_events import MECHANISM, events_frame, mechanism_sentence
from analysis.exhibits.health_ranks import NO_ORDER, ranks_frame
from analysis.exhibits.health_security import OpenHealth, open_health_security
from analysis.exhibits.registry import COMMON_EXHIBITS

ROUNDING = 1e-9  # relative: sums of the same numbers in another order
SAMPLING = 0.12  # of a log change of 180 independent counts: three standard errors
TRUE_CHANGE = np.log(0.5)


@pytest.fixture(scope="module")
def opened() -> OpenHealth:
    return open_health_security()


def with_table(opened: OpenHealth, name: str, table: pd.DataFrame) -> OpenHealth:
    """Return the opened tables with one of them changed, nothing kept from before."""
    return replace(opened, tables={**opened.tables, name: table})


# Events


def test_every_event_of_the_mechanism_in_the_table_is_shown_with_its_source(opened):
    frame = events_frame(opened)
    own = frame[frame["part"] == MECHANISM]
    table = opened.tables["events"]
    assert set(own["event_id"]) == set(table.loc[table["place"] == "Lancang-Mekong", "event_id"])
    assert own["start"].is_monotonic_increasing
    assert (frame["publisher"] != "").all()
    assert set(frame["day"]) == {"known", "not known"}


def test_the_sentence_counts_the_months_without_an_event(opened):
    assert "For the 40 months from then to 2023-12" in mechanism_sentence(opened)


# Capacity


def test_latest_value_change_and_rank_agree_with_the_table(opened):
    frame = capacity_frame(opened)
    assert len(frame) == len(opened.settings.countries) * len(opened.settings.capacity.indicators)
    beds = frame[frame["indicator"] == "hospital_beds"].set_index("iso3")
    table = opened.yearly[opened.yearly["indicator"] == "hospital_beds"]
    vietnam = table[table["iso3"] == "VNM"].set_index("year")["value"]
    assert beds.loc["VNM", "year"] == vietnam.index.max() == 2017
    assert beds.loc["VNM", "change"] == pytest.approx(vietnam[2017] - vietnam[2015])
    best_first = beds.sort_values("value", ascending=False)
    assert best_first["rank"].tolist() == [1, 2, 3, 4, 5, 6]


def test_the_least_tuberculosis_ranks_first_and_a_fall_is_an_improvement(opened):
    frame = capacity_frame(opened)
    rows = frame[frame["indicator"] == "tb_incidence"].set_index("iso3")
    assert rows["value"].astype(float).idxmin() == rows["rank"].astype(int).idxmin()
    assert (np.sign(rows["improved"]) == -np.sign(rows["change"])).all()


def test_a_country_without_a_value_says_no_data_and_is_not_ranked(opened):
    table = opened.tables["country_year"]
    gone = (table["iso3"] == "THA") & (table["indicator"] == "uhc_index")
    frame = capacity_frame(with_table(opened, "country_year", table[~gone]))
    rows = frame[frame["indicator"] == "uhc_index"].set_index("iso3")
    assert rows.loc["THA", "verdict"] == NO_DATA
    assert pd.isna(rows.loc["THA", "rank"])
    assert set(rows["ranked"].dropna()) == {5}


def test_what_is_not_to_be_had_names_address_and_columns(opened):
    frame = missing_frame(opened)
    for word in ("SPAR", "JEE"):
        row = frame[frame["measure"].str.contains(word)].iloc[0]
        assert row["verdict"] == NO_DATA
        assert row["address"].startswith("https://")
        assert "iso3" in row["columns"]
    assert set(frame["area"]) >= {"Myanmar", "Vietnam"}


# Burden


def test_burden_is_the_sum_of_months_by_the_population_of_their_year(opened):
    frame = burden_frame(opened).set_index("iso3")
    covid = opened.tables["covid"]
    own = covid[(covid["unit"] == "LAO") & (covid["indicator"] == "deaths")]
    people = opened.yearly[
        (opened.yearly["iso3"] == "LAO") & (opened.yearly["indicator"] == "population")
    ].set_index("year")["value"]
    inside = own[own["month"] < "2024-01-01"]
    by_hand = sum(
        1e6 * value / people[month.year]
        for month, value in zip(inside["month"], inside["value"], strict=True)
    )
    assert frame.loc["LAO", "deaths"] == pytest.approx(by_hand, rel=ROUNDING)
    assert frame.loc["LAO", "months"] == len(inside)


def test_every_month_of_the_window_is_there_once_with_a_population(opened):
    monthly = monthly_burden(opened)
    assert not monthly.duplicated(["iso3", "month", "measure"]).any()
    assert monthly["per_million"].notna().all()
    assert len(monthly) == 6 * 48 * 2


def test_the_caution_on_china_stands_with_numbers_of_both_sources(opened):
    covid = opened.tables["covid"]
    june = covid[covid["month"] == "2022-06-01"]
    provinces = june[june["unit"].str.startswith("CHN-") & (june["indicator"] == "confirmed")]
    sentence = caution_sentence(opened)
    assert f"{provinces['value'].sum():,.0f}" in sentence
    assert burden_frame(opened).set_index("iso3")["caution"].ne("").sum() == 1


# Ranks


def test_every_rank_correlation_has_its_smallest_p_and_five_countries_can_show_nothing(opened):
    frame = ranks_frame(opened)
    assert len(frame) == 20
    assert set(frame.loc[frame["units"] == 6, "verdict"]) == {NO_ORDER}
    five = frame[frame["units"] == 5]
    assert set(five["verdict"]) == {NOT_IDENTIFIED}
    assert five["smallest_p"].tolist() == pytest.approx([2 / 120] * 10)
    assert five["reason"].str.contains("cannot fall below").all()


def test_a_missing_capacity_is_not_identified_with_the_country_named(opened):
    table = opened.tables["country_year"]
    gone = (table["iso3"] == "KHM") & (table["indicator"] == "hospital_beds")
    frame = ranks_frame(with_table(opened, "country_year", table[~gone]))
    beds = frame[frame["capacity"] == "hospital_beds"]
    assert set(beds["verdict"]) == {NOT_IDENTIFIED}
    assert beds["reason"].str.contains("Cambodia").all()
    assert beds["rho"].isna().all()


# Dengue


def made_context(opened: OpenHealth, change: float) -> pd.DataFrame:
    """Return counts of each country with a season and a known change from April 2020 on."""
    months = pd.date_range("2010-01-01", "2024-12-01", freq="MS")
    closed = (months >= "2020-04-01") & (months <= "2022-06-01")
    pieces = []
    for place, code in enumerate(opened.settings.countries):
        rng = np.random.default_rng([20200331, place])
        mean = np.exp(6 + np.sin(2 * np.pi * months.month / 12) + change * closed)
        values = rng.negative_binomial(10, 10 / (10 + mean)).astype(float)
        pieces.append(
            pd.DataFrame({"series": f"dengue/{code}/cases", "month": months, "value": values})
        )
    return pd.concat(pieces, ignore_index=True).assign(unit="cases")


def made(opened: OpenHealth, change: float) -> OpenHealth:
    left_out = {"left_out": []}
    dengue = opened.settings.dengue.model_copy(update=left_out)
    settings = opened.settings.model_copy(update={"dengue": dengue})
    context = made_context(opened, change)
    return replace(opened, settings=settings, tables={**opened.tables, "context": context})


def test_a_known_change_is_found_and_placebo_years_show_none(opened):
    known = made(opened, TRUE_CHANGE)
    frame = effects_frame(known)
    changes = np.log1p(frame["estimate"].astype(float) / 100)
    np.testing.assert_allclose(changes, TRUE_CHANGE, atol=2 * SAMPLING)
    assert abs(changes.mean() - TRUE_CHANGE) < SAMPLING
    assert set(frame["verdict"]) == {"change"}
    placebos = placebo_frame(known).dropna(subset=["estimate"])
    assert abs(np.log1p(placebos["estimate"] / 100)).mean() < SAMPLING
    assert set(placebos["rank"]) == {"1 of 8"}
    together = together_frame(known)
    assert together["verdict"].iloc[0] == "change"
    assert together["p_value"].iloc[0] == 2 / 2**6


def test_without_a_change_no_country_is_said_to_have_one(opened):
    frame = effects_frame(made(opened, 0.0))
    assert set(frame["verdict"]) == {"not told from chance"}


def test_series_without_months_on_both_sides_are_not_identified_with_the_reason(opened):
    frame = effects_frame(opened).set_index("iso3")
    for code in ("MMR", "VNM"):
        assert frame.loc[code, "verdict"] == NOT_IDENTIFIED
        assert frame.loc[code, "reason"]
        assert pd.isna(frame.loc[code, "estimate"])
    assert "every case of the year stands in one month" in frame.loc["CHN", "reason"]


def test_months_left_out_are_not_used_but_shown(opened):
    used = opened.dengue["CHN"].fit.series.months
    assert not any(month.startswith("2022") for month in used)
    rows = dengue_paths_figure(opened).data
    out = rows[(rows["iso3"] == "CHN") & (rows["element"] == "left out")]
    assert set(out["first_day"].dt.year) == {2022}


def test_nothing_of_the_project_stands_after_holm_and_the_table_says_so(opened):
    frame = effects_frame(opened)
    known = frame[frame["p_shift"].notna()]
    assert (known["estimate"] < 0).all()
    assert (known["adjusted_p"] >= known["p_shift"]).all()
    assert (known["smallest_p"] <= known["p_shift"]).all()
    assert set(known["verdict"]) == {"not told from chance"}
    assert set(together_frame(opened)["verdict"]) == {NOT_IDENTIFIED}


@pytest.mark.parametrize(
    "table", [dengue_effects_table, dengue_models_table, dengue_placebos_table]
)
def test_under_testing_is_said_where_the_number_stands(opened, table):
    assert UNDER_TESTING in table(opened).note


def test_other_models_keep_the_window_and_say_why_they_fail(opened):
    frame = models_frame(opened)
    failed = frame[frame["estimate"].isna()]
    assert (failed["reason"] != "").all()
    assert set(frame.loc[frame["trusted"] == "yes", "label"]) == {"log cases, AR(1) errors"}
    without = frame[frame["label"].str.startswith("without 2019")].set_index("iso3")
    main = effects_frame(opened).set_index("iso3")
    assert without.loc["THA", "months"] == main.loc["THA", "months"] - 12


def test_a_placebo_that_reaches_into_the_closure_is_not_estimated(opened):
    frame = placebo_frame(opened)
    last = frame[frame["year"] == 2018]
    assert last["estimate"].isna().all()
    assert last["reason"].str.contains("reach into the closure").all()


def test_a_closure_on_a_leap_day_moves_to_the_last_of_february(opened):
    fits = dengue_fits(made_context(opened, 0.0), opened.settings, date(2020, 2, 29), opened.names)
    placebo = next(item for item in fits["THA"].placebos if item.year == 2015)
    assert placebo.effect.start == "2015-02-28"


def test_an_effect_without_an_estimate_has_no_size():
    with pytest.raises(BuildError, match="no size"):
        log_change(None)


# Answers


def test_every_question_names_exhibits_that_exist_and_has_a_verdict(opened):
    names = {item.name for item in COMMON_EXHIBITS if item.notebook == "09_health_security"}
    for question in QUESTIONS:
        assert set(question.exhibit.split(", ")) <= names
    frame = health_answers_table(opened).frame
    assert (frame[["verdict", "answer"]] != "").all(axis=None)
    assert {NO_DATA, NOT_IDENTIFIED} <= set(frame["verdict"])
