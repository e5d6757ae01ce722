"""Holm's adjustment of the p-values of one table."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.inference.multiplicity import adjust


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return the adjusted p-value by name; nothing where nothing was tested."""
    if not p_values:
        return {}
    table = adjust(dict(p_values), "holm").table
    return dict(zip(table["name"], table["adjusted"].astype(float), strict=True))
