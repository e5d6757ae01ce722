"""Picture of a border province beside its synthetic controls, with placebo gaps."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from analysis.exhibits.columns import two_columns
from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.figure import Figure, Margins, empty_figure
from analysis.exhibits.interior import METHOD_LABELS, interior_sentence
from analysis.exhibits.interior_fits import InteriorFit
from analysis.exhibits.steady import steady
from analysis.exhibits.style import (
    BLACK,
    BLUE,
    MIDDLE_GREY,
    ORANGE,
    ROLE_COLOURS,
    SMALL,
    VERMILION,
    WIDTH_INCHES,
)
from analysis.exhibits.timeline import day_number, set_years

PANEL_INCHES: Final = 1.9
GAP_INCHES: Final = 0.75
MARGINS: Final = Margins(left=0.6, right=0.15, top=0.35, bottom=0.65, between=0.65)
COLOURS: Final = {"classic": BLUE, "synthetic_did": VERMILION, "ridge": ORANGE}
STYLES: Final[dict[str, Any]] = {"classic": "-", "synthetic_did": (0, (4, 1.5)), "ridge": ":"}
MID_MONTH_DAYS: Final = 14


def interior_figure(opened: OpenPanels) -> Figure:
    """Return paths (left) and gaps among placebo gaps (right), one row an event with a fit."""
    title = f"{opened.names[opened.settings.interior.province]} beside the interior provinces"
    fitted = [item for item in opened.interior if item.fit is not None]
    if not fitted:
        reasons = "; ".join(dict.fromkeys(item.reason for item in opened.interior))
        return empty_figure("interior_paths", title, f"Not identified: {reasons}")
    data = steady(pd.concat([_rows(item) for item in fitted], ignore_index=True))
    return Figure(
        name="interior_paths",
        title=title,
        alt=f"{title}. {interior_sentence(opened)}",
        data=data,
        draw=lambda: _draw(data, opened),
    )


def _rows(item: InteriorFit) -> pd.DataFrame:
    """Return event, method, element (observed, synthetic, gap, placebo), unit, month, value."""
    assert item.fit is not None
    assert item.placebos is not None
    path = item.fit.path.rename(columns={"time": "month"})
    own = path.melt("month", ["observed", "synthetic", "gap"], "element", "value")
    own = own.assign(unit=item.fit.treated)
    gaps = item.placebos.gaps.drop(columns=item.fit.treated).rename_axis("month").reset_index()
    others = gaps.melt("month", var_name="unit", value_name="value").assign(element="placebo")
    rows = pd.concat([own, others], ignore_index=True)
    rows.insert(0, "event", item.event.event_id)
    rows.insert(1, "method", item.method)
    return rows.assign(start=pd.Timestamp(item.event.start))


def _draw(data: pd.DataFrame, opened: OpenPanels) -> Canvas:
    events = list(dict.fromkeys(data["event"]))
    canvas, rows = two_columns(WIDTH_INCHES, [PANEL_INCHES] * len(events), MARGINS, GAP_INCHES)
    window = opened.settings.window
    start = pd.Timestamp(window.start).date()
    end = (pd.Timestamp(window.end) + pd.DateOffset(months=1)).date()
    for event, (left, right) in zip(events, rows, strict=True):
        own = data[data["event"] == event]
        _draw_paths(left, own)
        _draw_gaps(right, own)
        day = own["start"].iloc[0]
        for axes, what in ((left, "index"), (right, "gap, points")):
            set_years(axes, start, end)
            axes.axvline(
                day_number(day), color=ROLE_COLOURS["event"], linewidth=0.8, linestyle=(0, (4, 3))
            )
            axes.set_ylabel(what, fontsize=SMALL)
        label = opened.events[event].place
        left.set_title(f"{label}, {day.day} {day:%B %Y}", y=1.0, pad=3)
        right.set_title("gap, and gaps of placebo provinces", y=1.0, pad=3)
    canvas.legend(handles=_legend(data, opened), loc="lower center", ncols=4, fontsize=SMALL)
    return canvas


def _draw_paths(axes: Axes, rows: pd.DataFrame) -> None:
    observed = rows[rows["element"] == "observed"].drop_duplicates("month")
    for method, part in rows[rows["element"] == "synthetic"].groupby("method", sort=False):
        _line(axes, part, COLOURS[str(method)], STYLES[str(method)])
    _line(axes, observed, BLACK, "-", 1.6)
    axes.set_ylim(0, 100)


def _draw_gaps(axes: Axes, rows: pd.DataFrame) -> None:
    first = rows["method"].iloc[0]
    placebos = rows[(rows["element"] == "placebo") & (rows["method"] == first)]
    for _, part in placebos.groupby("unit", sort=True):
        _line(axes, part, MIDDLE_GREY, "-", 0.5)
    for method, part in rows[rows["element"] == "gap"].groupby("method", sort=False):
        _line(axes, part, COLOURS[str(method)], STYLES[str(method)], 1.5)
    axes.axhline(0, color=BLACK, linewidth=0.6)
    reach = float(np.abs(rows.loc[rows["element"].isin(["gap", "placebo"]), "value"]).max())
    axes.set_ylim(-1.05 * reach, 1.05 * reach)


def _line(axes: Axes, rows: pd.DataFrame, colour: str, style: Any, width: float = 1.3) -> None:
    days = [day_number(pd.Timestamp(month)) + MID_MONTH_DAYS for month in rows["month"]]
    axes.plot(days, rows["value"], color=colour, linestyle=style, linewidth=width)


def _legend(data: pd.DataFrame, opened: OpenPanels) -> list[Line2D]:
    methods = list(dict.fromkeys(data["method"]))
    province = opened.names[opened.settings.interior.province]
    return [
        Line2D([], [], color=BLACK, linewidth=1.6, label=f"{province}, observed"),
        *(
            Line2D([], [], color=COLOURS[name], linestyle=STYLES[name], label=METHOD_LABELS[name])
            for name in methods
        ),
        Line2D([], [], color=MIDDLE_GREY, label="placebo provinces"),
    ]
