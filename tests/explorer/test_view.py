"""What the explorer shows is what the notebooks show, and nothing where there is no answer."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pandas as pd
import pytest

from analysis import config
from analysis.errors import StudyError
from analysis.exhibits.canvas import UsedAgain
from analysis.exhibits.zone_trade import zone_trade_figure
from analysis.explorer.choice import Choice, content_of, first_choice, months, offered, subjects
from analysis.explorer.page import page_of, picture_html, refusal_html
from analysis.explorer.view import view_of
from analysis.models.design import design_of
from analysis.models.interval_series import fit_interval_series
from analysis.models.outcome_rows import used_observations

MUSE = "muse_imports"
OUTCOMES = [
    ("mohan_boten", "bilateral_trade_apart"),
    ("mohan_boten", "port_persons"),
    ("qingshuihe_chinshwehaw", "gate_total"),
    ("ruili_muse", MUSE),
    ("ruili_muse", "ruili_value"),
]
GROWTH_ALONE = "ruili/port/export_value/cn_port_office/cny"


def own(ground, study: str, subject: str) -> Choice:
    return first_choice(ground, study, subject)


def rows(text: str, outcome: str) -> list[list[str]]:
    return [row for row in csv.reader(StringIO(text)) if row[0] in ("outcome", outcome)]


# The same calls


@pytest.mark.parametrize(("study", "outcome"), OUTCOMES)
@pytest.mark.parametrize("table", ["effects", "cumulative", "identification", "models"])
def test_the_choice_of_a_study_file_gives_the_numbers_of_notebook_02(ground, study, outcome, table):
    shown = getattr(view_of(own(ground, study, outcome), ground), table)
    saved = (config.FIGURES / study / f"{table}.csv").read_text(encoding="utf-8")
    assert rows(shown.csv(), outcome) == rows(saved, outcome)
    assert len(rows(saved, outcome)) > 1 or table == "identification"


def test_the_picture_shows_the_reports_and_curves_of_notebook_02(ground):
    drawn = zone_trade_figure(view_of(own(ground, "ruili_muse", MUSE), ground).opened).csv()
    saved = (config.FIGURES / "ruili_muse" / "zone_trade.csv").read_text(encoding="utf-8")
    assert rows(drawn, MUSE) == rows(saved, MUSE)
    elements = {row[1] for row in rows(drawn, MUSE)}
    assert {"fitted", "counterfactual", "predicted"} < elements
    assert any(element.endswith(":level") for element in elements)


def test_a_picture_on_a_used_canvas_is_that_of_a_new_one(ground):
    canvas = UsedAgain()
    views = [view_of(choice, ground) for choice in pictured(ground)]
    for view in [*views, *reversed(views)]:
        figure = zone_trade_figure(view.opened)
        assert view.picture(canvas).quick_webp() == figure.picture.quick_webp()
        assert (view.picture(canvas).title, view.picture().alt) == (figure.title, figure.alt)


def pictured(ground) -> list[Choice]:
    """Return choices with more and fewer events and months, and one with nothing to draw."""
    chosen = [own(ground, study, outcome) for study, outcome in OUTCOMES]
    muse = own(ground, "ruili_muse", MUSE)
    bare = replace(muse, interventions=(), trend="none")
    later = replace(muse, start="2016-04", interventions=muse.interventions[:2])
    return [*chosen, bare, own(ground, "ruili_muse", GROWTH_ALONE), later]


def test_each_part_of_a_choice_reaches_the_model(ground):
    first = own(ground, "ruili_muse", MUSE)
    chosen = replace(
        first,
        interventions=("gates_shut", "reopening"),
        trend="none",
        start="2014-01",
        end="2023-12",
    )
    view = view_of(chosen, ground)
    outcome = view.opened.study.outcomes[0]
    declared = ground.opened["ruili_muse"].outcome(MUSE)
    by_name = {item.name: item for item in declared.interventions}
    expected = replace(
        declared,
        trend="none",
        start="2014-01",
        end="2023-12",
        interventions=(by_name["gates_shut"], by_name["reopening"]),
    )
    assert outcome == expected
    used = used_observations(expected, ground.opened["ruili_muse"].observations)
    fit = fit_interval_series(used, design_of(expected), rho=expected.rho, level=0.95)
    [found] = view.opened.fits.values()
    assert found.effects == fit.effects
    assert [effect.name for effect in found.effects] == ["gates_shut", "reopening"]
    assert found.effects != view_of(first, ground).opened.fits[MUSE].effects


# What may be chosen


def test_every_series_of_a_study_has_a_choice_with_a_window_that_is_listed(ground):
    for study in ground.files:
        listed = subjects(ground, study)
        declared = [outcome.name for outcome in ground.opened[study].study.outcomes]
        assert list(listed)[: len(declared)] == declared
        assert len(listed) > len(declared)
        assert len(set(listed.values())) == len(listed)
        for subject in listed:
            choice = first_choice(ground, study, subject)
            allowed = months(ground, study, subject)
            assert {choice.start, choice.end} <= set(allowed)
            assert list(allowed) == sorted(set(allowed))
            assert set(choice.interventions) <= set(offered(ground, study, subject))


def test_a_series_without_a_model_of_its_own_takes_that_of_the_study(ground):
    key = "lweje/port/trade_value/mm_commerce/usd"
    choice = first_choice(ground, "ruili_muse", key)
    assert (choice.start, choice.end, choice.trend) == ("2013-04", "2024-03", "linear")
    study = view_of(choice, ground).opened.study
    assert [item.series for item in study.outcomes] == [key]
    assert study.outcomes[0].rho == "reml"


# No answer, and no number


def test_what_is_not_identified_is_said_with_the_reason_and_without_a_number(ground):
    view = view_of(own(ground, "ruili_muse", "ruili_value"), ground)
    frame = view.effects.frame
    assert set(frame["verdict"]) == {"not identified"}
    assert frame[["estimate", "lower", "upper"]].isna().all(axis=None)
    assert view.cumulative.frame[["total", "percent"]].isna().all(axis=None)
    page = page_of(own(ground, "ruili_muse", "ruili_value"), ground)
    assert page.count("not identified") > len(frame)
    assert "as many parameters (2) as independent reports (2)" in page
    assert "per cent (95 %" not in page


def test_where_nothing_can_be_drawn_the_picture_says_so(ground):
    view = view_of(own(ground, "ruili_muse", GROWTH_ALONE), ground)
    assert "no report gives a value" in view.picture().alt
    page = page_of(own(ground, "ruili_muse", GROWTH_ALONE), ground)
    assert "no report gives a value" in page
    assert "not identified" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": "2022-01"}, "outside the window"),
        ({"start": "2024-01", "end": "2014-01"}, "ends (2014-01) before it starts (2024-01)"),
        ({"subject": "muse/port/trade_value/press/usd"}, "too few reports"),
        ({"interventions": ("gates_shutt",)}, "did you mean"),
        ({"subject": "muse"}, "the series 'muse' is not known"),
        ({"study": "ruili_mus"}, "did you mean 'ruili_muse'"),
    ],
)
def test_what_check_would_refuse_is_one_message_and_no_result(ground, change, said):
    choice = replace(own(ground, "ruili_muse", MUSE), **change)
    with pytest.raises(StudyError) as caught:
        view_of(choice, ground)
    assert said in str(caught.value)
    page = page_of(choice, ground)
    assert page.startswith('<p role="alert">')
    assert "<img" not in page
    assert "<table" not in page
    assert "choice.yaml" not in page


def test_a_usual_mistake_is_told_beside_the_result(ground):
    first = own(ground, "ruili_muse", "muse/port/trade_value/mm_commerce/usd")
    few = replace(own(ground, "ruili_muse", "wanding/port/trade_value/cn_port_office/cny"))
    [doubt] = view_of(few, ground).doubts
    assert doubt.rule == "too_few_reports"
    assert doubt.problem in page_of(few, ground)
    assert view_of(first, ground).doubts == ()
    answered = ground.opened["ruili_muse"].study.checked
    assert [item.row for item in answered] == ["ruili_value"]
    assert view_of(own(ground, "ruili_muse", "ruili_value"), ground).doubts == ()


# The page


def test_text_from_data_is_shown_and_never_obeyed(ground):
    hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    file = {**ground.files["ruili_muse"]}
    file["outcomes"] = [item | {"label": hostile} for item in file["outcomes"]]
    evil = replace(ground, files={**ground.files, "ruili_muse": file})
    page = page_of(own(ground, "ruili_muse", "ruili_value"), evil)
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert page.count("<img ") == 1
    assert "onerror" not in page.replace("onerror=alert(1)&gt;", "")
    told = refusal_html(StudyError(hostile, why=hostile, allowed=hostile, remedy=hostile))
    assert "<img" not in told
    assert "<script" not in told


def test_the_picture_has_its_finding_as_alt_text(ground):
    html = picture_html(view_of(own(ground, "ruili_muse", MUSE), ground).picture())
    assert html.count('alt="') == 1
    alt = html.split('alt="')[1].split('"')[0]
    assert "Last gates shut (step from 2021-07-08): -95.9 per cent" in alt
    assert "Operation 1027" in alt
    assert "not identified" in alt


def test_no_intervention_is_a_choice_too(ground):
    alone = replace(own(ground, "ruili_muse", MUSE), interventions=(), trend="none")
    view = view_of(alone, ground)
    assert view.effects.frame.empty
    assert isinstance(view.cumulative.frame, pd.DataFrame)
    assert "<img" in page_of(alone, ground)
    assert "without an event" in content_of(alone, ground)["question"]
