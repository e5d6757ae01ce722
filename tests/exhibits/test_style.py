"""Colours that stand for different things look different to every reader, and text is legible.

Colour blindness is simulated at full severity (dichromacy) with the matrices of Machado, Oliveira
& Fernandes (2009), A physiologically-based model for simulation of color vision deficiency, IEEE
Transactions on Visualization and Computer Graphics 15(6), 1291-1298, applied to linear RGB.
Distances are those of CIE 1976 L*a*b* under D65; contrast is that of WCAG 2.1, section 1.4.3.
"""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_hex
from matplotlib.text import Text

from analysis.exhibits.figure import drawing
from analysis.exhibits.style import (
    CONFIDENCE_COLOURS,
    METHOD_COLOURS,
    RC,
    ROLE_COLOURS,
    use_bundled_fonts,
)

JUST_NOTICEABLE = 2.3  # Mahy, Van Eycken & Oosterlinck (1994), Color Research & Application 19
MINIMUM_DISTANCE = 5 * JUST_NOTICEABLE
"""One just noticeable difference is measured on large fields side by side. The marks here are thin
lines and outlines that are apart, so they need several; at five a difference is seen at a glance.
"""
LEAST_CONTRAST = 4.5

VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
SHARED = {role: ROLE_COLOURS[role] for role in ("fitted", "report", "event")}
TOGETHER = {
    "zone_trade": SHARED | {role: ROLE_COLOURS[role] for role in ("predicted", "counterfactual")},
    "coverage": {**CONFIDENCE_COLOURS, "growth": ROLE_COLOURS["growth"], "event": SHARED["event"]},
    "coverage_by_history": METHOD_COLOURS,
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colour: str) -> np.ndarray:
    """Return the linear RGB of a colour (IEC 61966-2-1)."""
    value = np.array([int(to_hex(colour)[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    ratio = XYZ @ np.clip(rgb, 0.0, 1.0) / (XYZ @ np.ones(3))
    small = (6 / 29) ** 3
    f = np.where(ratio > small, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, vision: np.ndarray) -> float:
    return float(np.linalg.norm(lab(vision @ linear(one)) - lab(vision @ linear(other))))


def contrast_to_white(colour: str) -> float:
    luminance = np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)
    return float(1.05 / (luminance + 0.05))


@pytest.mark.parametrize("figure", TOGETHER)
@pytest.mark.parametrize("vision", VISION)
def test_colours_of_one_figure_can_be_told_apart(figure, vision):
    close = {
        (one, other): round(found, 1)
        for (one, a), (other, b) in combinations(TOGETHER[figure].items(), 2)
        if (found := distance(a, b, VISION[vision])) < MINIMUM_DISTANCE
    }
    assert close == {}


def test_the_simulation_finds_a_pair_that_colour_blindness_merges():
    """A red and a green far apart for most readers, and one colour without green cones."""
    red, green = "#C06A2B", "#8A8A2B"
    assert distance(red, green, VISION["normal"]) > 2 * MINIMUM_DISTANCE
    assert distance(red, green, VISION["deuteranopia"]) < MINIMUM_DISTANCE


@pytest.mark.parametrize("vision", VISION)
def test_a_simulated_eye_still_sees_white_and_grey(vision):
    for grey in (0.2, 1.0):
        assert VISION[vision] @ np.full(3, grey) == pytest.approx(np.full(3, grey), abs=2e-6)


def test_the_measures_give_their_known_values():
    assert contrast_to_white("#000000") == pytest.approx(21.0)
    assert contrast_to_white("#767676") == pytest.approx(4.54, abs=0.01)
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)


def test_every_text_of_every_figure_stands_out_from_white_paper(canvases, method_canvases):
    for name, canvas in {**canvases, **method_canvases}.items():
        colours = {to_hex(text.get_color()) for text in canvas.findobj(Text) if text.get_text()}
        assert colours
        faint = {colour for colour in colours if contrast_to_white(colour) < LEAST_CONTRAST}
        assert faint == set(), name


def test_a_font_of_the_machine_is_never_drawn_with(tmp_path):
    bundled = Path(mpl.get_data_path()).resolve()
    own = shutil.copy(bundled / "fonts" / "ttf" / "DejaVuSans.ttf", tmp_path)
    font_manager.fontManager.ttflist = []
    font_manager.fontManager.addfont(own)
    assert Path(font_manager.findfont("DejaVu Sans")).is_relative_to(tmp_path)
    use_bundled_fonts.__wrapped__()
    assert Path(font_manager.findfont("DejaVu Sans")).is_relative_to(bundled)
    files = {Path(entry.fname).resolve() for entry in font_manager.fontManager.ttflist}
    assert files == set((bundled / "fonts" / "ttf").glob("*.ttf"))


def test_every_setting_of_the_style_exists_and_is_taken():
    with drawing():
        for name, value in RC.items():
            assert name in mpl.rcParams
            assert mpl.rcParams[name] in (value, [value])
