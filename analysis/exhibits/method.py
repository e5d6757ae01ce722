"""Exhibits about the interval estimator itself: coverage by history, and series told again.

Simulated histories test the estimator; none of these numbers is a finding about a border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.data_management.load import load_table
from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.style import LIGHT_GREY, METHOD_COLOURS, SMALL, WIDTH_INCHES
from analysis.exhibits.table import Column, Table
from analysis.models.design import DesignSpec
from analysis.models.interval_histories import HISTORIES
from analysis.models.interval_retelling import Retold, tell_again
from analysis.study import Intervention

METHOD_LABELS: Final = {
    "interval": "interval series",
    "independent": "reports as independent",
    "differenced": "cumulative reports differenced",
    "annual": "annual totals only",
}
NOMINAL: Final = 95.0
ACCEPTED: Final = (93.0, 97.0)
REPEATS: Final = 10
SEED: Final = 20200401
PANEL_INCHES: Final = 2.6
MARGINS: Final = Margins(left=2.4, right=2.2, top=0.35, bottom=0.55)


@dataclass(frozen=True)
class MethodTables:
    """What the method exhibits show: simulation results, and real monthly series."""

    monte_carlo: pd.DataFrame
    context: pd.DataFrame


@dataclass(frozen=True)
class RealSeries:
    """A real monthly series with a known break, to be told again as statements."""

    label: str
    series: str
    start: str
    end: str
    event: Intervention


BORDERS_CLOSED: Final = Intervention(
    "closure", "Borders closed", "temporary", date(2020, 4, 1), date(2022, 5, 31)
)
REAL_SERIES: Final = (
    RealSeries("Dengue cases, Thailand", "dengue/THA/cases", "2010-01", "2022-12", BORDERS_CLOSED),
    RealSeries("Dengue cases, Laos", "dengue/LAO/cases", "2014-01", "2022-12", BORDERS_CLOSED),
)


@cache
def open_method() -> MethodTables:
    """Open the tables behind the method exhibits.

    Raises
    ------
    DataError
        When a processed table is missing.
    """
    return MethodTables(load_table("monte_carlo"), load_table("context"))


def coverage_by_history_figure(tables: MethodTables) -> Figure:
    """Return the coverage of each method in each history, one dot a coefficient."""
    data = _coverage(tables.monte_carlo)
    return Figure(
        name="coverage_by_history",
        title="Coverage of nominal 95 % intervals in six made histories of reports",
        alt=_alt(data),
        data=data,
        draw=lambda: _draw(data),
    )


def monte_carlo_table(tables: MethodTables) -> Table:
    """Return coverage, bias and interval length by history and method."""
    data = _coverage(tables.monte_carlo)
    grouped = data.groupby(["history", "method"], sort=False)
    frame = grouped.agg(
        history_label=("history_label", "first"),
        method_label=("method_label", "first"),
        replications=("replications", "min"),
        lowest=("coverage_percent", "min"),
        mean=("coverage_percent", "mean"),
        highest=("coverage_percent", "max"),
        largest_bias=("bias", lambda values: float(values.abs().max())),
        length=("median_length", "mean"),
    ).reset_index()
    return Table(
        name="monte_carlo",
        title="Simulation: coverage, bias and length of nominal 95 % intervals",
        frame=frame,
        columns=(
            Column("history_label", "History"),
            Column("method_label", "Method"),
            Column("replications", "Replications", "count"),
            Column("lowest", "Lowest coverage, %", "1"),
            Column("mean", "Mean coverage, %", "1"),
            Column("highest", "Highest coverage, %", "1"),
            Column("largest_bias", "Largest bias", "3"),
            Column("length", "Interval length", "2"),
        ),
        note=(
            "Lowest, mean and highest over five coefficients: level, trend and three steps. Bias "
            "and length on the log scale; length is the mean of the medians. Monte Carlo standard "
            "error of a coverage of 95 % in 2,000 replications: 0.5 points."
        ),
    )


def retelling_table(tables: MethodTables) -> Table:
    """Return whether real monthly series, told again as statements, give back their estimate."""
    rows = [_retelling_row(item, tables.context) for item in REAL_SERIES]
    return Table(
        name="retelling",
        title="Real monthly series told again as irregular statements",
        frame=pd.DataFrame(rows),
        columns=(
            Column("label", "Series"),
            Column("months", "Months", "count"),
            Column("statements", "Statements", "count"),
            Column("monthly", "From the months, %", "percent"),
            Column("monthly_lower", "Lower", "percent"),
            Column("monthly_upper", "Upper", "percent"),
            Column("retold", "Median from statements, %", "percent"),
            Column("within", "Within", "count"),
            Column("repeats", "Retellings", "count"),
        ),
        note=(
            "Effect of the months of closed borders (April 2020 to May 2022) on recorded cases, "
            "with trend and season. Within: retellings whose 95 % interval holds the estimate from "
            "the months. Fewer cases also mean less testing: a check of the method, no finding."
        ),
    )


def _coverage(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the summary in the order of the histories, with labels and percentages."""
    labels = {name: history.label for name, history in HISTORIES.items()}
    table = summary.assign(
        history_label=summary["history"].map(labels),
        method_label=summary["method"].map(METHOD_LABELS),
        coverage_percent=100 * summary["coverage"],
    )
    order = [table[key].map({name: n for n, name in enumerate(names)}) for key, names in _ORDERS]
    place = table.assign(h=order[0], m=order[1])
    return place.sort_values(["h", "m", "name"]).drop(columns=["h", "m"]).reset_index(drop=True)


