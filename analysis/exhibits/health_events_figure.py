"""Timeline of the mechanism, the pandemic and the border."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.health_events import MECHANISM, PANDEMIC, events_frame, mechanism_sentence
from analysis.exhibits.health_rows import first_day, last_day, rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    SMALL,
    VERMILION,
    WIDTH_INCHES,
)
from analysis.exhibits.timeline import (
    ABOVE_TITLE,
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    set_years,
)

LANE_INCHES: Final = 0.34
MARGINS: Final = Margins(left=1.35, right=0.25, top=1.75, bottom=0.65)
KINDS: Final = {
    MECHANISM: ("event of the mechanism", BLUE),
    PANDEMIC: ("pandemic", BLACK),
    "border_closure": ("border closed", VERMILION),
    "lockdown": ("lockdown", ORANGE),
    "border_reopening": ("border reopened", GREEN),
}
BAR_HEIGHT: Final = 0.42
SHORT_DAYS: Final = 60  # a shorter bar could not be seen
NUDGES: Final = (0.0, 0.24, -0.24)  # rows of a lane, so that bars do not hide each other


def health_timeline_figure(opened: OpenHealth) -> Figure:
    """Return one lane a part; bars, and points where no end is stated or it is near."""
    rows = events_frame(opened)
    title = "Evolution of the mechanism beside the pandemic and the border"
    return Figure(
        name="health_timeline",
        title=title,
        alt=_alt(opened, rows),
        data=rows,
        draw=lambda: _draw(opened, rows),
    )


def _draw(opened: OpenHealth, rows: pd.DataFrame) -> Canvas:
    lanes = list(dict.fromkeys(rows["part"]))
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [LANE_INCHES * len(lanes)], MARGINS)
    window = opened.settings.events.window
    set_years(axes, first_day(window.start), last_day(window.end))
    for place, lane in enumerate(lanes):
        _draw_lane(axes, rows[rows["part"] == lane], place)
    axes.set_ylim(len(lanes) - 0.5, -0.5)
    names = [lane if lane not in (MECHANISM, PANDEMIC) else lane.capitalize() for lane in lanes]
    axes.set_yticks(range(len(lanes)), names)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    lines = [EventLine(row["start"].date(), row["label"]) for row in rows_of(rows) if row["label"]]
    draw_event_lines(axes, lines)
    draw_event_labels(axes, lines, tail_inches=ABOVE_TITLE / 2)
    canvas.legend(handles=_legend(), loc="lower center", ncols=6, fontsize=SMALL)
    return canvas


def _draw_lane(axes: Axes, rows: pd.DataFrame, place: int) -> None:
    right, bars = axes.get_xlim()[1], 0
    for row in rows_of(rows):
        colour = KINDS[_kind(row)][1]
        start = day_number(row["start"])
        end = start if pd.isna(row["end"]) else min(day_number(row["end"]) + 1, right)
        if end - start < SHORT_DAYS:
            point: dict[str, Any] = {
                "markersize": 7,
                "markeredgecolor": "white",
                "markeredgewidth": 0.7,
            }
            axes.plot([start], [place], "o", color=colour, zorder=3, **point)
            continue
        height = BAR_HEIGHT / 2 if len(rows) > 1 else BAR_HEIGHT
        middle = place + NUDGES[bars % len(NUDGES)]
        axes.barh(middle, end - start, left=start, height=height, color=colour, linewidth=0)
        bars += 1


def _kind(row: dict[str, object]) -> str:
    part = str(row["part"])
    return part if part in (MECHANISM, PANDEMIC) else str(row["category"])


def _legend() -> list[Patch | Line2D]:
    handles: list[Patch | Line2D] = [
        Patch(color=colour, linewidth=0, label=label) for label, colour in KINDS.values()
    ]
    point = Line2D(
        [], [], color=BLACK, marker="o", linestyle="none", label="short, or no end stated"
    )
    return [*handles, point]


def _alt(opened: OpenHealth, rows: pd.DataFrame) -> str:
    border = rows[~rows["part"].isin([MECHANISM, PANDEMIC])]
    closures = border[border["category"].isin(["border_closure", "lockdown"])]
    first, last = closures["start"].min(), border["start"].max()
    return (
        f"Evolution of the mechanism. {mechanism_sentence(opened)} Below, the pandemic and "
        f"{len(closures)} closures and lockdowns at the border, the first from {first:%B %Y}; the "
        f"last reopening shown is of {last:%B %Y}."
    )
