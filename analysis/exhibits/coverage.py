"""What was said about which days: the reports of a study as horizontal bars by series."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.style import (
    CONFIDENCE_COLOURS,
    ROLE_COLOURS,
    SMALL,
    TINY,
    WIDTH_INCHES,
)
from analysis.exhibits.timeline import (
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    label_room,
    set_years,
)
from analysis.models.interval_rows import year_before

ROW_INCHES: Final = 0.125
HEADER_INCHES: Final = 0.17
BAR_INCHES: Final = 0.033
HEADER_LETTERS: Final = 36
EDGE_DAYS: Final = 60  # paper before the first and after the last report
TOP_INCHES: Final = 1.45
LETTER_INCHES: Final = 0.049  # mean width of a letter of the labels


@dataclass(frozen=True)
class _Row:
    """One line of the picture: a place as a header, or a series with its bars."""

    label: str
    bars: pd.DataFrame
    top: float
    height: float

    @property
    def has_bars(self) -> bool:
        return not self.bars.empty

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def coverage_figure(opened: OpenStudy) -> Figure:
    """Return the coverage picture of a study: one row a series, one bar a report."""
    data = coverage_data(opened.observations, opened.series)
    events = opened.event_lines
    return Figure(
        name="coverage",
        title="Reports by series and the days that they speak about",
        alt=_alt(data, opened.study.title),
        data=data,
        draw=lambda: _draw(data, events),
    )


def coverage_data(observations: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Return one row a bar: series, kind (level or growth), first and last day, confidence.

    A growth rate also speaks about the same period of the year before, so it has a bar there.
    """
    growth = observations[observations["kind"] == "growth"]
    days = (growth[name].to_numpy(dtype="datetime64[D]") for name in ("start", "end"))
    before = growth.assign(**dict(zip(("start", "end"), year_before(*days), strict=True)))
    bars = pd.concat([observations[observations["kind"] == "level"], before])
    register = series.set_index("series")
    for column in ("place", "label"):
        bars[column] = bars["series"].map(register[column])
    columns = ["series", "place", "label", "report_id", "kind", "start", "end", "confidence"]
    return bars[columns].sort_values(
        ["series", "start", "end", "report_id", "kind"], ignore_index=True
    )


def _draw(data: pd.DataFrame, events: Sequence[EventLine]) -> Canvas:
    rows = _rows(data)
    bottom = rows[-1].top + rows[-1].height
    longest = max(len(row.label) for row in rows if row.has_bars)
    edge = timedelta(days=EDGE_DAYS)
    start, end = data["start"].min().date() - edge, data["end"].max().date() + edge
    top = label_room(events, start, end, TOP_INCHES)
    margins = Margins(left=0.3 + LETTER_INCHES * longest, right=0.15, top=top, bottom=0.75)
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [bottom], margins)
    _draw_bars(axes, rows)
    _dress(axes, rows, bottom)
    set_years(axes, start, end)
    draw_event_lines(axes, events)
    draw_event_labels(axes, events)
    canvas.legend(handles=_legend(), loc="lower center", ncols=4, fontsize=SMALL)
    return canvas


def _rows(data: pd.DataFrame) -> list[_Row]:
    """Lay the series out below the name of their place, heights in inches."""
    rows: list[_Row] = []
    top = 0.0
    for place, of_place in data.groupby("place", sort=True):
        header = textwrap.fill(str(place), HEADER_LETTERS)
        rows.append(_Row(header, data.iloc[:0], top, HEADER_INCHES * (header.count("\n") + 1)))
        top += rows[-1].height
        for _, bars in of_place.groupby("series", sort=True):
            height = max(ROW_INCHES, BAR_INCHES * (len(bars) + 1))
            name = str(bars["label"].iloc[0]).removeprefix(f"{place}: ")
            rows.append(_Row(f"{name}  {len(bars)}", bars, top, height))
            top += height
    return rows


def _draw_bars(axes: Axes, rows: Sequence[_Row]) -> None:
    """Draw every bar in one collection: hundreds of single patches are slow to draw and large."""
    corners, faces, edges = [], [], []
    for row in rows:
        for place, bar in enumerate(row.bars.itertuples(index=False) if row.has_bars else (), 1):
            corners.append(_corners(row, place, bar))
            level = bar.kind == "level"
            colour = CONFIDENCE_COLOURS[str(bar.confidence)]
            faces.append(colour if level else "none")
            edges.append(colour if level else ROLE_COLOURS["growth"])
    bars = PolyCollection(corners, facecolors=faces, edgecolors=edges, linewidths=0.5)
    axes.add_collection(bars, autolim=False)


def _corners(row: _Row, place: int, bar: Any) -> list[tuple[float, float]]:
    step = row.height / (len(row.bars) + 1)
    half = min(step * 0.75, 0.06) / 2
    middle = row.top + step * place
    left, right = day_number(bar.start), day_number(bar.end) + 1
    low, high = middle - half, middle + half
    return [(left, low), (right, low), (right, high), (left, high)]


def _dress(axes: Axes, rows: Sequence[_Row], bottom: float) -> None:
    axes.set_yticks([row.middle for row in rows], [row.label for row in rows], fontsize=TINY)
    for row, tick in zip(rows, axes.get_yticklabels(), strict=True):
        if not row.has_bars:
            tick.set_fontweight("bold")
            tick.set_fontsize(SMALL)
    axes.set_ylim(bottom, 0)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("Days that the report speaks about")


def _legend() -> list[Patch]:
    handles = [
        Patch(color=colour, label=f"level, {name} confidence")
        for name, colour in CONFIDENCE_COLOURS.items()
    ]
    growth = Patch(
        facecolor="none", edgecolor=ROLE_COLOURS["growth"], label="year before, from a growth rate"
    )
    return [*handles, growth]


def _alt(data: pd.DataFrame, title: str) -> str:
    counts = data.groupby("series").size().sort_values(ascending=False, kind="stable")
    best = data.loc[data["series"] == counts.index[0], "label"].iloc[0]
    levels = int((data["kind"] == "level").sum())
    return (
        f"{title}: {levels} published levels and {len(data) - levels} growth rates in "
        f"{len(counts)} series between {data['start'].min():%B %Y} and {data['end'].max():%B %Y}. "
        f"The best covered series is {best} with {int(counts.iloc[0])} bars; "
        f"{int((counts == 1).sum())} series have a single one."
    )
