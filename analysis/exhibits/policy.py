"""Policy indices of countries and provinces around the events of a study."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.style import SERIES_COLOURS, SMALL, WIDTH_INCHES
from analysis.exhibits.table import Column, Table
from analysis.exhibits.timeline import (
    ABOVE_TITLE,
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    label_room,
    set_years,
    spread,
)
from analysis.study import Intervention

MONTHS_AROUND: Final = 6
PANEL_INCHES: Final = 1.5
MARGINS: Final = Margins(left=0.7, right=0.95, top=1.65, bottom=0.4, between=0.34)
LABEL_POINTS: Final = 9.0
LABEL_DAYS: Final = 20
NONE: Final = "The study file names no policy indices."
TITLE: Final = "Policy indices by month, 0 (none) to 100 (strictest)"
COLUMNS: Final = ("index", "unit", "event", "start", "before", "after", "change")


def policy_figure(opened: OpenStudy) -> Figure:
    """Return one panel an index with a line for each country or province."""
    if opened.policy.empty:
        return empty_figure("policy_paths", TITLE, NONE)
    rows = opened.policy.sort_values(["index", "unit", "month"], ignore_index=True)
    return Figure(
        name="policy_paths",
        title=TITLE,
        alt=_alt(opened, rows),
        data=rows,
        draw=lambda: _draw(rows, opened),
    )


def policy_table(opened: OpenStudy) -> Table:
    """Return the mean of each index in the months before and from each event on."""
    pieces = [
        _around(str(index), str(unit), values.set_index("month")["value"], event)
        for (index, unit), values in _by_line(opened.policy)
        for event in _inside(opened)
    ]
    frame = pd.DataFrame(pieces, columns=list(COLUMNS))
    return Table(
        name="policy",
        title="Policy indices around the events",
        frame=frame,
        columns=(
            Column("index", "Index"),
            Column("unit", "Country or province"),
            Column("event", "Event"),
            Column("start", "From", "day"),
            Column("before", f"{MONTHS_AROUND} months before", "1"),
            Column("after", f"{MONTHS_AROUND} months after", "1"),
            Column("change", "Change, points", "1"),
        ),
        note=NONE
        if opened.policy.empty
        else (
            "Means of months; empty where one of the months is missing. China's national index "
            "follows its strictest province; CHN-YN is Yunnan."
        ),
    )


def _by_line(policy: pd.DataFrame) -> list[tuple[tuple[object, ...], pd.DataFrame]]:
    return list(policy.groupby(["index", "unit"], sort=True)) if len(policy) else []


def _inside(opened: OpenStudy) -> list[Intervention]:
    months = opened.policy["month"]
    first, last = months.min(), months.max()
    by_day = {item.start: item for item in opened.interventions[::-1]}
    return [by_day[day] for day in sorted(by_day) if first <= pd.Timestamp(day) <= last]


def _around(index: str, unit: str, values: pd.Series, event: Intervention) -> dict[str, object]:
    start = pd.Period(event.start, "M")
    monthly = pd.Series(values.to_numpy(), index=pd.PeriodIndex(values.index, freq="M"))
    before, after = _mean(monthly, start - MONTHS_AROUND), _mean(monthly, start)
    known = before is not None and after is not None
    return {
        "index": index,
        "unit": unit,
        "event": event.label,
        "start": event.start,
        "before": before,
        "after": after,
        "change": after - before if known else None,  # type: ignore[operator]
    }


def _mean(values: pd.Series, first: pd.Period) -> float | None:
    months = pd.period_range(first, periods=MONTHS_AROUND, freq="M")
    found = values[values.index.isin(months)]
    return float(found.mean()) if len(found) == MONTHS_AROUND else None


def _draw(rows: pd.DataFrame, opened: OpenStudy) -> Canvas:
    indices = sorted(rows["index"].unique())
    colours = dict(zip(opened.study.policy.units, SERIES_COLOURS, strict=False))
    events = [EventLine(item.start, item.label) for item in _inside(opened)]
    start = rows["month"].min().date()
    end = (rows["month"].max() + pd.DateOffset(months=1)).date()
    margins = replace(MARGINS, top=label_room(events, start, end, MARGINS.top, ABOVE_TITLE))
    canvas, grid = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(indices), margins)
    for axes, index in zip(grid, indices, strict=True):
        axes.set_ylim(0, 100)
        set_years(axes, start, end)
        _draw_lines(axes, rows[rows["index"] == index], colours)
        axes.set_title(index.replace("_", " "), y=1.0, pad=3)
        axes.set_ylabel("index", fontsize=SMALL)
        draw_event_lines(axes, events)
    draw_event_labels(grid[0], events, tail_inches=ABOVE_TITLE)
    return canvas


def _draw_lines(axes: Axes, rows: pd.DataFrame, colours: dict[str, str]) -> None:
    """Draw each line, with its name beside the axis at its last value.

    Names are dark, so that every colour can be read, and joined to their line in its colour; they
    are moved apart where they would touch.
    """
    lines = {str(unit): line for unit, line in rows.groupby("unit", sort=True)}
    for unit, line in lines.items():
        days = [day_number(day) for day in line["month"]]
        axes.plot(days, line["value"], color=colours[unit], linewidth=1.3)
    ends = sorted((line["value"].iloc[-1], unit) for unit, line in lines.items())
    right = axes.get_xlim()[1]
    height = PANEL_INCHES * 72
    sizes = pd.Series([100 * LABEL_POINTS / height] * len(ends)).to_numpy()
    places = spread(pd.Series([value for value, _ in ends]).to_numpy(), sizes)
    for (value, unit), place in zip(ends, places, strict=True):
        axes.annotate(
            unit,
            xy=(day_number(lines[unit]["month"].iloc[-1]), value),
            xytext=(right + LABEL_DAYS, place),
            fontsize=SMALL,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colours[unit], "linewidth": 1.0},
        )


def _alt(opened: OpenStudy, rows: pd.DataFrame) -> str:
    peaks = rows.loc[rows.groupby(["index", "unit"])["value"].idxmax()]
    said = [
        f"{row['index'].replace('_', ' ')} of {row['unit']} peaks at {row['value']:.0f} in "
        f"{row['month']:%B %Y}"
        for row in peaks.to_dict("records")
    ]
    return f"{opened.study.title}. Policy indices by month: {'; '.join(said)}."
