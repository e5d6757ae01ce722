"""Pictures of the comparison of zones: effects with intervals, and when each gate was shut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.style import (
    BLUE,
    CATEGORY_COLOURS,
    GREY,
    LIGHT_GREY,
    SMALL,
    WIDTH_INCHES,
)
from analysis.exhibits.timeline import day_number, set_years
from analysis.exhibits.zone_comparison import effects_frame
from analysis.exhibits.zone_comparison_results import OpenComparison
from analysis.settings.zone_comparison import GATES
from analysis.study import Event

ROW_INCHES: Final = 0.19
HEAD_INCHES: Final = 0.27
LETTER_INCHES: Final = 0.056  # mean width of a letter of the row labels
FOREST_MARGINS: Final = {"right": 1.55, "top": 0.15, "bottom": 0.75}
LOWEST: Final = -97.0
HIGHEST: Final = 3_500.0
TICKS: Final = (-95, -80, -50, 0, 100, 300, 900, 2_900)
OWN_EVENTS: Final = "Own events of the gates"
NOT_KNOWN: Final = frozenset({"not identified", "no such event", "not in the joint model"})
PAST_END: Final = 60  # days of room beside the first and last date
LABEL_GAP: Final = 12  # days between a bar and its dates
DATES_ROOM: Final = 0.28  # part of the time axis that is kept free for dates on the right
KIND_WORDS: Final[Mapping[str, str]] = {
    "border_closure": "closure",
    "border_reopening": "reopening",
    "lockdown": "lockdown",
    "conflict": "conflict",
}
OTHER: Final = "other"


@dataclass(frozen=True)
class _Line:
    """One line of a picture from top to bottom: a heading, or a row of the data."""

    text: str
    row: int | None
    middle: float


def effects_by_zone_figure(opened: OpenComparison) -> Figure:
    """Return every effect with its interval by event, `not identified` with the reason."""
    data = steady(_forest_data(opened))
    return Figure(
        name="effects_by_zone",
        title="Effects of closure and reopening by zone and gate, with intervals",
        alt=_forest_alt(data),
        data=data,
        draw=lambda: _draw_forest(data, opened.settings.level),
    )


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


def _forest_data(opened: OpenComparison) -> pd.DataFrame:
    """Return the compared effects, then the gates' own events under one heading."""
    compared = effects_frame(opened)
    common = {event.interventions.get(GATES) for event in opened.settings.events}
    own = [
        {
            "event": effect.name,
            "event_label": OWN_EVENTS,
            "side_label": f"{side.label}: {effect.label}",
            **{key: getattr(effect, key) for key in ("start", "estimate", "lower", "upper")},
            "verdict": effect.verdict,
            "reason": effect.reason,
        }
        for side in opened.sides.values()
        if side.study == GATES
        for effect in side.effects
        if effect.name not in common and effect.shape != "trend"
    ]
    rows = pd.concat([compared, pd.DataFrame(own)], ignore_index=True)
    columns = ["event", "event_label", "side_label", "start", "estimate", "lower", "upper"]
    rows = rows[[*columns, "verdict", "reason"]]
    return rows.astype(dict.fromkeys(("estimate", "lower", "upper"), "float64"))


def _lines(data: pd.DataFrame, heading: str, label: str) -> tuple[list[_Line], float]:
    """Lay the rows out below their headings, heights in inches; return them and the bottom."""
    lines: list[_Line] = []
    top, last = 0.0, None
    for at, row in enumerate(_records(data)):
        if row[heading] != last:
            last = row[heading]
            lines.append(_Line(str(last), None, top + HEAD_INCHES / 2 + 0.03))
            top += HEAD_INCHES
        lines.append(_Line(str(row[label]), at, top + ROW_INCHES / 2))
        top += ROW_INCHES
    return lines, top + 0.05


def _records(data: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in data.to_dict("records")]


def _dress(axes: Axes, lines: list[_Line], bottom: float) -> None:
    axes.set_yticks([line.middle for line in lines], [line.text for line in lines], fontsize=SMALL)
    for line, tick in zip(lines, axes.get_yticklabels(), strict=True):
        if line.row is None:
            tick.set_fontweight("bold")
    axes.set_ylim(bottom, 0)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _left_margin(lines: list[_Line]) -> float:
    return 0.25 + LETTER_INCHES * max(len(line.text) for line in lines)


