"""The main picture of a study: reports, fitted flow and flow without the interventions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.style import BAND_ALPHA, GREY, ROLE_COLOURS, SMALL, WIDTH_INCHES
from analysis.exhibits.timeline import (
    ABOVE_TITLE,
    TAIL_INCHES,
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    label_room,
    set_years,
)
from analysis.models.arrays import Floats
from analysis.models.interval_prediction import predicted_flow
from analysis.models.interval_results import IntervalFit

NAME: Final = "zone_trade"
TITLE: Final = "Published reports, expected monthly flow and flow without the events"
NOTHING: Final = "Nothing to draw: no report gives a value, and no month of any flow is identified."
LABEL_PLACE: Final = -0.075
RANGE_MARGIN: Final = 1.5
MISSING_LETTERS: Final = 62
CURVES: Final = {"fitted": "expected flow", "counterfactual": "without the events"}
EFFECT: Final = "effect of "  # opens the element of an effect in the data
LINE_WIDTHS: Final = {"fitted": 1.4, "counterfactual": 1.4, "predicted": 0.7}


@dataclass(frozen=True)
class Room:
    """Height of a panel, room around the panels, and line from an event to its label, in inches."""

    panel: float
    margins: Margins
    tail: float


MANY: Final = Room(
    1.25, Margins(left=0.95, right=0.15, top=1.5, bottom=0.6, between=0.3), TAIL_INCHES
)
ALONE: Final = Room(2.5, Margins(left=0.95, right=0.15, top=1.7, bottom=0.6), ABOVE_TITLE)


@dataclass(frozen=True)
class Panel:
    """One outcome of the figure."""

    label: str
    unit: str
    curves: pd.DataFrame
    reports: pd.DataFrame
    events: tuple[EventLine, ...]
    missing: str


def zone_trade_figure(opened: OpenStudy) -> Figure:
    """Return one panel an outcome: reports as intervals, fitted and counterfactual flow."""
    names = [outcome.name for outcome in opened.study.outcomes if outcome.figure]
    panels = [_panel(opened, name) for name in names]
    if all(panel.curves.empty and panel.reports.empty for panel in panels):
        return empty_figure(NAME, TITLE, NOTHING)
    drawn = [_long(name, panel) for name, panel in zip(names, panels, strict=True)]
    data = pd.concat([*drawn, *(_effects(opened, name) for name in names)])
    return Figure(
        name=NAME,
        title=TITLE,
        alt=_alt(opened),
        data=data.reset_index(drop=True),
        draw=lambda: _draw(panels, opened.study.level),
    )


def report_rates(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the levels among observations as daily rates over their days.

    Returns
    -------
    pandas.DataFrame
        Columns observation_id, start, end, rate (flow a day in base units).
    """
    levels = observations[observations["kind"] == "level"]
    days = (levels["end"] - levels["start"]).dt.days + 1
    rates = levels.assign(rate=levels["value"] / days)
    return rates[["observation_id", "start", "end", "rate"]].reset_index(drop=True)


def _panel(opened: OpenStudy, name: str) -> Panel:
    outcome, fit = opened.outcome(name), opened.fits[name]
    unknown = [effect.label for effect in fit.effects if effect.verdict == "not identified"]
    return Panel(
        label=outcome.label,
        unit=opened.unit(outcome.series),
        curves=steady(pd.concat([_expected(fit), _predicted(fit)])),
        reports=steady(report_rates(opened.split[outcome.name][0])),
        events=tuple(EventLine(item.start, item.label) for item in outcome.interventions),
        missing=", ".join(unknown),
    )


def expected_over_median(fit: IntervalFit) -> float:
    """Return by how much the expected flow exceeds the median flow of a fit on the log scale.

    The curves of a fit are medians; with noise of standard deviation sigma the expectation is
    exp(sigma^2 / 2) times as large, in every month and every curve alike.
    """
    return float(np.exp(fit.sigma**2 / 2)) if fit.sigma is not None else 1.0


def _expected(fit: IntervalFit) -> pd.DataFrame:
    """Return the expected flow, which sums of months are compared with."""
    curves = fit.monthly[fit.monthly["curve"].isin(CURVES)]
    factor = expected_over_median(fit)
    scaled = {name: curves[name] * factor for name in ("rate", "lower", "upper")}
    return curves.assign(**scaled)


