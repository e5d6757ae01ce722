"""Picture of cost: time and memory against each size of a job, with the line of the model."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from analysis.data_management.cost_table import BOOTSTRAP
from analysis.exhibits.cost_results import MADE, OpenCost, bootstrap_terms, jobs_of
from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLUE, SMALL, TINY, VERMILION, WIDTH_INCHES
from analysis.models.arrays import Floats

NAME: Final = "cost_growth"
TITLE: Final = "Time and memory against series, months, dates and bootstrap draws"
SIZES: Final = ("series", "months", "dates", "draws")
MEASURES: Final = (("seconds", "seconds"), ("megabytes", "memory, MB"))
PANEL_INCHES: Final = 1.75
GAP_INCHES: Final = 0.2
MARGINS: Final = Margins(left=0.6, right=0.25, top=0.5, bottom=0.45, between=0.3)
STYLES: Final = ((VERMILION, "o", "-"), (BLUE, "s", "--"))
TIME: Final = MEASURES[0][0]
ROOM: Final = 1.35  # beyond the outer marks, on a logarithmic scale
ROOM_FOR_NAMES: Final = 1.6  # the same above and below, where lines are named


def cost_growth_figure(opened: OpenCost) -> Figure:
    """Return measured time and memory as marks and the model of time as lines."""
    data = steady(growth_rows(opened))
    return Figure(NAME, TITLE, _alt(opened, data), data, lambda: _draw(data))


def growth_rows(opened: OpenCost) -> pd.DataFrame:
    """Return one row a mark.

    Returns
    -------
    pandas.DataFrame
        `panel` is the size that grows and `size` its value; `series`, `months`, `dates`, `draws`,
        `workers`, `seconds`, `model_seconds` and `megabytes` belong to the job.
    """
    parts = [
        rows.assign(panel=size, size=rows[size], model_seconds=_modelled(opened, workers, rows))
        for size in SIZES
        for workers, rows in _along(opened, size).groupby("workers")
    ]
    kept = ["panel", "size", *SIZES, "workers", "seconds", "model_seconds", "megabytes"]
    return pd.concat(parts, ignore_index=True)[kept]


def _along(opened: OpenCost, size: str) -> pd.DataFrame:
    if size != "draws":
        return opened.along(size)
    rows = pd.concat([opened.of(BOOTSTRAP, workers) for workers in opened.workers])
    return rows.sort_values(["workers", "draws"])


def _modelled(opened: OpenCost, workers: Any, rows: pd.DataFrame) -> Floats:
    if (rows["work"] == BOOTSTRAP).all():
        told: Floats = bootstrap_terms(rows) @ np.array(opened.draws[workers].prices)
        return told
    return np.array([opened.models[workers].seconds(job) for job in jobs_of(rows)])


def _draw(data: pd.DataFrame) -> Canvas:
    canvas, rows = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(MEASURES), MARGINS)
    for axes, (measure, label) in zip(rows, MEASURES, strict=True):
        panels = _split(canvas, axes, len(SIZES))
        for panel, size in zip(panels, SIZES, strict=True):
            own = data[data["panel"] == size]
            _draw_panel(panel, own, measure)
            _scale(panel, measure, data[measure])
            panel.tick_params(labelleft=panel is panels[0])
            if measure == TIME:
                panel.set_title(_heading(own), fontsize=TINY, pad=4)
            else:
                panel.set_xlabel(size, fontsize=SMALL)
        panels[0].set_ylabel(label, fontsize=SMALL)
    return canvas


def _split(canvas: Canvas, axes: Axes, count: int) -> list[Axes]:
    """Put panels of equal width in the place of one wide panel."""
    box = axes.get_position()
    axes.remove()
    gap = GAP_INCHES / WIDTH_INCHES
    width = (box.width - gap * (count - 1)) / count
    places = [box.x0 + at * (width + gap) for at in range(count)]
    return [canvas.add_axes((place, box.y0, width, box.height)) for place in places]


def _heading(rows: pd.DataFrame) -> str:
    """Return which sizes are the same in a panel."""
    grows = rows["panel"].iloc[0]
    same = [size for size in SIZES if size != grows and rows[size].max() > 0]
    about = [f"{rows[size].median():,.0f} {size}" for size in same]
    return "{}\n{}".format(", ".join(about[:-1]), about[-1])


def _draw_panel(axes: Axes, rows: pd.DataFrame, measure: str) -> None:
    last = rows[rows["size"] == rows["size"].max()].set_index("workers")[measure]
    for (workers, own), style in zip(rows.groupby("workers"), STYLES, strict=False):
        colour, mark, line = style
        drawn = own["model_seconds"] if measure == TIME else own[measure]
        axes.plot(own["size"], own[measure], mark, color=colour, markersize=4, linestyle="none")
        axes.plot(own["size"], drawn, color=colour, linestyle=line, linewidth=1.1)
        text = f"{workers} worker{'s' if own['workers'].iloc[0] > 1 else ''}"
        over = last.idxmax() == workers
        _name(axes, text, colour, own, measure, over=over)
    axes.set_xscale("log")
    axes.set_xlim(rows["size"].min() / ROOM, rows["size"].max() * ROOM)
    _number_ticks(axes, sorted(rows["size"].unique()))
    axes.tick_params(labelsize=TINY)


def _scale(axes: Axes, measure: str, values: pd.Series[float]) -> None:
    """Give all panels of a row one scale: of factors for time, from zero for memory."""
    if measure == TIME:
        axes.set_yscale("log")
        axes.set_ylim(values.min() / ROOM_FOR_NAMES, values.max() * ROOM_FOR_NAMES)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(0, 1.25 * values.max())


def _name(
    axes: Axes, text: str, colour: str, own: pd.DataFrame, measure: str, *, over: bool
) -> None:
    """Name the higher line over a mark and the lower one under it.

    Lines of time rise: over the last mark and under the first one there is nothing else. Those of
    memory are nearly flat.
    """
    at_end = over and measure == TIME
    mark = own.iloc[-1 if at_end else 0]
    axes.annotate(
        text,
        xy=(mark["size"], mark[measure]),
        xytext=(4 if at_end else -4, 6 if over else -6),
        textcoords="offset points",
        ha="right" if at_end else "left",
        va="bottom" if over else "top",
        fontsize=TINY,
        color=colour,
    )


def _number_ticks(axes: Axes, sizes: list[int]) -> None:
    """Write the smallest, a middle and the largest size, which never crowd each other."""
    shown = [sizes[0], sizes[len(sizes) // 2], sizes[-1]]
    axes.set_xticks(shown, [f"{size:,}" for size in shown])
    axes.xaxis.set_minor_locator(NullLocator())


def _alt(opened: OpenCost, data: pd.DataFrame) -> str:
    few, many = opened.workers[0], opened.workers[-1]
    series = data[data["panel"] == "series"]
    largest = series[series["size"] == series["size"].max()].set_index("workers")
    one, two = (float(largest.loc[number, "seconds"]) for number in (few, many))
    return (
        f"{TITLE}. {int(largest['size'].iloc[0]):,} series of {largest['months'].iloc[0]} months "
        f"at {largest['dates'].iloc[0]} dates take {one:.1f} seconds on {few} worker and {two:.1f} "
        f"on {many}, {one / two:.1f} times as fast. On {few} worker, "
        f"{'; '.join(_growth(data, size, few) for size in SIZES)}. The model of cost has an R² of "
        f"{opened.models[few].fit.r_squared:.3f} on {few} worker and of "
        f"{opened.models[many].fit.r_squared:.3f} on {many}. {opened.machine()} {MADE}"
    )


def _growth(data: pd.DataFrame, size: str, workers: int) -> str:
    rows = data[(data["panel"] == size) & (data["workers"] == workers)]
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"{last['size'] / first['size']:.1f} times the {size} take "
        f"{last['seconds'] / first['seconds']:.1f} times the time and "
        f"{last['megabytes'] / first['megabytes']:.2f} times the memory"
    )
