"""The placebo universe opened: each question with its panel estimated."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pandas as pd

from analysis.config import COMMON, COMMON_FOLDERS
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.inference.batch_results import BatchOptions
from analysis.models.calendar import build_calendar
from analysis.models.design import DesignSpec
from analysis.settings.placebo_universe import (
    CONFLICT,
    AskedBlock,
    PanelBlock,
    PlaceboUniverse,
    parse_placebo_universe,
)
from analysis.study import Event
from analysis.study_blocks import Window
from analysis.universe.panel import blocks_in, write_panel
from analysis.universe.plan import UniversePlan
from analysis.universe.ranks import Universe, rank_in_universe

NOTEBOOK: Final = "14_placebo_universe"
NAMES: Final = ("series", "events", "context", "reports", "policy")
_OPENING = threading.Lock()


@dataclass(frozen=True)
class Answer:
    """One question with the universe that answers it.

    Attributes
    ----------
    before, after
        Whole months of the window before and from the event.
    """

    asked: AskedBlock
    panel: PanelBlock
    event: Event
    universe: Universe
    before: int
    after: int


@dataclass(frozen=True)
class OpenUniverse:
    """The settings and the processed tables that the panels are made of.

    Attributes
    ----------
    tables
        `policy` and `context`.
    events
        Events by id.
    """

    settings: PlaceboUniverse
    tables: Mapping[str, pd.DataFrame]
    events: Mapping[str, Event]

    @cached_property
    def panels(self) -> Mapping[str, pd.DataFrame]:
        """Columns series, month and value of each panel, by its name."""
        return {panel.name: panel_rows(self.tables, panel) for panel in self.settings.panels}

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """Every question, in the order of the settings.

        The panels are written as Parquet for the time of the estimation and go the same way as
        one that is too large for memory.
        """
        with TemporaryDirectory() as place:
            files = {name: Path(place) / f"{name}.parquet" for name in self.panels}
            for name, rows in self.panels.items():
                write_panel(blocks_in(rows), files[name])
            return tuple(self._answer(item, files[item.panel]) for item in self.settings.questions)

    def _answer(self, asked: AskedBlock, file: Path) -> Answer:
        panel, event = self.settings.panel(asked.panel), self.events[asked.event]
        universe = rank_in_universe(file, plan_of(self.settings, asked, event))
        return Answer(asked, panel, event, universe, *whole_months(panel.window, event.start))

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002
        exclude: object = None,  # noqa: ARG002
    ) -> dict[str, str]:
        """Show in a notebook what was opened."""
        asked = sum(len(item.targets) for item in self.settings.questions)
        sizes = "; ".join(
            f"{self.panels[panel.name]['series'].nunique()} {panel.label}, {panel.what}, "
            f"{panel.window.start} to {panel.window.end}"
            for panel in self.settings.panels
        )
        return {"text/plain": f"{asked} questions of {len(self.panels)} panels: {sizes}."}


def panel_rows(tables: Mapping[str, pd.DataFrame], panel: PanelBlock) -> pd.DataFrame:
    """Return the series of a panel: columns series, month, value, without those left out."""
    rows = _areas(tables["context"], panel) if panel.table == "areas" else _units(tables, panel)
    out = {item.series for item in panel.left_out}
    return rows.loc[~rows["series"].isin(out), ["series", "month", "value"]].reset_index(drop=True)


def _areas(context: pd.DataFrame, panel: PanelBlock) -> pd.DataFrame:
    kind, variable = f"{CONFLICT}/", f"/{panel.variable}"
    key = context["series"]
    rows = context[key.str.startswith(kind) & key.str.endswith(variable)]
    return rows.assign(series=rows["series"].str.split("/").str[1])


def _units(tables: Mapping[str, pd.DataFrame], panel: PanelBlock) -> pd.DataFrame:
    policy = tables["policy"]
    wanted = policy["unit"].str.contains("-") == (panel.table == "provinces")
    return policy[wanted & (policy["index"] == panel.variable)].rename(columns={"unit": "series"})


def whole_months(window: Window, day: date) -> tuple[int, int]:
    """Count the months of a window that lie wholly before a day, and wholly from it on."""
    months = build_calendar(window.start, window.end).months
    own = f"{day:%Y-%m}"
    before = sum(month < own for month in months)
    return before, len(months) - before - (own in months and day.day > 1)


def plan_of(settings: PlaceboUniverse, asked: AskedBlock, event: Event) -> UniversePlan:
    """Return what a question asks of its panel."""
    panel = settings.panel(asked.panel)
    window = panel.window
    return UniversePlan(
        spec=DesignSpec(window.start, window.end, panel.trend, panel.seasonality),
        event=event.start,
        targets=tuple(target.series for target in asked.targets),
        options=BatchOptions(bandwidth=panel.bandwidth),
        trim=settings.trim,
        measure=panel.measure,
    )


def open_placebo_universe() -> OpenUniverse:
    """Open the settings and tables once in this process.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When the settings break their contract.
    """
    with _OPENING:
        return _opened()


@cache
def _opened() -> OpenUniverse:
    tables = load_tables(NAMES)
    vocabulary = vocabulary_of(tables)
    settings = parse_placebo_universe(COMMON / f"{COMMON_FOLDERS[NOTEBOOK]}.yaml", vocabulary)
    return OpenUniverse(settings, tables, vocabulary.events)
