"""Exhibits of the placebo universe against one regression at a time and ranks by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.exhibits.universe_figure import BARS, MARK, universe_distributions_figure
from analysis.exhibits.universe_left_out import BY_DATA, BY_SETTINGS, left_out_frame
from analysis.exhibits.universe_ranks import (
    NOT_IDENTIFIED,
    NOT_UNUSUAL,
    UNUSUAL,
    WEAK,
    ranks_frame,
    universe_ranks_table,
)
from analysis.exhibits.universe_results import OpenUniverse, open_placebo_universe, whole_months
from analysis.settings.placebo_universe import TargetBlock
from analysis.study_blocks import Window

SAME = 1e-8  # relative: partialled out, beside one regression a series
DRAWN = 1e-5  # relative: numbers of a figure are saved with six digits
AT = (("countries", "EV037", 3), ("areas", "EV063", 6))  # panel, event and bandwidth checked


@pytest.fixture(scope="module")
def opened() -> OpenUniverse:
    return open_placebo_universe()


@pytest.fixture(scope="module")
def ranks(opened) -> pd.DataFrame:
    return ranks_frame(opened)


def with_settings(opened: OpenUniverse, **changes: object) -> OpenUniverse:
    return replace(opened, settings=opened.settings.model_copy(update=changes))


def asking(opened: OpenUniverse, at: int, *series: str) -> OpenUniverse:
    """Return the questions with one that has other targets."""
    targets = tuple(TargetBlock(series=name, label=name) for name in series)
    questions = list(opened.settings.questions)
    questions[at] = questions[at].model_copy(update={"targets": targets})
    return with_settings(opened, questions=tuple(questions))


def values_by_hand(opened: OpenUniverse, panel: str) -> pd.DataFrame:
    """Return months by series straight from the processed tables."""
    if panel == "areas":
        context = opened.tables["context"]
        rows = context[context["series"].str.fullmatch(r"conflict/\w+/events")]
        wide = rows.pivot(index="month", columns="series", values="value")  # noqa: PD010
        wide.columns = [name.split("/")[1] for name in wide.columns]
        near = ["muse_50km", "northern_shan", "shan", "kachin", "laukkai_50km"]
        return np.log1p(
            wide.drop(columns=[*near, "national", "unspecified"]).loc["2013-01":"2023-12"]
        )
    policy = opened.tables["policy"]
    rows = policy[(policy["unit"].str.len() == len("CHN")) & (policy["index"] == "stringency")]
    wide = rows.pivot(index="month", columns="unit", values="value")  # noqa: PD010
    return wide.loc["2020-07":"2022-12"]


def step_by_hand(months: pd.DatetimeIndex, day: date) -> np.ndarray:
    """Return the share of each month that lies on or after a day."""
    start = pd.Timestamp(day)
    shares = [
        (month + pd.offsets.MonthBegin(1) - start).days / month.days_in_month for month in months
    ]
    return np.clip(shares, 0, 1)  # fmt: skip


@pytest.mark.parametrize(("panel", "event", "bandwidth"), AT)
def test_breaks_and_ranks_are_those_of_one_regression_at_a_time(
    opened, ranks, panel, event, bandwidth
):
    wide = values_by_hand(opened, panel)
    step = step_by_hand(wide.index, opened.events[event].start)
    matrix = np.column_stack([np.ones(len(wide)), np.arange(len(wide)), step])
    lags = {"maxlags": bandwidth, "use_correction": True}
    fits = {
        name: sm.OLS(wide[name].to_numpy(), matrix).fit(cov_type="HAC", cov_kwds=lags, use_t=True)
        for name in wide
    }
    sizes = np.array([abs(fit.tvalues[2]) for fit in fits.values()])
    own = ranks[(ranks["panel"] == panel) & (ranks["event"] == event)]
    assert len(own)
    for row in own.itertuples():
        fit = fits[row.series]
        assert row.estimate == pytest.approx(fit.params[2], rel=SAME)
        assert row.standard_error == pytest.approx(fit.bse[2], rel=SAME)
        rank = int((sizes >= abs(fit.tvalues[2]) * (1 - SAME)).sum())
        assert (row.rank, row.others) == (rank, len(sizes) - 1)
        assert row.p_among_series == rank / len(sizes)
        assert row.smallest_p == 1 / len(sizes)


def test_holm_counts_every_question(ranks):
    ordered = ranks.sort_values("p_among_series", kind="stable")
    steps = ordered["p_among_series"] * np.arange(len(ordered), 0, -1)
    by_hand = steps.cummax().clip(upper=1)
    np.testing.assert_allclose(ordered["adjusted_p"], by_hand)


def test_a_first_place_is_unusual_only_where_there_are_enough_others(opened, ranks):
    """The first country passes; the first province is weak, however large its break."""
    first = opened.answers[0].universe
    panel = opened.panels["countries"]
    names = sorted(panel["series"].unique())
    asked = asking(opened, 0, *names)
    alone = ranks_frame(with_settings(asked, questions=asked.settings.questions[:1]))
    top = alone.loc[alone["rank"] == 1, "series"].iloc[0]
    frame = ranks_frame(asking(opened, 0, top))
    assert frame.loc[0, "p_among_series"] == 1 / first.series
    assert frame.loc[0, "adjusted_p"] == pytest.approx(len(frame) / first.series)
    assert frame.loc[0, "verdict"] == UNUSUAL
    provinces = ranks[(ranks["panel"] == "provinces") & (ranks["rank"] == 1)]
    assert set(provinces["verdict"]) == {WEAK}
    assert provinces["reason"].str.contains("no rank could reach 0.05").all()
    assert NOT_UNUSUAL in set(ranks["verdict"])


def test_too_few_months_after_the_event_are_weak_and_have_no_rank_in_time(ranks):
    late = ranks[ranks["event"] == "EV063"].iloc[0]
    assert (late["verdict"], late["months_after"]) == (WEAK, 2)
    assert late["reason"] == "2 whole months after the event, fewer than 6"
    assert np.isnan(late["p_in_time"])


def test_whole_months_leave_the_month_of_the_event_out_unless_it_begins_it():
    window = Window(start="2020-07", end="2020-12")
    assert whole_months(window, date(2020, 9, 2)) == (2, 3)
    assert whole_months(window, date(2020, 9, 1)) == (2, 4)
    assert whole_months(window, date(2020, 12, 31)) == (5, 0)


def test_a_series_that_says_nothing_is_not_identified_and_listed_with_its_reason(opened):
    policy = opened.tables["policy"].copy()
    policy.loc[policy["unit"] == "MMR", "value"] = 50.0
    few = with_settings(opened, questions=opened.settings.questions[:2])
    still = replace(few, tables={**opened.tables, "policy": policy})
    frame = ranks_frame(still)
    own = frame[frame["series"] == "MMR"]
    assert set(own["verdict"]) == {NOT_IDENTIFIED}
    assert set(own["reason"]) == {"the same value in every month"}
    assert own[["estimate", "rank", "p_among_series", "adjusted_p"]].isna().all(axis=None)
    assert frame["adjusted_p"].notna().sum() == len(frame) - len(own)
    lost = left_out_frame(still)
    lost = lost[(lost["panel"] == "countries") & (lost["kind"] == BY_DATA)]
    assert set(lost["count"]) == {1}
    assert set(lost["kept"]) == {184}
    drawn = universe_distributions_figure(still)
    assert "Myanmar, Coup in Myanmar (2021-02-01): not identified, the same value" in drawn.alt
    assert drawn.svg()


def test_what_the_settings_leave_out_is_not_in_the_panel_and_stands_in_the_table(opened):
    frame = left_out_frame(opened)
    named = frame[frame["kind"] == BY_SETTINGS]
    for panel in opened.settings.panels:
        out = {item.series for item in panel.left_out}
        assert set(named.loc[named["panel"] == panel.name, "series"]) == out
        assert not out & set(opened.panels[panel.name]["series"])


def test_the_figure_draws_all_series_and_the_numbers_of_the_table(opened, ranks):
    data = universe_distributions_figure(opened).data
    shares = data[data["kind"] == BARS].groupby("question")["share_percent"].sum()
    np.testing.assert_allclose(shares, 100, rtol=DRAWN)
    assert len(shares) == len(opened.settings.questions)
    marks = data[data["kind"] == MARK]
    np.testing.assert_allclose(marks["t_from"], ranks["t"].abs(), rtol=DRAWN)
    for row in marks.itertuples():
        bars = data[(data["kind"] == BARS) & (data["question"] == row.question)]
        assert ((bars["t_from"] <= row.t_from) & (row.t_from < bars["t_to"])).any()


def test_the_table_states_what_a_rank_assumes(opened):
    note = universe_ranks_table(opened).note
    assert "exchangeable" in note
    assert "not that the event made it" in note