def _predicted(fit: IntervalFit) -> pd.DataFrame:
    """Return the predicted flow of the months that have a fitted one, as a further curve."""
    if fit.state is None:
        return fit.monthly.iloc[:0]
    months = predicted_flow(fit.state, fit.level)
    shown = months["month"].isin(fit.curve("fitted")["month"])
    return months[shown].assign(curve="predicted")


def _long(name: str, panel: Panel) -> pd.DataFrame:
    """Return what a panel draws as rows: outcome, element, start, end, rate, lower, upper."""
    curves = panel.curves.rename(columns={"curve": "element", "first_day": "start"})
    lengths = pd.to_timedelta(curves["days"].astype("int64") - 1, unit="D")
    ends = curves["start"].astype("datetime64[us]") + lengths
    reports = panel.reports.rename(columns={"observation_id": "element"})
    rows = pd.concat([curves.assign(end=ends), reports], ignore_index=True)
    rows = rows.assign(outcome=name, unit=f"{panel.unit} a day")
    return rows[["outcome", "element", "start", "end", "rate", "lower", "upper", "unit"]]


def _effects(opened: OpenStudy, name: str) -> pd.DataFrame:
    """Return the effects that the alt text tells as rows, with the verdict in their element."""
    told = [effect for effect in opened.fits[name].effects if effect.shape != "trend"]
    rows = {
        "outcome": [name for _ in told],
        "element": [f"{EFFECT}{effect.label}: {effect.verdict}" for effect in told],
        "start": pd.to_datetime([effect.start for effect in told]),
        "end": pd.to_datetime([effect.start for effect in told]),
        "rate": pd.Series([effect.estimate for effect in told], dtype=float),
        "lower": pd.Series([effect.lower for effect in told], dtype=float),
        "upper": pd.Series([effect.upper for effect in told], dtype=float),
        "unit": [effect.unit for effect in told],
    }
    return steady(pd.DataFrame(rows))


def _draw(panels: Sequence[Panel], level: float) -> Canvas:
    room = MANY if len(panels) > 1 else ALONE
    start, end = _span(panels)
    events = _all_events(panels)
    margins = replace(room.margins, top=label_room(events, start, end, room.margins.top, room.tail))
    canvas, grid = new_canvas(WIDTH_INCHES, [room.panel] * len(panels), margins)
    for axes, panel in zip(grid, panels, strict=True):
        axes.set_yscale("log")
        _draw_curves(axes, panel.curves)
        _draw_reports(axes, panel.reports)
        _set_range(axes, panel)
        _label(axes, panel)
        set_years(axes, start, end)
        draw_event_lines(axes, panel.events)
    draw_event_labels(grid[0], events, room.tail)
    canvas.legend(handles=_legend(level), loc="lower center", ncols=5, fontsize=SMALL)
    return canvas


def _draw_curves(axes: Axes, curves: pd.DataFrame) -> None:
    """Draw each curve as steps and its band; the limits of the axis are set for them later."""
    for key, curve in curves.groupby("curve", sort=False):
        name = str(key)
        outlines = [_outline(piece) for piece in _unbroken(curve)]
        for edges, piece in outlines:
            axes.add_artist(_steps(edges, piece["rate"], name))
        if name != "predicted":
            bands = [_band(edges, piece["lower"], piece["upper"]) for edges, piece in outlines]
            colour = ROLE_COLOURS[name]
            axes.add_artist(PolyCollection(bands, facecolor=colour, alpha=BAND_ALPHA, linewidth=0))


def _unbroken(curve: pd.DataFrame) -> list[pd.DataFrame]:
    """Split a curve at every month without a row: nothing is drawn across a gap."""
    months = (curve["first_day"].dt.year * 12 + curve["first_day"].dt.month).to_numpy()
    cuts = np.flatnonzero(np.diff(months) != 1) + 1
    ends = [0, *cuts, len(curve)]
    return [curve.iloc[first:last] for first, last in pairwise(ends)]


def _outline(piece: pd.DataFrame) -> tuple[Floats, pd.DataFrame]:
    """Return the days at which the months of a piece begin and end, (n + 1,), with the piece."""
    starts = np.asarray(mdates.date2num(piece["first_day"]), dtype=float)
    return np.append(starts, starts[-1] + piece["days"].iloc[-1]), piece


