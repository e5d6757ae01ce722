"""The widgets, driven as a reader drives them, without a browser."""

from __future__ import annotations

import ipywidgets as widgets
import pytest

from analysis import config
from analysis.explorer import panel
from analysis.explorer.choice import first_choice
from analysis.explorer.page import page_of
from analysis.explorer.panel import TEXT_FORM, Explorer, explorer
from analysis.newstudy.create import Places
from analysis.reporting.notebooks import execute, read_notebook

NOTEBOOK = config.NOTEBOOKS / "explore.ipynb"
GATE = "gate_total"
STUDY = "qingshuihe_chinshwehaw"


@pytest.fixture(scope="module")
def shared(ground) -> Explorer:
    return Explorer(ground, Places())


@pytest.fixture
def opened(shared, ground) -> Explorer:
    """Return the explorer at a choice that is computed quickly."""
    shared.choose(first_choice(ground, STUDY, GATE))
    return shared


@pytest.fixture
def computed(monkeypatch) -> list:
    """Return the choices for which a page is computed."""
    asked = []
    monkeypatch.setattr(
        panel, "page_of", lambda choice, *_: asked.append(choice) or f"page {len(asked)}"
    )
    return asked


def test_it_opens_with_the_first_outcome_of_the_committed_study(ground, computed):
    fresh = Explorer(ground, Places())
    [outcome, *_] = ground.opened[config.COMMITTED_STUDY].study.outcomes
    assert fresh.choice == first_choice(ground, config.COMMITTED_STUDY, outcome.name)
    assert computed == [fresh.choice]


def test_every_widget_changes_the_page_that_is_shown(opened, ground):
    pages = [opened.page.value]
    opened.interventions["reopening"].value = False
    pages.append(opened.page.value)
    assert pages[-1] == page_of(opened.choice, ground)
    opened.trend.value = "none"
    pages.append(opened.page.value)
    opened.start.value = "2016-01"
    pages.append(opened.page.value)
    opened.subject.value = "gate_total_apart"
    pages.append(opened.page.value)
    assert len(set(pages)) == len(pages)
    assert opened.choice == first_choice(ground, STUDY, "gate_total_apart")


def test_a_study_and_a_series_bring_what_their_file_says(ground, computed):
    fresh = Explorer(ground, Places())
    fresh.trend.value = "none"
    fresh.study.value = "ruili_muse"
    assert fresh.choice == first_choice(ground, "ruili_muse", "muse_total")
    fresh.subject.value = "ruili_value"
    assert fresh.choice == first_choice(ground, "ruili_muse", "ruili_value")
    assert fresh.start.value == "2018-01"
    assert len(computed) == 4


def test_nothing_is_computed_when_nothing_changed_or_was_seen_before(ground, computed):
    fresh = Explorer(ground, Places())
    for _ in range(2):
        fresh.show()
        fresh.trend.value = "linear"
    assert len(computed) == 1
    fresh.trend.value = "none"
    shown = fresh.page.value
    fresh.trend.value = "linear"
    fresh.trend.value = "none"
    assert len(computed) == 2
    assert fresh.page.value == shown


def test_a_refused_choice_leaves_no_earlier_result_and_is_mended_by_the_next(opened):
    before = opened.page.value
    opened.start.value, opened.end.value = "2023-01", "2016-01"
    assert 'role="alert"' in opened.page.value
    assert "<img" not in opened.page.value
    opened.choose(opened.choice.__class__(STUDY, GATE, *_rest(opened)))
    assert opened.page.value == before


def _rest(opened: Explorer) -> tuple:
    own = first_choice(opened.ground, STUDY, GATE)
    return own.interventions, own.trend, own.start, own.end


def test_an_error_that_is_no_message_is_shown_and_raised(ground, monkeypatch):
    fresh = Explorer(ground, Places())

    def broken(*_):
        raise ZeroDivisionError("<b>division</b>")

    monkeypatch.setattr(panel, "page_of", broken)
    with pytest.raises(ZeroDivisionError):
        fresh.trend.value = "none"
    assert "cannot be computed (ZeroDivisionError: &lt;b&gt;" in fresh.page.value
    assert "<img" not in fresh.page.value


def test_every_field_has_a_label_and_is_a_plain_field_of_a_form(shared):
    """Plain lists, boxes and buttons are reached by the keyboard and read out by their label."""
    kinds = (widgets.Dropdown, widgets.Checkbox, widgets.Text, widgets.Button)
    fields = [item for item in _inside(shared.box) if not isinstance(item, widgets.HTML)]
    assert len(fields) > 8
    for field in fields:
        assert isinstance(field, kinds)
        assert field.description.strip()
        assert not field.disabled
    boxes = [item for item in fields if isinstance(item, widgets.Checkbox)]
    assert all(not box.description_allow_html for box in boxes)


def _inside(box: widgets.Box) -> list:
    found = []
    for child in box.children:
        found += _inside(child) if isinstance(child, widgets.Box) else [child]
    return found


def test_a_broken_study_file_is_one_message_in_place_of_the_explorer(places):
    (places.parameters / "ruili_muse.yaml").write_text("trend: [", encoding="utf-8")
    shown = explorer(places)
    assert isinstance(shown, widgets.HTML)
    assert "this is not valid YAML" in shown.value
    assert "ruili_muse.yaml" in shown.value


def test_the_notebook_runs_headless_and_holds_no_result_of_a_run():
    [cell] = [cell for cell in execute(NOTEBOOK, {}).cells if cell.cell_type == "code"]
    [shown] = cell.outputs
    assert shown.data["text/plain"] == TEXT_FORM
    assert "application/vnd.jupyter.widget-view+json" in shown.data
    committed = read_notebook(NOTEBOOK)
    assert "widgets" not in committed.metadata
    [stored] = [cell for cell in committed.cells if cell.cell_type == "code"]
    assert [dict(output.data) for output in stored.outputs] == [{"text/plain": TEXT_FORM}]
    assert NOTEBOOK.stem not in config.notebook_names()
