"""How well two colours are told apart: by contrast, and by eyes that see fewer colours."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from analysis.models.arrays import Floats

# As good as none of the colour: the full form of each deficiency (Machado, Oliveira and Fernandes
# 2009), which is the hardest case; None is the common eye.
VISIONS: Final = (None, "deuteranomaly", "protanomaly", "tritanomaly")
SEVERITY: Final = 100
# sRGB and relative luminance as WCAG 2.2 defines them.
_LINEAR_BELOW: Final = 0.04045
_LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722])
_FLARE: Final = 0.05


def rgb(colour: str) -> Floats:
    """Return the red, green and blue of `#rrggbb`, each from 0 to 1."""
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255


def hexadecimal(parts: Floats) -> str:
    """Return `#rrggbb` for red, green and blue from 0 to 1."""
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in parts)


def blended(colour: str, below: str, opacity: float) -> str:
    """Return the colour that is seen where one with some opacity lies on another."""
    if opacity >= 1:
        return colour.lower()
    return hexadecimal(opacity * rgb(colour) + (1 - opacity) * rgb(below))


def contrast_ratio(first: str, second: str) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 (none) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + _FLARE) / (darker + _FLARE)


def separation(first: str, second: str) -> float:
    """Return how far apart two colours look to the eye that tells them apart worst.

    Returns
    -------
    float
        Smallest distance in CAM02-UCS (Luo, Cui and Li 2006) over the common eye and the three
        simulated deficiencies.
    """
    return float(np.linalg.norm(_seen(first) - _seen(second), axis=1).min())


@cache
def _luminance(colour: str) -> float:
    parts = rgb(colour)
    linear = np.where(parts <= _LINEAR_BELOW, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ _LUMINANCE)


@cache
def _seen(colour: str) -> Floats:
    """Return the place of a colour in CAM02-UCS for each of VISIONS, one row each."""
    from colorspacious import cspace_convert

    views = []
    for vision in VISIONS:
        space = {"name": "sRGB1+CVD", "cvd_type": vision, "severity": SEVERITY}
        view = cspace_convert(rgb(colour), space, "sRGB1") if vision else rgb(colour)
        views.append(cspace_convert(np.clip(view, 0, 1), "sRGB1", "CAM02-UCS"))
    return np.array(views)