def _steps(edges: Floats, rate: pd.Series, name: str) -> StepPatch:
    return StepPatch(
        rate.to_numpy(dtype=float),
        edges,
        baseline=None,  # type: ignore[arg-type]  # no line down to zero; the stubs want a float
        fill=False,
        edgecolor=ROLE_COLOURS[name],
        linewidth=LINE_WIDTHS[name],
        linestyle=(0, (3, 1.5)) if name == "counterfactual" else "-",
    )


def _band(edges: Floats, lower: pd.Series, upper: pd.Series) -> Floats:
    """Return the outline of a band of steps, shape (4 n, 2): there above, and back below."""
    days = np.repeat(edges, 2)[1:-1]
    above, below = (np.repeat(side.to_numpy(dtype=float), 2) for side in (upper, lower))
    days, rates = np.append(days, days[::-1]), np.append(above, below[::-1])
    return np.column_stack([days, rates])


def _draw_reports(axes: Axes, reports: pd.DataFrame) -> None:
    starts = reports["start"].map(day_number)
    ends = reports["end"].map(day_number) + 1
    axes.hlines(reports["rate"], starts, ends, color=ROLE_COLOURS["report"], linewidth=0.9)
    axes.plot(ends, reports["rate"], "|", color=ROLE_COLOURS["report"], markersize=4)


def _set_range(axes: Axes, panel: Panel) -> None:
    """Fit the axis to reports and curves; bands may run out of it."""
    rates = pd.concat([panel.reports["rate"], panel.curves["rate"]]).astype(float)
    if not rates.empty:
        axes.set_ylim(rates.min() / RANGE_MARGIN, rates.max() * RANGE_MARGIN)


def _label(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.label, y=1.0, pad=3)
    axes.set_ylabel(f"{panel.unit}\na day", fontsize=SMALL)
    axes.yaxis.set_label_coords(LABEL_PLACE, 0.5)
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.5g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    if panel.missing:
        axes.text(
            0.008,
            0.05,
            textwrap.fill(f"not identified: {panel.missing}", MISSING_LETTERS),
            transform=axes.transAxes,
            va="bottom",
            fontsize=SMALL,
            color=GREY,
            style="italic",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )


def _legend(level: float) -> list[Line2D | Patch]:
    report = Line2D([], [], color=ROLE_COLOURS["report"], linewidth=0.9, marker="|", label="report")
    fitted = Line2D([], [], color=ROLE_COLOURS["fitted"], linewidth=1.4, label=CURVES["fitted"])
    without = Line2D(
        [],
        [],
        color=ROLE_COLOURS["counterfactual"],
        linewidth=1.4,
        linestyle=(0, (3, 1.5)),
        label=CURVES["counterfactual"],
    )
    predicted = Line2D(
        [], [], color=ROLE_COLOURS["predicted"], linewidth=0.8, label="predicted months"
    )
    band = Patch(
        color=GREY, alpha=BAND_ALPHA, linewidth=0, label=f"pointwise {100 * level:g} % interval"
    )
    return [report, fitted, predicted, without, band]


def _all_events(panels: Sequence[Panel]) -> list[EventLine]:
    """Return each date once, with the label of the first panel that names it."""
    by_day: dict[date, EventLine] = {}
    for panel in panels:
        for event in panel.events:
            by_day.setdefault(event.day, event)
    return list(by_day.values())


def _span(panels: Sequence[Panel]) -> tuple[date, date]:
    starts = [panel.curves["first_day"].min() for panel in panels if not panel.curves.empty]
    starts += [panel.reports["start"].min() for panel in panels if not panel.reports.empty]
    ends = [panel.curves["first_day"].max() for panel in panels if not panel.curves.empty]
    ends += [panel.reports["end"].max() for panel in panels if not panel.reports.empty]
    return min(starts).date(), (max(ends) + pd.DateOffset(months=1)).date()


def _alt(opened: OpenStudy) -> str:
    sentences = [
        f"{opened.outcome(name).label}: "
        + " ".join(effect.sentence for effect in fit.effects if effect.shape != "trend")
        for name, fit in opened.fits.items()
        if opened.outcome(name).figure
    ]
    return f"{opened.study.title}. " + " ".join(sentences)
