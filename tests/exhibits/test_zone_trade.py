"""The main picture draws what was published and what the reports carry, and nothing between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from analysis.exhibits.style import ROLE_COLOURS
from analysis.exhibits.timeline import day_number
from analysis.exhibits.zone_trade import EFFECT, report_rates, zone_trade_figure
from exhibits.conftest import drawn
from exhibits.made import CLOSURE, EARLY, GAP, STEADY, made_study, observation, outcome

UNKNOWN = "not identified"
CURVES = ("fitted", "counterfactual", "predicted")


@pytest.fixture(scope="module")
def made():
    """Return a study with a year without reports, and one with an event that nothing precedes."""
    return made_study(outcome("trade", CLOSURE), outcome("early", EARLY, CLOSURE))


@pytest.fixture(scope="module")
def made_canvas(made):
    return drawn(zone_trade_figure(made))


def days_of(steps: list[np.ndarray]) -> set[int]:
    """Return every day that some curve covers."""
    days: set[int] = set()
    for line in steps:
        days |= set(range(int(line[0, 0]), int(line[-1, 0])))
    return days


def lines_in(axes, role: str) -> list[np.ndarray]:
    """Lines in the colour of a role, each of shape (points, x and y)."""
    lines = [found for found in axes.collections if isinstance(found, LineCollection)]
    drawn = [found for found in lines if to_hex(found.get_color()[0]) == to_hex(ROLE_COLOURS[role])]
    return [np.asarray(line) for found in drawn for line in found.get_segments()]


def days_in(rows: pd.DataFrame) -> set[int]:
    spans = zip(rows["start"].map(day_number), rows["end"].map(day_number), strict=True)
    return {day for first, last in spans for day in range(int(first), int(last) + 1)}


# Reports


def test_a_report_is_drawn_at_its_mean_daily_rate_over_both_of_its_end_days():
    rates = report_rates(
        pd.DataFrame(
            [
                observation("L1", "2020-02-01", "2020-02-29", 290.0),
                observation("L2", "2021-01-08", "2021-01-08", 3.0),
                observation("G3", "2021-01-01", "2021-12-31", 1.5, kind="growth"),
            ]
        )
    )
    assert rates["observation_id"].tolist() == ["L1:level", "L2:level"]
    assert rates["rate"].tolist() == [10.0, 3.0]


def test_the_bars_of_a_panel_are_the_reports_of_its_outcome(opened, canvases):
    panels = [item for item in opened.study.outcomes if item.figure]
    for axes, item in zip(canvases["zone_trade"].axes, panels, strict=True):
        rates = report_rates(opened.used[item.name])
        expected = [
            (day_number(row.start), day_number(row.end) + 1, row.rate) for row in rates.itertuples()
        ]
        bars = [(*line[:, 0], line[0, 1]) for line in lines_in(axes, "report")]
        assert np.array(sorted(bars)) == pytest.approx(np.array(sorted(expected)), rel=STEADY)
        low, high = axes.get_ylim()
        assert all(low < rate < high for _, _, rate in bars)


# Curves


def test_nothing_is_drawn_across_a_gap(made, made_canvas):
    gap = {int(day_number(day.date())) for day in pd.date_range(*GAP)}
    for axes in made_canvas.axes:
        fitted = lines_in(axes, "fitted")
        assert len(fitted) == 2
        assert days_of(fitted) & gap == set()
        bands = [item for item in axes.collections if not isinstance(item, LineCollection)]
        for band in bands:
            for path in band.get_paths():
                inside = path.vertices[:, 0]
                assert not (inside.min() < min(gap) and inside.max() > max(gap) + 1)
    assert not set(pd.period_range("2019-01", "2019-12", freq="M").astype(str)) & set(
        made.fits["trade"].monthly["month"].astype(str)
    )


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_is_drawn_over_the_days_of_its_rows_and_no_others(opened, canvases, curve):
    data = zone_trade_figure(opened).data
    panels = [item.name for item in opened.study.outcomes if item.figure]
    for axes, name in zip(canvases["zone_trade"].axes, panels, strict=True):
        rows = data[(data["outcome"] == name) & (data["element"] == curve)]
        assert days_of(lines_in(axes, curve)) == days_in(rows)


def test_a_curve_is_drawn_at_the_rates_of_the_data(made, made_canvas):
    data = zone_trade_figure(made).data
    for curve in CURVES:
        values = [line[::2, 1] for line in lines_in(made_canvas.axes[0], curve)]
        rows = data[(data["outcome"] == "trade") & (data["element"] == curve)]
        assert len(rows) == 24
        assert np.concatenate(values).tolist() == rows["rate"].tolist()
        assert (rows["lower"] < rows["rate"]).all()
        assert (rows["rate"] < rows["upper"]).all()


def test_curves_are_expectations_which_sums_of_months_are_compared_with(made):
    """The median of a log-normal flow is exp(-sigma^2 / 2) times its mean."""
    fit = made.fits["trade"]
    data = zone_trade_figure(made).data
    for curve in ("fitted", "counterfactual"):
        rows = data[(data["outcome"] == "trade") & (data["element"] == curve)]
        median = fit.monthly[fit.monthly["curve"] == curve]
        for side in ("rate", "lower", "upper"):
            ratio = rows[side].to_numpy() / median[side].to_numpy()
            assert ratio == pytest.approx(np.full(24, np.exp(fit.sigma**2 / 2)), rel=STEADY)


def test_predicted_months_follow_the_report_of_the_month(made):
    data = zone_trade_figure(made).data.query("outcome == 'trade'").set_index("element")
    reports = report_rates(made.observations)["rate"].to_numpy()
    predicted = np.abs(np.log(data.loc["predicted", "rate"].to_numpy() / reports))
    fitted = np.abs(np.log(data.loc["fitted", "rate"].to_numpy() / reports))
    assert predicted.mean() < fitted.mean()


def test_before_the_event_the_counterfactual_is_the_fitted_curve(made):
    monthly = made.fits["trade"].monthly.set_index(["curve", "month"])["rate"]
    fitted, without = monthly["fitted"], monthly["counterfactual"]
    before = [month for month in fitted.index if str(month) < "2020-07"]
    assert len(before) == 18
    assert without[before].tolist() == pytest.approx(fitted[before].tolist())
    after = [month for month in without.index if str(month) >= "2020-07"]
    assert len(after) == 6
    assert (fitted[after] / without[after]).to_numpy() == pytest.approx(np.full(6, 0.5), rel=0.1)


# Events that are not identified


def assert_no_counterfactual_after(rows: pd.DataFrame, effects) -> None:
    for effect in effects:
        if effect.verdict == UNKNOWN and effect.shape != "trend":
            assert (rows["end"] < pd.Timestamp(effect.start)).all(), effect.name


def test_no_counterfactual_is_drawn_after_an_event_that_is_not_identified(opened):
    data = zone_trade_figure(opened).data
    for item in opened.study.outcomes:
        fit = opened.fits[item.name]
        monthly = fit.monthly[fit.monthly["curve"] == "counterfactual"]
        first = pd.to_datetime(monthly["first_day"])
        last = first + pd.to_timedelta(monthly["days"].astype("int64") - 1, unit="D")
        assert_no_counterfactual_after(monthly.assign(end=last), fit.effects)
        drawn_rows = data[(data["outcome"] == item.name) & (data["element"] == "counterfactual")]
        assert_no_counterfactual_after(drawn_rows, fit.effects)


def test_an_event_before_every_report_takes_the_counterfactual_away(made, made_canvas):
    fit = made.fits["early"]
    assert fit.effect("early").verdict == UNKNOWN
    assert fit.effect("closure").verdict != UNKNOWN
    assert lines_in(made_canvas.axes[1], "fitted")
    assert lines_in(made_canvas.axes[1], "counterfactual") == []
    data = zone_trade_figure(made).data.set_index(["outcome", "element"]).index
    assert ("early", "fitted") in data
    assert ("early", "counterfactual") not in data


def test_a_panel_names_what_is_not_identified(opened, canvases):
    panels = [item for item in opened.study.outcomes if item.figure]
    for axes, item in zip(canvases["zone_trade"].axes, panels, strict=True):
        unknown = [e.label for e in opened.fits[item.name].effects if e.verdict == UNKNOWN]
        notes = [text.get_text().replace("\n", " ") for text in axes.texts]
        found = [note for note in notes if note.startswith(UNKNOWN)]
        assert found == ([f"{UNKNOWN}: {', '.join(unknown)}"] if unknown else [])


# Words and data


def test_the_data_have_a_row_for_every_report_and_month_that_is_drawn(opened):
    figure = zone_trade_figure(opened)
    for item in [item for item in opened.study.outcomes if item.figure]:
        own = figure.data[figure.data["outcome"] == item.name]
        rows = own[~own["element"].str.startswith(EFFECT)]
        rates = report_rates(opened.used[item.name])
        monthly = opened.fits[item.name].monthly
        counts = rows["element"].value_counts()
        for curve in ("fitted", "counterfactual"):
            assert counts.get(curve, 0) == (monthly["curve"] == curve).sum()
        assert counts.get("predicted", 0) == counts.get("fitted", 0)
        reports = rows[~rows["element"].isin(CURVES)]
        assert reports["element"].tolist() == rates["observation_id"].tolist()
        assert set(rows["unit"]) == {f"{opened.unit(item.series)} a day"}
        assert (rows["start"] <= rows["end"]).all()
        effects = [e for e in opened.fits[item.name].effects if e.shape != "trend"]
        told = own[own["element"].str.startswith(EFFECT)]
        assert told["element"].tolist() == [f"{EFFECT}{e.label}: {e.verdict}" for e in effects]
        assert told["rate"].isna().tolist() == [e.estimate is None for e in effects]
        assert told["unit"].tolist() == [e.unit for e in effects]
    hidden = {item.name for item in opened.study.outcomes if not item.figure}
    assert not hidden & set(figure.data["outcome"])


def test_the_alt_text_gives_the_finding_of_every_effect_that_is_drawn(opened):
    alt = zone_trade_figure(opened).alt
    for item in opened.study.outcomes:
        sentences = [e.sentence for e in opened.fits[item.name].effects if e.shape != "trend"]
        if item.figure:
            assert f"{item.label}: {' '.join(sentences)}" in alt
        else:
            assert f"{item.label}:" not in alt


@pytest.mark.parametrize(("level", "words"), [(0.95, "95 %"), (0.8, "80 %")])
def test_the_legend_says_the_level_of_the_bands(level, words):
    study = made_study(outcome("trade", CLOSURE))
    canvas = drawn(zone_trade_figure(replace(study, study=replace(study.study, level=level))))
    [legend] = canvas.legends
    assert any(words in text.get_text() for text in legend.get_texts())


def test_an_outcome_without_any_number_still_has_its_reports(made):
    few = made.observations.iloc[:1]
    study = made_study(outcome("trade", CLOSURE), observations=few)
    figure = zone_trade_figure(study)
    assert all(effect.verdict == UNKNOWN for effect in study.fits["trade"].effects)
    unknown = [f"{EFFECT}{e.label}: {UNKNOWN}" for e in study.fits["trade"].effects]
    assert figure.data["element"].tolist() == [*few["observation_id"], *unknown]
    [axes] = drawn(figure).axes
    assert lines_in(axes, "fitted") == lines_in(axes, "counterfactual") == []
