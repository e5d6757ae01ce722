"""The only place that knows colours, fonts and sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import matplotlib as mpl

# Okabe & Ito (2008): distinguishable with every common form of colour blindness.
BLACK: Final = "#000000"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#6B6B6B"
LIGHT_GREY: Final = "#D9D9D9"

ROLE_COLOURS: Final[Mapping[str, str]] = {
    "fitted": BLUE,
    "predicted": SKY,
    "counterfactual": VERMILION,
    "report": BLACK,
    "growth": GREEN,
    "event": GREY,
    "unknown": LIGHT_GREY,
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
SURFACE_COLOURS: Final = ("#FFFFFF", SKY)

CATEGORY_COLOURS: Final[Mapping[str, str]] = {
    "closure": VERMILION,
    "reopening": GREEN,
    "lockdown": ORANGE,
    "conflict": PURPLE,
    "other": GREY,
}

COUNTRY_COLOURS: Final[Mapping[str, str]] = {"CHN": "#B3400A", "LAO": BLUE, "MMR": "#00694D"}
ZONE_COLOURS: Final[Mapping[str, str]] = {"mohan_boten": BLUE, "ruili_muse": "#B3400A"}
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
TINY: Final = 6.5
WIDTH_INCHES: Final = 8.2
BAND_ALPHA: Final = 0.18
SCREEN_DPI: Final = 96
PRINT_DPI: Final = 160


def apply_style() -> None:
    """Set the house style in matplotlib's current settings."""
    mpl.rcParams.update(dict(RC))  # type: ignore[arg-type]
