"""The only place that knows colours, fonts and sizes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager

# The hues of Okabe and Ito (2008), moved as little as it takes to be told apart by every eye and to
# stand out from paper and from LIGHT_GREY; analysis.exhibits.accessibility holds the limits.
BLACK: Final = "#000000"
ORANGE: Final = "#C77000"
SKY: Final = "#817BD8"
GREEN: Final = "#009966"
BLUE: Final = "#1D629F"
VERMILION: Final = "#A74203"
PURPLE: Final = "#AA749A"
GREY: Final = "#595959"
DARK_GREEN: Final = "#004428"
MIDDLE_GREY: Final = "#8C8C8C"  # for marks that step back; not beside GREEN or PURPLE
LIGHT_GREY: Final = "#EBEBEB"  # for shading behind marks, never for a mark

ROLE_COLOURS: Final[Mapping[str, str]] = {
    "fitted": BLUE,
    "predicted": DARK_GREEN,
    "counterfactual": VERMILION,
    "report": BLACK,
    "growth": GREEN,
    "event": GREY,
    "unknown": MIDDLE_GREY,
}
CONFIDENCE_COLOURS: Final[Mapping[str, str]] = {"high": BLUE, "medium": ORANGE, "low": PURPLE}

# Enough for lines that are named directly; the order is that of first use.
SERIES_COLOURS: Final = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK, GREY)

CHECK_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "yes": ("o", GREEN),
    "no": ("X", VERMILION),
    "cannot say": ("_", GREY),
}

METHOD_COLOURS: Final[Mapping[str, str]] = {
    "interval": BLUE,
    "independent": VERMILION,
    "differenced": ORANGE,
    "annual": GREY,
}

# From low to high, light enough for black numbers: told apart by lightness, whatever the eye.
SURFACE_COLOURS: Final = ("#FFFFFF", "#56B4E9")

CATEGORY_COLOURS: Final[Mapping[str, str]] = {
    "closure": VERMILION,
    "reopening": GREEN,
    "lockdown": ORANGE,
    "conflict": PURPLE,
    "other": GREY,
}

COUNTRY_COLOURS: Final[Mapping[str, str]] = {"CHN": VERMILION, "LAO": BLUE, "MMR": DARK_GREEN}
ZONE_COLOURS: Final[Mapping[str, str]] = {"mohan_boten": BLUE, "ruili_muse": VERMILION}
EVIDENCE_COLOURS: Final[Mapping[str, str]] = {
    "more": "#F3B795",
    "less": "#CFE3F2",
    "equal": "#F2F2F2",
    "no data": "#FFFFFF",
}

RC: Final[Mapping[str, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E8E8E8",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.hashsalt": "borderlands",
    "svg.fonttype": "path",
    "figure.dpi": 160.0,
    "text.hinting": "none",
    "savefig.dpi": 160.0,
}

SMALL: Final = 7.5
TINY: Final = 6.6  # 5 points where a figure is printed across a page of A4
WIDTH_INCHES: Final = 8.2
BAND_ALPHA: Final = 0.12
SCREEN_DPI: Final = 96
PRINT_DPI: Final = 160


@cache
def use_bundled_fonts() -> None:
    """Let matplotlib draw with the fonts that it brings along, never with those of the machine.

    A machine may have another release of the same font, in which signs have other numbers and
    widths; a picture would not come out as the same bytes.
    """
    font_manager.fontManager.ttflist = []
    for file in sorted((Path(mpl.get_data_path()) / "fonts" / "ttf").glob("*.ttf")):
        font_manager.fontManager.addfont(file)


def apply_style() -> None:
    """Set the house style in matplotlib's current settings."""
    use_bundled_fonts()
    mpl.rcParams.update(dict(RC))  # type: ignore[arg-type]