_ORDERS: Final = (("history", tuple(HISTORIES)), ("method", tuple(METHOD_LABELS)))


def _draw(data: pd.DataFrame) -> Canvas:
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [PANEL_INCHES], MARGINS)
    histories = list(dict.fromkeys(data["history_label"]))
    axes.axvspan(*ACCEPTED, color=LIGHT_GREY, alpha=0.6, linewidth=0)
    axes.axvline(NOMINAL, color="black", linewidth=0.7)
    for place, method in enumerate(METHOD_LABELS):
        _draw_method(axes, data[data["method"] == method], histories, place)
    axes.set_yticks(range(len(histories)), histories)
    axes.set_ylim(len(histories) - 0.5, -0.5)
    axes.set_xlim(right=100)
    axes.set_xlabel("coverage of nominal 95 % intervals, % of replications")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=SMALL, handletextpad=0.2)
    return canvas


def _draw_method(axes: Axes, rows: pd.DataFrame, histories: Sequence[str], place: int) -> None:
    method = str(rows["method"].iloc[0])
    offset = 0.2 * (place - (len(METHOD_LABELS) - 1) / 2)
    height = rows["history_label"].map(histories.index).to_numpy() + offset
    axes.plot(
        rows["coverage_percent"],
        height,
        "o",
        markersize=3.5,
        color=METHOD_COLOURS[method],
        label=METHOD_LABELS[method],
    )


def _alt(data: pd.DataFrame) -> str:
    groups = data.groupby("method_label", sort=False)["coverage_percent"]
    parts = [f"{name} {rows.min():.1f} to {rows.max():.1f} per cent" for name, rows in groups]
    return (
        f"Coverage of nominal 95 per cent intervals over {data['history'].nunique()} simulated "
        f"histories and {data['name'].nunique()} coefficients, lowest to highest: "
        f"{'; '.join(parts)}."
    )


def _retelling_row(item: RealSeries, context: pd.DataFrame) -> dict[str, object]:
    told = _told_again(item, context)
    monthly = told[0].monthly
    retold = [one.retold.estimate for one in told if one.retold.estimate is not None]
    return {
        "label": item.label,
        "series": item.series,
        "months": len(pd.period_range(item.start, item.end, freq="M")),
        "statements": told[0].statements,
        "monthly": monthly.estimate,
        "monthly_lower": monthly.lower,
        "monthly_upper": monthly.upper,
        "retold": float(np.median(retold)),
        "within": sum(one.within for one in told),
        "repeats": len(told),
    }


def _told_again(item: RealSeries, context: pd.DataFrame) -> tuple[Retold, ...]:
    rows = context[context["series"] == item.series]
    values = pd.Series(rows["value"].to_numpy(), rows["month"].dt.to_period("M"))
    flow = values.reindex(pd.period_range(item.start, item.end, freq="M"))
    spec = DesignSpec(item.start, item.end, "linear", "fourier_1", (item.event,))
    return tell_again(flow, spec, item.event.name, REPEATS, SEED)
