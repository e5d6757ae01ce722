"""What the fits say as tables: an effect that is not identified has no number anywhere."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest

from analysis.exhibits.effects import (
    INFLUENCE_ROWS,
    cumulative_table,
    effects_table,
    finding_sentences,
    fitted_reports_table,
    identification_table,
    influence_table,
    left_out_table,
    models_table,
)
from analysis.exhibits.table import MISSING
from analysis.exhibits.zone_trade import zone_trade_figure
from exhibits.made import CLOSURE, EARLY, STEADY, made_study, observation, outcome

UNKNOWN = "not identified"
NUMBERS = ["estimate", "lower", "upper", "p_value", "standard_error_log", "df"]
SHOWN_NUMBERS = ["Effect, %", "Lower", "Upper", "df"]
NUMBER_IN_WORDS = re.compile(r"(?<!\d)[+−-]\d|per cent|interval|%")


@pytest.fixture(scope="module")
def made():
    """Return a study in which one outcome has an event before all reports."""
    return made_study(outcome("trade", CLOSURE), outcome("early", EARLY, CLOSURE))


def unknown_effects(opened) -> list[tuple[str, object]]:
    return [
        (name, effect)
        for name, fit in opened.fits.items()
        for effect in fit.effects
        if effect.verdict == UNKNOWN
    ]


def read(table) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(table.csv()))


def assert_no_number(opened) -> None:
    for make in (effects_table, identification_table):
        table = make(opened)
        unknown = (table.frame["verdict"] == UNKNOWN).to_numpy()
        assert table.frame.loc[unknown, NUMBERS].isna().all(axis=None)
        assert read(table).loc[unknown, NUMBERS].isna().all(axis=None)
    table = effects_table(opened)
    unknown = (table.frame["verdict"] == UNKNOWN).to_numpy()
    assert table.shown().loc[unknown, SHOWN_NUMBERS].eq(MISSING).all(axis=None)
    assert table.frame.loc[~unknown, NUMBERS].notna().all(axis=None)


def test_an_effect_that_is_not_identified_has_no_number_in_any_table(opened):
    assert unknown_effects(opened)
    assert_no_number(opened)


def test_a_made_effect_that_nothing_precedes_has_no_number(made):
    [(name, effect)] = unknown_effects(made)
    assert (name, effect.name) == ("early", "early")
    assert_no_number(made)


def test_an_effect_that_is_not_identified_has_no_influential_report(opened):
    table = influence_table(opened)
    unknown = {(name, effect.name) for name, effect in unknown_effects(opened)}
    for rows in (table.frame, read(table)):
        assert not unknown & set(zip(rows["outcome"], rows["name"], strict=True))
    labels = set(zip(table.shown()["Outcome"], table.shown()["Event"], strict=True))
    for name, effect in unknown_effects(opened):
        assert (opened.outcome(name).label, effect.label) not in labels


def test_the_words_for_an_effect_that_is_not_identified_hold_no_estimate(opened):
    alt = zone_trade_figure(opened).alt
    findings = finding_sentences(opened)
    for name, effect in unknown_effects(opened):
        _, found, reason = effect.sentence.partition(f": {UNKNOWN}; ")
        assert found, effect.sentence
        assert not NUMBER_IN_WORDS.search(reason), effect.sentence
        if effect.shape != "trend":
            assert f"{opened.outcome(name).label}. {effect.sentence}" in findings
            assert (effect.sentence in alt) >= opened.outcome(name).figure


def test_an_effect_with_a_number_has_it_in_table_and_words_inside_its_interval(opened):
    frame = effects_table(opened).frame
    rows = frame[frame["verdict"] != UNKNOWN]
    assert len(rows)
    for row in rows.itertuples():
        assert row.lower < row.estimate < row.upper
        assert f"{row.estimate:+.1f} per cent" in row.sentence
        assert f"{row.lower:+.1f} to {row.upper:+.1f}" in row.sentence
        assert f"{100 * opened.study.level:g} % interval" in row.sentence
    weak = rows["verdict"] == "weak"
    assert rows.loc[weak, "sentence"].str.contains("weakly identified").all()
    assert not rows.loc[~weak, "sentence"].str.contains("identified").any()


def test_the_table_has_every_effect_of_every_outcome_in_the_order_of_the_study(opened):
    frame = effects_table(opened).frame
    expected = []
    for item in opened.study.outcomes:
        expected += [(item.name, event.name) for event in item.interventions]
        expected += [(item.name, "trend")] if item.trend == "linear" else []
    assert list(zip(frame["outcome"], frame["name"], strict=True)) == expected
    assert f"{100 * opened.study.level:g} %" in effects_table(opened).note


def test_a_halved_flow_is_found_as_a_halved_flow(made):
    row = effects_table(made).frame.set_index(["outcome", "name"]).loc[("trade", "closure")]
    assert row["estimate"] == pytest.approx(-50, abs=5)
    assert row["lower"] < -50 < row["upper"]
    assert (row["reports_before"], row["reports_after"]) == (18, 6)


def test_what_is_not_identified_or_weak_is_listed_with_its_reason(opened):
    effects = effects_table(opened).frame
    table = identification_table(opened)
    listed = effects[effects["verdict"] != "identified"]
    assert table.frame["sentence"].tolist() == listed["sentence"].tolist()
    assert (table.frame["reason"].str.len() > 20).all()
    assert not table.shown()["Reason"].eq(MISSING).any()


# Cumulative effects

TOTALS = ["total", "total_lower", "total_upper", "percent"]


def test_a_total_is_empty_with_a_reason_exactly_where_effect_or_flow_is_unknown(opened):
    frame = cumulative_table(opened).frame
    assert len(frame)
    for row in frame.itertuples():
        fit = opened.fits[row.outcome]
        unknown = fit.effect(row.name).verdict == UNKNOWN or fit.curve("fitted").empty
        numbers = [getattr(row, key) for key in TOTALS]
        if unknown:
            assert all(pd.isna(number) for number in numbers), row
            assert len(row.reason) > 10
        else:
            assert row.total_lower < row.total < row.total_upper
            assert (row.total > 0) == (row.percent > 0)
            assert not row.reason


def test_a_total_of_a_step_is_the_effect_times_the_flow_without_it(made):
    """Ten a day without the closure, five with it, over the 184 days from July to December."""
    row = cumulative_table(made).frame.set_index(["outcome", "name"]).loc[("trade", "closure")]
    assert (row["first_month"], row["last_month"]) == ("2020-07", "2020-12")
    assert row["percent"] == pytest.approx(made.fits["trade"].effect("closure").estimate)
    assert row["total"] == pytest.approx(-5 * 184, rel=0.1)
    assert row["total_lower"] < -5 * 184 < row["total_upper"]
    assert row["unit"] == "million CNY"


# Influence


def test_the_most_influential_reports_of_each_effect_are_listed_largest_first(opened):
    frame = influence_table(opened).frame
    identified = effects_table(opened).frame.query("verdict != @UNKNOWN and shape != 'trend'")
    effects = set(zip(identified["outcome"], identified["name"], strict=True))
    assert set(zip(frame["outcome"], frame["name"], strict=True)) <= effects
    for (name, effect), rows in frame.groupby(["outcome", "name"], sort=False):
        everything = opened.fits[name].influence.query("name == @effect")
        sizes = everything["change"].abs().sort_values(ascending=False).head(INFLUENCE_ROWS)
        estimate = opened.fits[name].effect(effect).estimate
        rounded = STEADY * max(abs(estimate), rows["estimate_without"].abs().max())
        assert rows["change"].abs().tolist() == pytest.approx(sizes.tolist(), abs=2 * rounded)
        assert (rows["estimate_without"] - rows["estimate"]).to_numpy() == pytest.approx(
            rows["change"].to_numpy(), abs=2 * rounded
        )
        assert set(rows["estimate"]) == {opened.fits[name].effect(effect).estimate}


def test_leaving_a_report_out_moves_the_effect_as_the_table_says(made):
    """A noise that is held makes the table a first step; the refit must go the same way."""
    row = influence_table(made).frame.query("outcome == 'trade'").iloc[0]
    fewer = made.observations[made.observations["report_id"] != row["report_id"]]
    refit = made_study(outcome("trade", CLOSURE), observations=fewer).fits["trade"]
    moved = refit.effect("closure").estimate - row["estimate"]
    assert moved == pytest.approx(row["change"], rel=0.35)


# Reports beside the model, and those left out


def test_every_observation_of_a_model_stands_beside_its_fitted_value(opened):
    frame = fitted_reports_table(opened).frame
    for item in opened.study.outcomes:
        kept = opened.used[item.name]
        rows = frame[frame["outcome"] == item.name].set_index("observation_id")
        if opened.fits[item.name].state is None:
            assert rows.empty
            continue
        assert sorted(rows.index) == sorted(kept["observation_id"])
        levels = kept[kept["kind"] == "level"].set_index("observation_id")
        days = (levels["end"] - levels["start"]).dt.days + 1
        own = rows.loc[levels.index]
        assert own["observed"].to_numpy() == pytest.approx((levels["value"] / days).to_numpy())
        assert (rows["fitted"] > 0).all()


def test_every_observation_of_an_outcome_is_used_or_left_out_with_a_reason(opened):
    models = models_table(opened).frame.set_index("outcome")
    left_out = left_out_table(opened).frame
    for item in opened.study.outcomes:
        everything = (opened.observations["series"] == item.series).sum()
        counts = models.loc[item.name, ["observations", "left_out"]]
        assert counts.sum() == everything
        reasons = left_out.loc[left_out["outcome_label"] == item.label, "reason"]
        assert len(reasons) == counts["left_out"]
        assert (reasons.str.len() > 5).all()


def test_an_observation_is_left_out_for_the_reason_that_holds():
    reports = made_study().observations
    doubtful = observation("D1", "2020-05-01", "2020-05-31", 300.0) | {"confidence": "low"}
    early = observation("E1", "2016-01-01", "2016-12-31", 3000.0)
    named = observation("N1", "2020-06-01", "2020-06-30", 300.0)
    everything = pd.concat([reports, pd.DataFrame([doubtful, early, named])], ignore_index=True)
    item = outcome("trade", CLOSURE, exclude=("N1",))
    frame = left_out_table(made_study(item, observations=everything)).frame
    reasons = frame.set_index("report_id")["reason"]
    assert sorted(reasons.index) == ["D1", "E1", "N1"]
    assert reasons["D1"] == "low confidence"
    assert "study file" in reasons["N1"]
    assert "before 2018-01-01" in reasons["E1"]
    assert frame["observation_id"].is_unique


def test_a_model_is_listed_with_its_noise_and_conventions(opened):
    frame = models_table(opened).frame.set_index("outcome")
    assert frame.index.tolist() == [item.name for item in opened.study.outcomes]
    for name, fit in opened.fits.items():
        row = frame.loc[name]
        assert row["observations"] == fit.reports
        assert fit.convention in row["convention"]
        assert all(note in row["convention"] for note in fit.notes)
        given = [fit.sigma, fit.rho, fit.tau]
        assert [None if pd.isna(row[key]) else row[key] for key in ("sigma", "rho", "tau")] == given
