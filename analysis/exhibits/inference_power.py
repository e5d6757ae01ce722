"""Picture of power: how long a series must be to find a step of a given size."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.inference_methods import NO_FINDING, Simulations, measured
from analysis.exhibits.inference_series import T_TESTS
from analysis.exhibits.steady import steady
from analysis.exhibits.style import (
    BLACK,
    SMALL,
    SURFACE_COLOURS,
    TINY,
    WIDTH_INCHES,
)
from analysis.models.arrays import Bools, Floats
from analysis.models.design_shapes import MONTHS_PER_YEAR

ESTIMATOR: Final = "gls_ar1_reml"
ENOUGH: Final = 80.0
MARGINS: Final = Margins(left=0.85, right=0.55, top=0.6, bottom=0.55, between=0.12)
GAP_INCHES: Final = 0.12
PANEL_INCHES: Final = 1.15
TITLE: Final = "Power to find a step in a monthly series, by years before and after it"


def power_surface_figure(tables: Simulations) -> Figure:
    """Return one panel a length after the step and autocorrelation; numbers are per cent."""
    rates = measured(tables["power_surface"], "power")
    rates = rates[rates["estimator"] == ESTIMATOR]
    data = steady(
        rates[["months_before", "months_after", "rho", "effect", "replications"]].assign(
            years_before=rates["months_before"] / MONTHS_PER_YEAR,
            years_after=rates["months_after"] / MONTHS_PER_YEAR,
            power=rates["rate"],
            error=rates["error"],
        )
    ).reset_index(drop=True)
    return Figure("power_surface", TITLE, _alt(data), data, lambda: _draw(data))


def _draw(data: pd.DataFrame) -> Canvas:
    rhos, afters = (sorted(data[name].unique()) for name in ("rho", "years_after"))
    canvas, rows = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(afters), MARGINS)
    for axes, after in zip(rows, afters, strict=True):
        panels = _split(canvas, axes, len(rhos))
        for panel, rho in zip(panels, rhos, strict=True):
            mine = data[(data["rho"] == rho) & (data["years_after"] == after)]
            _draw_panel(panel, mine)
            panel.tick_params(labelbottom=after == afters[-1], labelleft=rho == rhos[0], length=0)
            if after == afters[0]:
                panel.set_title(f"rho {rho:g}", loc="center", fontsize=SMALL)
        panels[-1].annotate(
            f"{after:g} year{'s' if after > 1 else ''}\nafter",
            xy=(1.06, 0.5),
            xycoords="axes fraction",
            fontsize=SMALL,
            va="center",
        )
    _label(canvas)
    return canvas


def _split(canvas: Canvas, axes: Axes, count: int) -> list[Axes]:
    """Put panels of equal width in the place of one wide panel."""
    box = axes.get_position()
    axes.remove()
    gap = GAP_INCHES / WIDTH_INCHES
    width = (box.width - gap * (count - 1)) / count
    return [
        canvas.add_axes((box.x0 + n * (width + gap), box.y0, width, box.height))
        for n in range(count)
    ]


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    wide = rows.pivot_table("power", "years_before", "effect")
    power = wide.to_numpy()
    colours = LinearSegmentedColormap.from_list("power", list(SURFACE_COLOURS))
    axes.pcolormesh(power, cmap=colours, vmin=0, vmax=100, rasterized=False)
    for (row, column), value in np.ndenumerate(power):
        axes.text(
            column + 0.5,
            row + 0.5,
            f"{value:.0f}",
            ha="center",
            va="center",
            fontsize=TINY,
            color=BLACK,
            fontweight="bold" if value >= ENOUGH else "normal",
        )
    for xs, ys in contour(power >= ENOUGH):
        axes.plot(xs, ys, color=BLACK, linewidth=1.8, solid_capstyle="projecting")
    axes.set_xticks(np.arange(power.shape[1]) + 0.5, [f"{x:g}" for x in wide.columns])
    axes.set_yticks(np.arange(power.shape[0]) + 0.5, [f"{y:g}" for y in wide.index])
    axes.tick_params(labelsize=TINY)
    axes.grid(visible=False)


def contour(enough: Bools) -> list[tuple[Floats, Floats]]:
    """Return the edges between cells that have enough power and cells that have not.

    Parameters
    ----------
    enough
        Shape (rows, columns); cell (i, j) covers j to j + 1 across and i to i + 1 up.
    """
    up, across = np.diff(enough.astype(int), axis=0), np.diff(enough.astype(int), axis=1)
    flat = [(np.array([j, j + 1.0]), np.array([i + 1.0] * 2)) for i, j in np.argwhere(up)]
    steep = [(np.array([j + 1.0] * 2), np.array([i, i + 1.0])) for i, j in np.argwhere(across)]
    return flat + steep


def _label(canvas: Canvas) -> None:
    height = canvas.get_figheight()
    canvas.text(
        MARGINS.left / WIDTH_INCHES,
        1 - 0.2 / height,
        f"power in %, test at 5 % by {T_TESTS[ESTIMATOR]}; heavy line: {ENOUGH:.0f} %",
        fontsize=SMALL,
        va="center",
    )
    canvas.text(
        0.5, 0.15 / height, "step, in standard deviations of the noise", fontsize=SMALL, ha="center"
    )
    canvas.text(
        0.25 / WIDTH_INCHES,
        0.5,
        "years before the step",
        fontsize=SMALL,
        rotation=90,
        va="center",
        ha="center",
    )


def _alt(data: pd.DataFrame) -> str:
    said = [f"at rho {rho:g} {_said(rows)}" for rho, rows in data.groupby("rho")]
    return (
        f"{TITLE}: simulated power of the t test by {T_TESTS[ESTIMATOR]}. Of the windows, "
        f"{'; '.join(said)}. {NO_FINDING}"
    )


def _said(rows: pd.DataFrame) -> str:
    largest = rows[rows["effect"] == rows["effect"].max()]
    reached = int((largest["power"] >= ENOUGH).sum())
    return (
        f"{reached} of {len(largest)} reach {ENOUGH:.0f} per cent for a step of "
        f"{largest['effect'].max():g} standard deviations (power {largest['power'].min():.0f} to "
        f"{largest['power'].max():.0f} per cent)"
    )
