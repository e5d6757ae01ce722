"""The picture of closures and reopenings: one row a dated event, zone by zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.style import BLACK, CATEGORY_COLOURS, SMALL, WIDTH_INCHES
from analysis.exhibits.timeline import day_number, set_years
from analysis.exhibits.zone_comparison_results import OpenComparison
from analysis.exhibits.zone_comparison_rows import (
    ROW_INCHES,
    dress,
    laid_out,
    left_margin,
    records,
)
from analysis.study import Event

PAST_END: Final = 60  # days of room beside the first and last date
LABEL_POINTS: Final = 6  # between a bar or mark and its dates
DATES_ROOM: Final = 0.28  # part of the time axis that is kept free for dates on the right
KIND_WORDS: Final[Mapping[str, str]] = {
    "border_closure": "closure",
    "border_reopening": "reopening",
    "lockdown": "lockdown",
    "conflict": "conflict",
}
OTHER: Final = "other"


def closures_figure(opened: OpenComparison) -> Figure:
    """Return when each zone and gate was shut and reopened, by the dated events."""
    data = _closure_data(opened)
    return Figure(
        name="closures",
        title="Closures and reopenings by zone and gate",
        alt=_closure_alt(data),
        data=data,
        draw=lambda: _draw_closures(data),
    )


def _closure_data(opened: OpenComparison) -> pd.DataFrame:
    rows = [
        _closure_row(zone, opened.events[event_id])
        for zone, ids in opened.settings.timeline
        for event_id in sorted(ids, key=lambda key: (opened.events[key].start, key))
    ]
    return pd.DataFrame(rows)


def _closure_row(zone: str, event: Event) -> dict[str, object]:
    end = event.end
    return {
        "zone": zone,
        "event_id": event.event_id,
        "place": event.place,
        "kind": KIND_WORDS.get(event.category, OTHER),
        "start": pd.Timestamp(event.start),
        "end": pd.Timestamp(end) if end else pd.NaT,
        "day_known": event.day_known,
        "dates": _dates(event),
        "description": event.description,
    }


def _dates(event: Event) -> str:
    """Say from when to when; a month where the source does not state the day."""
    start = _day(event.start) if event.day_known else f"about {event.start:%b %Y}"
    return f"{start} – {_day(event.end)}" if event.end else start


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _draw_closures(data: pd.DataFrame) -> Canvas:
    rows = records(data)
    named = data.assign(row=data["place"] + ", " + data["kind"])
    lines, bottom = laid_out(named, "zone", "row")
    margins = Margins(left=left_margin(lines), right=0.2, top=0.15, bottom=0.7)
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [bottom], margins)
    _set_span(axes, data)
    for line in lines:
        if line.row is not None:
            _draw_closure(axes, rows[line.row], line.middle)
    dress(axes, lines, bottom)
    canvas.legend(handles=_closure_legend(data), loc="lower center", ncols=6, fontsize=SMALL)
    return canvas


def _set_span(axes: Axes, data: pd.DataFrame) -> None:
    """Set the time axis with room on the right for the dates of the last events."""
    first = data["start"].min().date() - timedelta(days=PAST_END)
    last = max(data["start"].max(), data["end"].max()).date()
    room = int((last - first).days * DATES_ROOM / (1 - DATES_ROOM))
    set_years(axes, first, last + timedelta(days=PAST_END))
    axes.set_xlim(right=day_number(last + timedelta(days=room)))


def _draw_closure(axes: Axes, row: Mapping[str, object], height: float) -> None:
    colour = CATEGORY_COLOURS[str(row["kind"])]
    left = day_number(pd.Timestamp(str(row["start"])))
    right = left
    if pd.isna(row["end"]):  # type: ignore[call-overload]
        axes.plot([left], [height], "D", color=colour, markersize=4)
    else:
        right = day_number(pd.Timestamp(str(row["end"]))) + 1
        axes.barh(height, right - left, left=left, height=ROW_INCHES * 0.55, color=colour)
    axes.annotate(
        str(row["dates"]),
        (right, height),
        xytext=(LABEL_POINTS, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
    )


def _closure_legend(data: pd.DataFrame) -> list[Patch | Line2D]:
    kinds = [kind for kind in CATEGORY_COLOURS if kind in set(data["kind"])]
    bars: list[Patch | Line2D] = [
        Patch(color=CATEGORY_COLOURS[kind], linewidth=0, label=kind) for kind in kinds
    ]
    point = Line2D([], [], color=BLACK, marker="D", markersize=4, linestyle="none")
    point.set_label("no end stated")
    return [*bars, point]


def _closure_alt(data: pd.DataFrame) -> str:
    parts = []
    for zone, rows in data.groupby("zone", sort=False):
        shut = rows[rows["kind"] == "closure"]
        told = "; ".join(f"{row.place} {row.dates}" for row in shut.itertuples(index=False))
        parts.append(f"{zone}: {len(rows)} dated events; closures: {told or 'none'}.")
    return "Closures and reopenings by zone and gate. " + " ".join(parts)
