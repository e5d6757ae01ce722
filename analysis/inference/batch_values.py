"""Regular series as the matrix that a batch takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import ModelError
from analysis.inference.batch_design import BatchDesign
from analysis.models.arrays import Floats
from analysis.models.its_options import Link
from analysis.models.regular_series import RegularSeries


def batch_values(
    series: Sequence[RegularSeries], design: BatchDesign, link: Link = "log"
) -> tuple[Floats, tuple[str, ...]]:
    """Return the series over the months of a design, shape (S, T), and their names.

    Parameters
    ----------
    link
        `log` takes logarithms, so that effects are relative.

    Raises
    ------
    ModelError
        When a value covers several months, a month lies outside the design, or a logarithm does not
        exist.
    """
    place = {month: number for number, month in enumerate(design.months)}
    values = np.full((len(series), len(place)), np.nan)
    for number, item in enumerate(series):
        _refuse_unfit(item, place, link)
        own = np.log(item.values) if link == "log" else item.values
        values[number, [place[month] for month in item.months]] = own
    return values, tuple(item.name for item in series)


def _refuse_unfit(item: RegularSeries, place: dict[str, int], link: Link) -> None:
    if (item.spans != 1).any():
        month = item.months[int(np.argmax(item.spans != 1))]
        raise ModelError(
            f"series '{item.name}' has one value for several months from {month}",
            allowed="one month a value in a batch",
            remedy="estimate the series alone with fit_its, or leave that value out and say so",
        )
    outside = [month for month in item.months if month not in place]
    if outside:
        raise ModelError(
            f"series '{item.name}' has a value in {outside[0]}, outside the design of the batch",
            remedy="cut the series to the window, or lengthen the window",
        )
    if link == "log" and (item.values <= 0).any():
        month = item.months[int(np.argmax(item.values <= 0))]
        raise ModelError(
            f"series '{item.name}' has no logarithm in {month}",
            allowed="positive values",
            remedy="link='identity'",
        )
