"""The widgets of the explorer: they ask for a choice and show the page that follows from it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import ipywidgets as widgets

from analysis import config
from analysis.errors import AnalysisError
from analysis.exhibits.canvas import UsedAgain
from analysis.exhibits.zone_trade import measure_event_labels
from analysis.explorer.choice import (
    Choice,
    Ground,
    first_choice,
    months,
    offered,
    open_ground,
    subjects,
)
from analysis.explorer.page import WORKING, page_of, refusal_html, unexpected_html, written_html
from analysis.explorer.write import write_choice
from analysis.newstudy.create import Places

REMEMBERED: Final = 64
"""Pages kept, so that going back to a choice computes nothing."""
TRENDS: Final = (("none", "none"), ("linear", "linear"))
LABELS: Final = {"description_width": "7em"}
WIDE: Final = widgets.Layout(width="44em", max_width="100%")
HALF: Final = widgets.Layout(width="22em")
TEXT_FORM: Final = "The explorer. It needs JupyterLab (make lab): Run > Run All Cells."
"""What stands in the committed notebook, where no widget can be shown."""
ASKED: Final = "value"  # the trait of a widget that a reader changes


class Explorer:
    """The explorer as it stands in a notebook.

    Attributes
    ----------
    study, subject, trend, start, end
        Drop-down lists; `interventions` holds a check box an intervention, by its name.
    page
        What follows from the choice.
    name, reason, button, told
        The form that writes the choice as a study, and what came of it.
    """

    def __init__(self, ground: Ground, places: Places) -> None:
        self.ground, self.places = ground, places
        self.study = _list("Study", WIDE)
        self.subject = _list("Series", WIDE)
        self.trend = _list("Trend", HALF, TRENDS)
        self.start, self.end = _list("First month", HALF), _list("Last month", HALF)
        self.interventions: dict[str, widgets.Checkbox] = {}
        self.ticks = widgets.VBox()
        self.page = widgets.HTML()
        self.name = _field("Name", "small letters, digits and _: my_border")
        self.reason = _field("Reason", "only if a doubt is shown above: why it is none")
        self.button = widgets.Button(description="Write as a study", icon="save")
        self.told = widgets.HTML()
        self._shown: Choice | None = None
        self._filling = False
        canvas = UsedAgain()
        self._page = lru_cache(maxsize=REMEMBERED)(
            lambda choice: page_of(choice, self.ground, canvas)
        )
        self.box = self._arranged()
        self._begin()
        for opened in ground.opened.values():
            measure_event_labels(opened)
        _settle_memory()

    @property
    def choice(self) -> Choice:
        """What the widgets say now."""
        ticked = tuple(name for name, box in self.interventions.items() if box.value)
        return Choice(
            study=self.study.value,
            subject=self.subject.value,
            interventions=ticked,
            trend=self.trend.value,
            start=self.start.value,
            end=self.end.value,
        )

    def choose(self, choice: Choice) -> None:
        """Set every widget to a choice and show it."""
        with self._filled():
            self.study.value = choice.study
            self._fill_subjects()
            self.subject.value = choice.subject
            self._fill_from(choice)
        self.show()

    def show(self) -> None:
        """Bring the page in line with the choice; nothing is computed if it is in line."""
        choice = self.choice
        if self._filling or choice == self._shown:
            return
        self._shown, self.page.value = None, WORKING
        try:
            self.page.value = self._page(choice)
        except Exception as error:
            self.page.value = unexpected_html(error)
            raise
        self._shown = choice

    def write(self, _button: object = None) -> None:
        """Write the choice as a study file, or say why that cannot be."""
        try:
            path = write_choice(
                self.name.value, self.choice, self.ground, self.reason.value, self.places
            )
        except AnalysisError as error:
            self.told.value = refusal_html(error)
            return
        self.told.value = written_html(path)
        self.ground = open_ground(self.places.parameters)
        with self._filled():
            self._fill_studies(self.study.value)

    def _begin(self) -> None:
        first = config.COMMITTED_STUDY
        study = first if first in self.ground.files else next(iter(self.ground.files))
        with self._filled():
            self._fill_studies(study)
            self._fill_subjects()
            self._fill_from(first_choice(self.ground, study, self.subject.value))
        self.study.observe(self._on_study, ASKED)
        self.subject.observe(self._on_subject, ASKED)
        for widget in (self.trend, self.start, self.end):
            widget.observe(self._on_change, ASKED)
        self.button.on_click(self.write)
        self.show()

    def _arranged(self) -> widgets.VBox:
        window = widgets.HBox([self.start, self.end], layout=widgets.Layout(flex_flow="row wrap"))
        events = widgets.VBox([widgets.HTML("<strong>Interventions</strong>"), self.ticks])
        asked = [self.study, self.subject, events, self.trend, window]
        form = [self.name, self.reason, self.button, self.told]
        return widgets.VBox([*asked, self.page, *form])

    def _on_study(self, _change: object) -> None:
        if not self._filling:
            with self._filled():
                self._fill_subjects()
            self._take_over()

    def _on_subject(self, _change: object) -> None:
        if not self._filling:
            self._take_over()

    def _on_change(self, _change: object) -> None:
        self.show()

    def _take_over(self) -> None:
        """Choose what the study file says of the series that was chosen."""
        with self._filled():
            self._fill_from(first_choice(self.ground, self.study.value, self.subject.value))
        self.show()

    @contextmanager
    def _filled(self) -> Iterator[None]:
        """Set several widgets as one change."""
        before, self._filling = self._filling, True
        try:
            yield
        finally:
            self._filling = before

    def _fill_studies(self, chosen: str) -> None:
        titles = {name: str(file["title"]) for name, file in self.ground.files.items()}
        self.study.options = [(f"{title} [{name}]", name) for name, title in titles.items()]
        self.study.value = chosen

    def _fill_subjects(self) -> None:
        labels = subjects(self.ground, self.study.value)
        self.subject.options = [(label, key) for key, label in labels.items()]
        self.subject.value = next(iter(labels))

    def _fill_from(self, choice: Choice) -> None:
        listed = months(self.ground, choice.study, choice.subject)
        for widget, month in ((self.start, choice.start), (self.end, choice.end)):
            widget.options, widget.value = listed, month
        self.trend.value = choice.trend
        labels = offered(self.ground, choice.study, choice.subject)
        self.interventions = {
            name: self._tick(label, name in choice.interventions) for name, label in labels.items()
        }
        self.ticks.children = tuple(self.interventions.values())

    def _tick(self, label: str, ticked: bool) -> widgets.Checkbox:
        box = widgets.Checkbox(value=ticked, description=label, indent=False, layout=WIDE)
        box.observe(self._on_change, ASKED)
        return box

    def _repr_mimebundle_(self, **kinds: Any) -> Any:
        """Show in a notebook: the widgets, with a sentence as their text form."""
        shown = self.box._repr_mimebundle_(**kinds)
        data = shown[0] if isinstance(shown, tuple) else shown
        return data | {"text/plain": TEXT_FORM}


def explorer(places: Places | None = None) -> Explorer | widgets.HTML:
    """Return the explorer on the studies at hand, or the message why it cannot open.

    Parameters
    ----------
    places
        Where study files lie and are written; those of the project if not given.
    """
    where = places or Places()
    try:
        return Explorer(open_ground(where.parameters), where)
    except AnalysisError as error:
        return widgets.HTML(refusal_html(error))


def _settle_memory() -> None:
    """Take what is open by now out of the search for garbage, which would halt changes for it."""
    gc.collect()
    gc.freeze()


def _list(label: str, layout: widgets.Layout, options: Any = ()) -> widgets.Dropdown:
    return widgets.Dropdown(options=options, description=label, style=LABELS, layout=layout)


def _field(label: str, hint: str) -> widgets.Text:
    return widgets.Text(description=label, placeholder=hint, style=LABELS, layout=WIDE)
