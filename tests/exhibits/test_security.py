"""Public security: what is shown agrees with the tables, and what cannot be known says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.data_management.load import load_table
from analysis.exhibits import (
    security_answers,
    security_conflict,
    security_conflict_figure,
    security_cooperation,
    security_deaths,
    security_gaps,
    security_governance,
    security_scores,
    security_seizures,
    security_trade,
)
from analysis.exhibits.registry import COMMON_EXHIBITS, SECURITY
from analysis.exhibits.security_conflict_fits import (
    conflict_fits,
    divided_months,
    intervention_months,
)
from analysis.exhibits.security_results import open_border_security
from analysis.exhibits.security_trade_fits import log_events, per_doubling
from exhibits.conftest import drawn

EXACT = 1e-12  # sums and differences of a few numbers with few digits
SATURATED = 1e-8  # a count model with one dummy a stretch is a ratio of means; Newton's last step


@pytest.fixture(scope="module")
def opened():
    return open_border_security()


def monthly(series: str) -> pd.Series:
    context = load_table("context")
    own = context[context["series"] == series]
    return pd.Series(own["value"].to_numpy(), index=own["month"].dt.strftime("%Y-%m"))


# Scores


def test_scores_are_those_of_the_table_and_criminality_is_not_compared(opened):
    frame = security_scores.scores_frame(opened)
    assert len(frame) == 7 * 6
    assert "crime_criminality" not in set(frame["indicator"])
    table = load_table("country_year").set_index(["indicator", "iso3", "year"])["value"]
    for row in frame.itertuples():
        assert row.first == table[row.indicator, row.iso3, 2021]
        assert row.last == table[row.indicator, row.iso3, 2023]
        assert row.largest - row.smallest == pytest.approx(2 * 0.5, rel=EXACT)
        assert row.change == pytest.approx(row.last - row.first, abs=EXACT)


def test_one_step_is_within_rounding_and_two_are_not(opened):
    frame = security_scores.scores_frame(opened).set_index(["indicator", "iso3"])
    assert frame.loc[("crime_human_trafficking", "LAO"), "reading"] == security_scores.WITHIN
    assert frame.loc[("crime_human_trafficking", "KHM"), "reading"] == security_scores.CLEAR
    assert frame.loc[("crime_law_enforcement", "LAO"), "reading"] == security_scores.SAME
    assert (frame["reading"] == security_scores.CLEAR).equals(frame["change"].abs() > 0.5)


def test_the_resolution_stands_where_the_score_stands(opened):
    table = security_scores.scores_table(opened)
    assert table.shown()["2023"].str.contains("± 0.25").all()
    assert "under-scored" in table.note


# Governance and homicide


def test_governance_has_every_published_year_and_says_that_errors_are_missing(opened):
    frame = security_governance.governance_frame(opened)
    assert len(frame) == 6 * 6 * 17
    table = security_governance.governance_table(opened)
    assert table.frame["error"].str.startswith("not identified").all()
    row = table.frame.set_index(["label", "country"]).loc[("Rule of law", "Laos")]
    assert row["change"] == pytest.approx(row["y2021"] - row["y2005"], abs=EXACT)


def test_laos_has_no_homicide_rate_and_the_jump_of_myanmar_is_kept_out(opened):
    frame = security_governance.homicide_frame(opened).set_index("iso3")
    assert frame.loc["LAO", "verdict"] == "no data"
    assert frame.loc["LAO", ["first", "last", "lowest", "highest"]].isna().all()
    assert frame.loc["MMR", "flagged"].startswith("2021: 28.7")
    rates = opened.values("homicide")["MMR"].dropna()
    assert frame.loc["MMR", "highest"] == rates.drop(2021).max() < rates.max()
    assert "Laos" in security_governance.homicide_sentence(opened)


# Seizures and gaps


def test_no_seizure_has_a_trend_and_each_says_who_quoted_it(opened):
    frame = security_seizures.seizures_frame(opened)
    assert set(frame["trend"]) == {"not identified"}
    assert frame["reason"].str.contains("8 are needed").all()
    assert (frame["lower"] <= frame["upper"]).all()
    assert frame["quoted_by"].ne("").all()


def test_a_long_enough_run_may_be_tested(opened):
    years = pd.DataFrame({"year": range(2013, 2021)})
    first = opened.tables["drug_seizures"].iloc[[0]].drop(columns="year")
    made = first.merge(years, how="cross")
    longer = replace(opened, tables={**opened.tables, "drug_seizures": made})
    assert set(security_seizures.seizures_frame(longer)["trend"]) == {"may be tested"}
    short = replace(opened, tables={**opened.tables, "drug_seizures": made.iloc[1:]})
    assert set(security_seizures.seizures_frame(short)["trend"]) == {"not identified"}


def test_every_gap_names_address_and_columns(opened):
    frame = security_gaps.gaps_table(opened).frame
    measures = " ".join(frame["measure"]).lower()
    for word in ("illegal", "crime by province", "scam", "seizures", "homicide"):
        assert word in measures
    assert frame["address"].str.startswith("http").all()
    assert frame["columns"].str.contains(", ").all()
    assert set(frame["verdict"]) == {"no data"}


# Conflict


def test_divided_months_are_left_out_and_no_month_has_two_fates(opened):
    assert divided_months(opened.settings) == ("2021-07", "2021-11", "2023-10")
    months = intervention_months(opened.settings)
    assert months["border_controls"] == tuple(
        str(month) for month in pd.period_range("2020-04", "2021-01", freq="M")
    )
    assert months["gates_shut"] == ("2021-08", "2021-09", "2021-10")
    assert months["operation_1027"] == ("2023-11", "2023-12")
    for fit in opened.conflict.values():
        assert not set(fit.fit.series.months) & set(divided_months(opened.settings))


def test_an_effect_is_the_ratio_of_mean_counts(opened):
    fit = opened.conflict["kachin"]
    counts = monthly("conflict/kachin/events")
    months = intervention_months(opened.settings)
    lull = set(months["gates_shut"]) | set(months["operation_1027"])
    coup = [month for month in months["coup"] if month not in lull]
    offensive = list(months["operation_1027"])
    found = fit.other.effect("operation_1027").estimate
    expected = 100 * (counts[offensive].mean() / counts[coup].mean() - 1)
    assert found == pytest.approx(expected, rel=SATURATED)


def test_months_without_an_event_give_no_effect(opened):
    frame = security_conflict.effects_frame(opened).set_index(["area", "name"])
    row = frame.loc[("muse_100km", "border_controls")]
    assert row["verdict"] == "not identified"
    assert row["events"] == 0
    assert row[["estimate", "lower", "upper", "adjusted_p"]].isna().all()
    assert monthly("conflict/muse_100km/events")["2020-04":"2021-01"].sum() == 0


def test_an_event_without_a_whole_month_is_not_identified(opened):
    short = replace(
        opened.settings.conflict_events[2], start=date(2022, 3, 10), end=date(2022, 3, 20)
    )
    events = (*opened.settings.conflict_events[:2], short)
    settings = replace(opened.settings, conflict_events=events)
    fit = conflict_fits(opened.tables["context"], settings)["kachin"]
    assert divided_months(settings) == ("2022-03",)
    assert fit.quiet == (short,)
    row = security_conflict.effects_frame(replace(opened, settings=settings)).iloc[-1]
    assert (row["verdict"], row["reason"]) == ("not identified", "it holds no whole month")


def test_holm_starts_from_the_larger_p_and_few_months_are_weak(opened):
    frame = security_conflict.effects_frame(opened).dropna(subset=["estimate"])
    larger = frame[["p_newey_west", "p_model"]].max(axis=1)
    assert (frame["cautious_p"] == larger).all()
    assert (frame["adjusted_p"] >= larger).all()
    assert set(frame.loc[frame["months"] < 6, "verdict"]) == {"weak"}
    smallest = larger.min() * len(frame)
    assert frame["adjusted_p"].min() == pytest.approx(min(1.0, smallest), rel=EXACT)


def test_ranks_are_possible_and_areas_without_an_effect_do_not_count(opened):
    for fit in opened.conflict.values():
        for rank in fit.ranks.values():
            assert 1 <= rank.rank <= rank.among
            assert rank.p_value == pytest.approx(rank.rank / rank.among, rel=EXACT)
            assert rank.among - 1 + len(rank.lost) == len(opened.blocks.conflict.placebos)
            assert rank.lost["Magway"] == "no event before the interventions"


def test_an_area_that_jumps_alone_ranks_first(opened):
    context = opened.tables["context"].copy()
    generator = np.random.default_rng(20231027)
    counts = context["series"].str.fullmatch("conflict/.*/events")
    context.loc[counts, "value"] = generator.poisson(3, counts.sum()).astype(float)
    context.loc[counts, "value"] += generator.poisson(2, counts.sum()) ** 2
    own = context["series"] == "conflict/kachin/events"
    later = own & (context["month"] >= "2023-11-01")
    context.loc[later, "value"] = [90.0, 110.0]
    rank = conflict_fits(context, opened.settings)["kachin"].ranks["operation_1027"]
    assert (rank.rank, rank.among) == (1, 13)


def test_regimes_cover_the_window_with_the_means_of_the_counts(opened):
    for item in opened.regimes.values():
        counts = monthly(f"conflict/{item.area.name}/events")
        assert item.stretches[0].first == "2013-01"
        assert item.stretches[-1].last == "2023-12"
        for part in item.stretches:
            assert part.mean == pytest.approx(counts[part.first : part.last].mean(), rel=EXACT)
        assert item.last_date < "2023-10"
    assert len(opened.regimes["kachin"].stretches) == 2


def test_stretches_add_up_to_the_window(opened):
    frame = security_deaths.deaths_table(opened).frame
    for area, part in frame.groupby("area"):
        assert part["months"].sum() == 132
        for measure in ("events", *security_deaths.MEASURES):
            total = monthly(f"conflict/{area}/{measure}")["2013-01":"2023-12"].sum()
            assert part[measure].sum() == total


def test_deaths_are_set_against_the_months_before_with_their_widest_bounds(opened):
    frame = security_deaths.deaths_table(opened).frame.set_index(["area", "stretch"])
    row = frame.loc[("northern_shan", "Operation 1027")]
    base = frame.loc[("northern_shan", security_deaths.BEFORE)]
    rate = {key: row[key] / row["months"] for key in security_deaths.MEASURES}
    before = {key: base[key] / base["months"] for key in security_deaths.MEASURES}
    assert row["ratio"] == pytest.approx(rate["deaths_best"] / before["deaths_best"], rel=EXACT)
    least, most = rate["deaths_low"], rate["deaths_high"]
    assert row["ratio_least"] == pytest.approx(least / before["deaths_high"], rel=EXACT)
    assert row["ratio_most"] == pytest.approx(most / before["deaths_low"], rel=EXACT)
    assert row["ratio_least"] < row["ratio"] < row["ratio_most"]
    assert np.isnan(base["ratio"])


def test_cooperation_is_the_category_of_the_events(opened):
    table = security_cooperation.cooperation_table(opened)
    events = load_table("events")
    assert list(table.frame["event_id"]) == list(
        events.loc[events["category"] == "security_cooperation", "event_id"]
    )
    assert table.frame["day"].is_monotonic_increasing


# Gate trade


def test_a_doubling_is_two_to_the_coefficient():
    assert per_doubling(0.0) == 0.0
    assert per_doubling(1.0) == 100.0
    assert per_doubling(-1.0) == -50.0


def test_a_lag_moves_the_events_forward():
    assert log_events({"2020-12": 0.0, "2021-01": 1.0}, 1) == {"2021-01": 0.0, "2021-02": np.log(2)}


def test_trade_is_estimated_without_conflict_and_with_each_lag(opened):
    frame = security_trade.trade_frame(opened)
    assert [item.lags for item in opened.trade] == [(), (0,), (1,), (0, 1)]
    closure = frame[frame["term"] == "gates_shut"]
    assert len(closure) == 4
    offensive = frame[frame["term"] == "operation_1027"]
    assert set(offensive["verdict"]) == {"not identified"}
    assert offensive["estimate"].isna().all()
    same_month = opened.trade[1]
    own = frame[(frame["model"] == same_month.label) & (frame["term"] == "conflict_lag_0")]
    expected = per_doubling(same_month.conflict(0).estimate)
    assert own["estimate"].iloc[0] == pytest.approx(expected, rel=EXACT)
    assert own["vif"].iloc[0] > 1


def test_conflict_that_moves_with_the_closure_cannot_be_told_apart(opened):
    context = opened.tables["context"].copy()
    own = context["series"] == opened.blocks.trade.conflict
    context.loc[own, "value"] = (context.loc[own, "month"] >= "2021-07-01").astype(float)
    made = replace(opened, tables={**opened.tables, "context": context})
    frame = security_trade.trade_frame(made)
    row = frame[frame["term"] == "conflict_lag_0"].iloc[0]
    assert row["verdict"] in {"weak", "not identified"}
    assert "Last gates shut" in row["reason"]
    closure = frame[(frame["term"] == "gates_shut") & (frame["model"] == row["model"])].iloc[0]
    assert closure["verdict"] in {"weak", "not identified"}


# Answers, and the whole


def test_every_question_names_an_exhibit_and_has_a_computed_answer(opened):
    frame = security_answers.answers_frame(opened)
    names = {item.name for item in COMMON_EXHIBITS if item.notebook == SECURITY}
    assert set(frame["exhibit"]) <= names
    assert frame["answer"].str.endswith(".").all()
    answered = frame[frame["standing"] != "no data"]
    assert answered["answer"].str.contains(r"\d").all()
    assert (frame["standing"] == "no data").sum() == len(opened.gaps)
    assert not frame["question"].duplicated().any()


def test_no_word_is_missing_in_a_table(opened):
    for exhibit in (item for item in COMMON_EXHIBITS if item.notebook == SECURITY):
        made = exhibit.make(opened)
        text = made.alt if exhibit.kind == "figure" else f"{made.markdown()} {made.note}"
        assert "nan" not in text.lower().split()
        assert "None" not in text
        assert "{" not in text


@pytest.mark.parametrize(
    "make",
    [
        security_scores.scores_figure,
        security_governance.governance_figure,
        security_conflict_figure.conflict_figure,
    ],
)
def test_figures_draw_and_say_what_they_show(opened, make):
    figure = make(opened)
    assert figure.alt.startswith(figure.title)
    canvas = drawn(figure)
    width, height = canvas.get_size_inches() * canvas.dpi
    for text in canvas.findobj(lambda item: hasattr(item, "get_text") and item.get_text()):
        box = text.get_window_extent()
        if text.get_visible() and text.get_text().strip():
            assert -1 <= box.x0 <= box.x1 <= width + 1, text.get_text()
            assert -1 <= box.y0 <= box.y1 <= height + 1, text.get_text()