def _draw_forest(data: pd.DataFrame, level: float) -> Canvas:
    lines, bottom = _lines(data, "event_label", "side_label")
    margins = Margins(left=_left_margin(lines), **FOREST_MARGINS)
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [bottom], margins)
    axes.set_xlim(_place(LOWEST), _place(HIGHEST))
    axes.set_xticks([_place(tick) for tick in TICKS], [_signed(tick) for tick in TICKS])
    axes.axvline(0.0, color="black", linewidth=0.8)
    rows = _records(data)
    for line in lines:
        if line.row is not None:
            _draw_effect(axes, rows[line.row], line.middle)
    _dress(axes, lines, bottom)
    axes.set_xlabel("change of the daily flow, % (logarithmic scale)")
    canvas.legend(handles=_forest_legend(level), loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _place(percent: float) -> float:
    return float(np.log1p(percent / 100))


def _signed(percent: float) -> str:
    return f"{percent:+,.0f}".replace("-", "−").replace(",", "\u202f") if percent else "0"


def _draw_effect(axes: Axes, row: Mapping[str, object], height: float) -> None:
    if row["verdict"] in NOT_KNOWN:
        _write_reason(axes, row, height)
        return
    low, middle, high = (_place(float(str(row[key]))) for key in ("lower", "estimate", "upper"))
    colour = BLUE if row["verdict"] == "identified" else GREY
    left, right = axes.get_xlim()
    axes.plot([max(low, left), min(high, right)], [height] * 2, color=colour, linewidth=1.3)
    for edge, mark, beyond in ((left, "<", low < left), (right, ">", high > right)):
        if beyond:
            axes.plot([edge], [height], mark, color=colour, markersize=4, clip_on=False)
    axes.plot([middle], [height], "o", color=colour, markersize=4.5)
    numbers = " to ".join(_signed(float(str(row[key]))) for key in ("lower", "upper"))
    words = f"{_signed(float(str(row['estimate'])))}  ({numbers})"
    axes.annotate(
        words,
        xy=(1.02, height),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=SMALL,
        annotation_clip=False,
    )


def _write_reason(axes: Axes, row: Mapping[str, object], height: float) -> None:
    axes.annotate(
        f"{row['verdict']}: {row['reason']}",
        xy=(0.01, height),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=SMALL,
        style="italic",
        color=GREY,
        annotation_clip=False,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def _forest_legend(level: float) -> list[Line2D]:
    label = f"estimate and {100 * level:g} % interval"
    marks = {"color": BLUE, "marker": "o", "markersize": 4.5, "linewidth": 1.3}
    weak = marks | {"color": GREY}
    beyond = {"color": BLUE, "marker": ">", "markersize": 4, "linestyle": "none"}
    return [
        Line2D([], [], label=label, **marks),  # type: ignore[arg-type]
        Line2D([], [], label="weakly identified", **weak),  # type: ignore[arg-type]
        Line2D([], [], label="interval goes on", **beyond),  # type: ignore[arg-type]
    ]


def _forest_alt(data: pd.DataFrame) -> str:
    sentences = []
    for label, rows in data.groupby("event_label", sort=False):
        known = rows[~rows["verdict"].isin(NOT_KNOWN)]
        told = "; ".join(
            f"{row.side_label} {row.estimate:+.0f} per cent ({row.lower:+.0f} to {row.upper:+.0f})"
            for row in known.itertuples(index=False)
        )
        unknown = ", ".join(rows.loc[rows["verdict"].isin(NOT_KNOWN), "side_label"])
        parts = [told] if told else []
        parts += [f"not identified: {unknown}"] if unknown else []
        sentences.append(f"{label}: {'; '.join(parts)}.")
    return "Effects of closure and reopening by zone and gate. " + " ".join(sentences)


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
    rows = _records(data)
    named = data.assign(row=data["place"] + ", " + data["kind"])
    lines, bottom = _lines(named, "zone", "row")
    margins = Margins(left=_left_margin(lines), right=0.2, top=0.15, bottom=0.7)
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [bottom], margins)
    _set_span(axes, data)
    for line in lines:
        if line.row is not None:
            _draw_closure(axes, rows[line.row], line.middle)
    _dress(axes, lines, bottom)
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
    axes.text(right + LABEL_GAP, height, f" {row['dates']}", va="center", fontsize=SMALL)


def _closure_legend(data: pd.DataFrame) -> list[Patch | Line2D]:
    kinds = [kind for kind in CATEGORY_COLOURS if kind in set(data["kind"])]
    bars: list[Patch | Line2D] = [
        Patch(color=CATEGORY_COLOURS[kind], linewidth=0, label=kind) for kind in kinds
    ]
    point = Line2D([], [], color=LIGHT_GREY, marker="D", markersize=4, linestyle="none")
    point.set_label("no end stated")
    return [*bars, point]


def _closure_alt(data: pd.DataFrame) -> str:
    parts = []
    for zone, rows in data.groupby("zone", sort=False):
        shut = rows[rows["kind"] == "closure"]
        told = "; ".join(f"{row.place} {row.dates}" for row in shut.itertuples(index=False))
        parts.append(f"{zone}: {len(rows)} dated events; closures: {told or 'none'}.")
    return "Closures and reopenings by zone and gate. " + " ".join(parts)
