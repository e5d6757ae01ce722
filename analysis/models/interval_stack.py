"""Several series laid out as one: blocks of cells for months, blocks of columns for terms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.models.arrays import Floats
from analysis.models.design import Design, Term
from analysis.models.interval_rows import IntervalRows


def stack_rows(rows: Mapping[str, IntervalRows]) -> IntervalRows:
    """Put the reports of all series below one another, each series over cells of its own."""
    parts = list(rows.values())
    return IntervalRows(
        observation_id=tuple(f"{k}:{i}" for k, part in rows.items() for i in part.observation_id),
        report_id=tuple(f"{k}:{i}" for k, part in rows.items() for i in part.report_id),
        growth=np.concatenate([part.growth for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        lower=np.concatenate([part.lower for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
        start=np.concatenate([part.start for part in parts]),
        end=np.concatenate([part.end for part in parts]),
        days=_block_diagonal([part.days for part in parts]),
        days_before=_block_diagonal([part.days_before for part in parts]),
    )


def _block_diagonal(blocks: list[Floats]) -> Floats:
    heights, widths = zip(*(block.shape for block in blocks), strict=True)
    whole = np.zeros((sum(heights), sum(widths)))
    tops, lefts = np.cumsum((0, *heights)), np.cumsum((0, *widths))
    for k, block in enumerate(blocks):
        whole[tops[k] : tops[k + 1], lefts[k] : lefts[k + 1]] = block
    return whole


def stack_designs(designs: Mapping[str, Design]) -> Design:
    """Put the designs of all series on the diagonal of one; terms are named `series:term`."""
    first = next(iter(designs.values()))
    terms = tuple(
        Term(f"{name}:{term.name}", f"{term.label} ({name})", term.role, term.intervention)
        for name, design in designs.items()
        for term in design.terms
    )
    matrix = _block_diagonal([design.matrix for design in designs.values()])
    return Design(first.calendar, terms, matrix, first.centre)
