"""Pictures of simulated size: every test, its rejections where there is nothing to find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.inference_methods import (
    ACCEPTED,
    NO_FINDING,
    NOMINAL,
    Simulations,
    measured,
)
from analysis.exhibits.inference_panels import DESIGNS, REGRESSORS
from analysis.exhibits.inference_series import P_VALUES, break_rates, check_label
from analysis.exhibits.steady import steady
from analysis.exhibits.style import (
    BLACK,
    GREY,
    LIGHT_GREY,
    SERIES_COLOURS,
    SMALL,
    TINY,
    WIDTH_INCHES,
)
from analysis.inference.check_size import TESTS
from analysis.inference.cluster_simulation import METHODS, RANDOMISATION

ROW_INCHES: Final = 0.165
MARGINS: Final = Margins(left=2.85, right=0.85, top=0.45, bottom=0.5, between=0.5)
TICKS: Final = (0, 1, 5, 10, 20, 40, 60, 80, 100)
WIDEST: Final = (0.0, 100.0)
HALF_WIDTH: Final = 1.96  # Monte Carlo standard errors each side
SPREAD: Final = 0.3  # of a row, over which the settings of one test lie
SERIES_TITLE: Final = "Rejections at a nominal 5 % where there is nothing to find: regular series"
PANELS_TITLE: Final = "Rejections at a nominal 5 % where there is nothing to find: panels and pairs"
PATHS: Final[Mapping[str, str]] = {
    "independent": "independent paths",
    "alike_neighbours": "neighbours alike",
}
COLUMNS: Final = ("family", "test", "setting", "rate", "error", "replications")


def series_rates_figure(tables: Simulations) -> Figure:
    """Return the rejection rates of checks and break tests of a regular series."""
    data = pd.concat([_checks(tables), _breaks(tables)], ignore_index=True)
    return _figure("rejection_rates_series", SERIES_TITLE, data)


def panel_rates_figure(tables: Simulations) -> Figure:
    """Return the rejection rates of inference with few clusters, for pairs and for groups."""
    parts = [_clusters(tables), _dyads(tables), _permutations(tables), _groups(tables)]
    return _figure("rejection_rates_panels", PANELS_TITLE, pd.concat(parts, ignore_index=True))


def _figure(name: str, title: str, data: pd.DataFrame) -> Figure:
    shown = steady(
        data.assign(
            lower=(data["rate"] - HALF_WIDTH * data["error"]).clip(*WIDEST),
            upper=(data["rate"] + HALF_WIDTH * data["error"]).clip(*WIDEST),
        )
    )
    return Figure(name, title, _alt(title, shown), shown, lambda: _draw(shown))


def _checks(tables: Simulations) -> pd.DataFrame:
    rates = measured(tables["size_of_checks"], "rejection_rate")
    order = rates["check"].map({name: place for place, name in enumerate(TESTS)})
    rates = rates.assign(order=order).sort_values(
        ["order", "noise", "months"], ascending=[True, False, True], ignore_index=True
    )
    return _rows(rates, "Checks of one effect", rates["check"].map(check_label), rates["noise"])


def _breaks(tables: Simulations) -> pd.DataFrame:
    rates = break_rates(tables)
    rates = rates.sort_values(["place", "test", "rho"], kind="stable")
    tests = rates["test"] + ", " + rates["p_value"].map(P_VALUES)
    noises = rates["rho"].map({0.0: "white noise", 0.5: "AR(1), rho 0.5"})
    return _rows(rates, "Breaks at unknown dates", tests, noises)


def _clusters(tables: Simulations) -> pd.DataFrame:
    rates = measured(tables["cluster_inference"], "rejection_rate")
    rates = rates.sort_values("clusters", kind="stable")
    families = "Few clusters: " + rates["design"].map(DESIGNS)
    order = families.map({f"Few clusters: {name}": n for n, name in enumerate(DESIGNS.values())})
    methods = rates["method"].map({name: n for n, name in enumerate([*METHODS, RANDOMISATION])})
    rates = rates.assign(family=families, design=order, place=methods)
    rates = rates.sort_values(["design", "place", "clusters"], ignore_index=True)
    settings = rates["clusters"].astype(str) + " clusters"
    return _rows(rates, rates["family"], rates["method"], settings)


def _dyads(tables: Simulations) -> pd.DataFrame:
    rates = measured(tables["dyads_size"], "rejection_rate")
    rates = rates.sort_values(["regressor", "units"])
    settings = rates["units"].map("{} units".format)
    return _rows(
        rates, "Dyadic t test, 6 to 120 units", rates["regressor"].map(REGRESSORS), settings
    )


def _permutations(tables: Simulations) -> pd.DataFrame:
    rates = measured(tables["randomisation"], "rejection_rate")
    return _rows(rates, "Permutation of units", rates["scenario"], rates["statistic"])


def _groups(tables: Simulations) -> pd.DataFrame:
    rates = measured(tables["randomisation_groups"], "rejection_rate")
    rates = rates[np.isclose(100 * rates["nominal"], NOMINAL)]
    tests = rates["group_from"] + " among " + rates["reference"]
    return _rows(
        rates,
        "Group among groups of a set",
        tests.str.replace("_", " "),
        rates["paths"].map(PATHS),
    )


def _rows(
    rates: pd.DataFrame,
    family: str | pd.Series,
    tests: pd.Series,
    settings: pd.Series,
) -> pd.DataFrame:
    named = rates.assign(family=family, test=tests, setting=settings)
    return named[list(COLUMNS)].reset_index(drop=True)


def _draw(data: pd.DataFrame) -> Canvas:
    families = list(dict.fromkeys(data["family"]))
    parts = [data[data["family"] == family] for family in families]
    heights = [ROW_INCHES * part["test"].nunique() + ROW_INCHES for part in parts]
    canvas, panels = new_canvas(WIDTH_INCHES, heights, MARGINS)
    for axes, family, part in zip(panels, families, parts, strict=True):
        _draw_family(axes, family, part)
    bottom = panels[-1]
    bottom.set_xlim(*WIDEST)
    bottom.set_xticks(TICKS)
    bottom.minorticks_off()
    bottom.set_xlabel(
        "rejections, % of made data sets (band: 4 to 6 %; bars: Monte Carlo 95 % interval)",
        fontsize=SMALL,
    )
    return canvas


def _draw_family(axes: Axes, family: str, rows: pd.DataFrame) -> None:
    tests = list(dict.fromkeys(rows["test"]))
    settings = list(dict.fromkeys(rows["setting"]))
    axes.set_xscale("function", functions=(_root, np.square))
    axes.axvspan(*ACCEPTED, color=LIGHT_GREY, linewidth=0)
    axes.axvline(NOMINAL, color=GREY, linewidth=0.6)
    for place, test in enumerate(tests):
        mine = rows[rows["test"] == test]
        _draw_test(axes, mine, settings, place)
        _note_range(axes, mine["rate"], place)
    axes.set_yticks(range(len(tests)), tests, fontsize=SMALL)
    axes.set_ylim(len(tests) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_title(family, loc="left", x=-2.75 / _inner(), fontsize=SMALL)
    if len(settings) > 1:
        axes.legend(
            handles=_legend(settings),
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=len(settings),
            fontsize=TINY,
            handletextpad=0.1,
            columnspacing=0.9,
            borderaxespad=0.2,
        )


def _draw_test(axes: Axes, rows: pd.DataFrame, settings: Sequence[str], place: int) -> None:
    heights = place + (np.linspace(-SPREAD, SPREAD, len(rows)) if len(rows) > 1 else np.zeros(1))
    for height, row in zip(heights, rows.to_dict("records"), strict=True):
        colour = SERIES_COLOURS[settings.index(row["setting"])]
        axes.plot([row["lower"], row["upper"]], [height] * 2, color=colour, linewidth=0.8)
        axes.plot(row["rate"], height, "o", color=colour, markersize=2.6, clip_on=False)


def _note_range(axes: Axes, rates: pd.Series, place: int) -> None:
    over = rates.max() > ACCEPTED[1]
    ends = dict.fromkeys(f"{rate:.1f}" for rate in (rates.min(), rates.max()))
    axes.annotate(
        "–".join(ends),
        xy=(1.015, place),
        xycoords=("axes fraction", "data"),
        fontsize=TINY,
        fontweight="bold" if over else "normal",
        color=BLACK if over else GREY,
        va="center",
        annotation_clip=False,
    )


def _legend(settings: Sequence[str]) -> list[Line2D]:
    return [
        Line2D([], [], color=colour, marker="o", markersize=3, linewidth=0.8, label=setting)
        for setting, colour in zip(settings, SERIES_COLOURS, strict=False)
    ]


def _root(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(np.clip(values, 0, None)))


def _inner() -> float:
    return WIDTH_INCHES - MARGINS.left - MARGINS.right


def _alt(title: str, data: pd.DataFrame) -> str:
    said = [f"{family}: {_said(part)}" for family, part in data.groupby("family", sort=False)]
    return f"{title}. {'. '.join(said)}. {NO_FINDING}"


def _said(rows: pd.DataFrame) -> str:
    ranges: Mapping[str, tuple[float, float]] = {
        str(test): (part.min(), part.max())
        for test, part in rows.groupby("test", sort=False)["rate"]
    }
    over = {test: ends for test, ends in ranges.items() if ends[1] > ACCEPTED[1]}
    words = f"{len(ranges) - len(over)} of {len(ranges)} tests nowhere reject more than 6 per cent"
    worst = [f"{test} {low:.1f} to {high:.1f} per cent" for test, (low, high) in over.items()]
    return f"{words}; more often reject {', '.join(worst)}" if worst else words
