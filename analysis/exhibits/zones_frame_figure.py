"""The frame of cooperation over time: areas from top to bottom, a mark a step by level."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.data_management.zone_words import LEVELS
from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.style import (
    GREY,
    LIGHT_GREY,
    MIDDLE_GREY,
    SMALL,
    TINY,
    WIDTH_INCHES,
    ZONE_COLOURS,
)
from analysis.exhibits.timeline import day_number, spread
from analysis.exhibits.tuples import tuples_of
from analysis.exhibits.zones_frame import steps_of
from analysis.exhibits.zones_frame_results import BOTH, OpenZonesFrame

NAME: Final = "cooperation_timeline"
TITLE: Final = "The frame of cooperation: dated steps by area, zone and level of government"
LEVEL_MARKS: Final = {
    "leaders": "*",
    "central": "s",
    "ministry": "o",
    "province": "D",
    "local": "^",
    "international": "P",
}
ROW_INCHES: Final = 0.34
MARGINS: Final = Margins(left=2.8, right=0.2, top=0.35, bottom=0.95)
NUMBER_INCHES: Final = 0.15
NUMBER_UP: Final = 0.36  # rows


def timeline_figure(opened: OpenZonesFrame) -> Figure:
    """Return the dated steps of cooperation; numbers are those of the table of steps."""
    data = timeline_data(opened)
    if data.empty:
        return empty_figure(NAME, TITLE, "The frame of cooperation: no dated step.")
    return Figure(
        name=NAME,
        title=TITLE,
        alt=_alt(opened, data),
        data=data,
        draw=lambda: _draw(opened, data),
    )


def timeline_data(opened: OpenZonesFrame) -> pd.DataFrame:
    """Return one row a step and zone; a step of both zones has two."""
    steps = steps_of(opened)
    pieces = [
        steps[steps["zone"].isin([zone, BOTH])].assign(row_zone=zone) for zone in opened.zones
    ]
    columns = ["number", "event_id", "start", "area", "row_zone", "level", "instrument"]
    rows = pd.concat(pieces)[[*columns, "description"]]
    return rows.sort_values(["number", "row_zone"]).reset_index(drop=True)


def _rows(opened: OpenZonesFrame) -> dict[tuple[str, str], int]:
    pairs = [(area.label, zone) for area in opened.settings.areas for zone in opened.zones]
    return {pair: at for at, pair in enumerate(pairs)}


def _draw(opened: OpenZonesFrame, data: pd.DataFrame) -> Canvas:
    rows = _rows(opened)
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [ROW_INCHES * len(rows)], MARGINS)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    first, last = data["start"].min(), data["start"].max()
    axes.set_xlim(day_number(date(first.year - 1, 1, 1)), day_number(date(last.year + 1, 7, 1)))
    years = [year for year in range(first.year - 1, last.year + 2) if year % 5 == 0]
    axes.set_xticks([day_number(date(year, 1, 1)) for year in years], [str(y) for y in years])
    _draw_phases(axes, opened)
    _name_rows(axes, opened, rows)
    for (area, zone), height in rows.items():
        mine = data[(data["area"] == area) & (data["row_zone"] == zone)]
        _draw_row(axes, mine, height, ZONE_COLOURS[zone])
    canvas.legend(
        handles=_legend(opened, data),
        loc="lower center",
        ncols=4,
        fontsize=SMALL,
        borderaxespad=0.2,
    )
    return canvas


def _draw_phases(axes: Axes, opened: OpenZonesFrame) -> None:
    """Shade the phases by turns from the second on; the first is the time before."""
    for at, phase in enumerate(opened.settings.phases):
        start, end = (pd.Period(month, freq="M") for month in (phase.start, phase.end))
        low, high = day_number(start.start_time.date()), day_number(end.end_time.date())
        if at % 2:
            axes.axvspan(low, high, color=LIGHT_GREY, alpha=0.6, linewidth=0, zorder=0)


def _name_rows(axes: Axes, opened: OpenZonesFrame, rows: dict[tuple[str, str], int]) -> None:
    labels = [f"{opened.zones[zone]}" for _, zone in rows]
    axes.set_yticks(list(rows.values()), labels, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    step = len(opened.zones)
    for at, area in enumerate(opened.settings.areas):
        axes.annotate(
            area.label,
            xy=(-0.20, at * step + (step - 1) / 2),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="center",
            fontsize=SMALL,
            fontweight="bold",
        )
        axes.axhline(at * step - 0.5, color=MIDDLE_GREY, linewidth=0.8)


def _draw_row(axes: Axes, steps: pd.DataFrame, height: int, colour: str) -> None:
    days = np.array([day_number(day) for day in steps["start"]])
    low, high = axes.get_xlim()
    inches = WIDTH_INCHES - MARGINS.left - MARGINS.right
    places = spread((days - low) / (high - low), np.full(len(days), NUMBER_INCHES / inches))
    for step, day, place in zip(tuples_of(steps), days, places, strict=True):
        mark = LEVEL_MARKS[str(step.level)]
        size = 8 if mark == "*" else 5
        axes.plot([day], [height], mark, color=colour, markersize=size, markeredgecolor="white",
                  markeredgewidth=0.4, zorder=3)  # fmt: skip
        at = low + place * (high - low)
        axes.text(at, height - NUMBER_UP, str(step.number), fontsize=TINY, ha="center", va="center")


def _legend(opened: OpenZonesFrame, data: pd.DataFrame) -> list[Artist]:
    levels = [
        Line2D([], [], marker=mark, linestyle="none", color=GREY, label=LEVELS[level])
        for level, mark in LEVEL_MARKS.items()
        if level in set(data["level"])
    ]
    zones = [
        Line2D([], [], marker="s", linestyle="none", color=ZONE_COLOURS[zone], label=label)
        for zone, label in opened.zones.items()
    ]
    shaded = [phase.label for phase in opened.settings.phases[1::2]]
    return [*levels, *zones, Patch(color=LIGHT_GREY, alpha=0.6, label="; ".join(shaded))]


def _alt(opened: OpenZonesFrame, data: pd.DataFrame) -> str:
    told = []
    for zone, label in opened.zones.items():
        mine = data[data["row_zone"] == zone]
        counts = mine["area"].value_counts()
        areas = [area.label for area in opened.settings.areas]
        parts = ", ".join(f"{area.lower()} {counts.get(area, 0)}" for area in areas)
        told.append(f"{label} has {len(mine)} ({parts})")
    span = f"from {data['start'].min():%Y} to {data['start'].max():%Y}"
    return (
        f"{TITLE}, {span}. Steps that concern both zones are counted for each: {'; '.join(told)}."
    )
