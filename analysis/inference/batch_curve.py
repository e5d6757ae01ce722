"""The batch under several base designs and covariances: the numbers of a specification curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.batch import fit_batch
from analysis.inference.batch_design import BatchDesign
from analysis.inference.batch_results import BatchFit, BatchOptions
from analysis.models.arrays import Floats


@dataclass(frozen=True)
class SpecificationBatch:
    """Every series and date under every specification (Simonsohn et al. 2020, Nature Human Beh. 4).

    Attributes
    ----------
    fits
        One batch by name of the design and name of the options.
    table
        One row a design, options, series, date and term, with the columns of `BatchFit.table`.
    """

    fits: Mapping[tuple[str, str], BatchFit]
    table: pd.DataFrame

    def summary(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a series, date and term over its specifications.

        `same_sign` is the share of specifications with the sign of the median estimate;
        `significant` the share that also has a p-value below 1 - level. Specifications share
        their data: the shares describe, they do not test.
        """
        keys = ["series", "date", "term"]
        middle = self.table.groupby(keys, sort=False)["estimate"].transform("median")
        agrees = np.sign(self.table["estimate"]) == np.sign(middle)
        made = self.table.assign(
            agrees=agrees, significant=agrees & (self.table["p_value"] < 1 - level)
        )
        return (
            made.groupby(keys, sort=False)
            .agg(
                specifications=("estimate", "size"),
                median=("estimate", "median"),
                lowest=("estimate", "min"),
                highest=("estimate", "max"),
                same_sign=("agrees", "mean"),
                significant=("significant", "mean"),
            )
            .reset_index()
        )


def fit_specifications(
    values: Floats,
    designs: Mapping[str, BatchDesign],
    options: Mapping[str, BatchOptions],
    names: Sequence[str] | None = None,
) -> SpecificationBatch:
    """Estimate the batch under each design and each set of options.

    Parameters
    ----------
    values
        Series by months, shape (S, T), the same for every design.

    Raises
    ------
    ModelError
        When there is no specification, designs differ in months, dates or terms, or a batch fails;
        the message then names the specification.
    """
    if not designs or not options:
        raise ModelError("a specification curve needs one design and one set of options or more")
    _refuse_different(designs)
    fits = {
        (design, option): _fit(values, designs[design], options[option], names, design, option)
        for design, option in product(designs, options)
    }
    tables = [
        fit.table().assign(design=design, options=option) for (design, option), fit in fits.items()
    ]
    whole = pd.concat(tables, ignore_index=True)
    order = ["design", "options"]
    return SpecificationBatch(fits, whole[order + [name for name in whole if name not in order]])


def _fit(
    values: Floats,
    design: BatchDesign,
    options: BatchOptions,
    names: Sequence[str] | None,
    design_name: str,
    option_name: str,
) -> BatchFit:
    try:
        return fit_batch(values, design, options, names)
    except ModelError as error:
        raise ModelError(
            error.problem,
            where=f"specification '{design_name}', '{option_name}'",
            allowed=error.allowed,
            remedy=error.remedy,
        ) from error


def _refuse_different(designs: Mapping[str, BatchDesign]) -> None:
    first, *others = designs.items()
    for name, design in others:
        for what in ("months", "dates", "terms"):
            if getattr(design, what) != getattr(first[1], what):
                raise ModelError(
                    f"the designs '{first[0]}' and '{name}' differ in their {what}",
                    allowed="designs that differ in their base alone",
                )
