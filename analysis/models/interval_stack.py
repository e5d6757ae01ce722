"""Several series laid out as one: blocks of cells for months, blocks of columns for terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, spelling_hint
from analysis.models.arrays import Floats
from analysis.models.design import Design, Term
from analysis.models.interval_rows import IntervalRows
from analysis.study import Intervention

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Stack:
    """The designs of K series as one.

    Attributes
    ----------
    design
        Matrix of shape (K M, p); a term of one series is named `series:term`, a shared one keeps
        its name.
    columns
        Place of each term of a series among the p columns, by name of the series.
    shared
        Series of each intervention that has one coefficient.
    """

    design: Design
    columns: Mapping[str, Indices]
    shared: Mapping[str, tuple[str, ...]]

    def part(self, series: Iterable[str]) -> tuple[Design, Indices]:
        """Return the terms of some of the series and their columns, each one once."""
        own = np.unique(np.concatenate([self.columns[name] for name in series]))
        terms = tuple(self.design.terms[k] for k in own)
        whole = self.design
        return Design(whole.calendar, terms, whole.matrix[:, own], whole.centre), own


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


def stack_designs(
    designs: Mapping[str, Design], shared: Mapping[str, tuple[str, ...]] | None = None
) -> Stack:
    """Put the designs of all series on the diagonal of one, and sum the columns that are shared.

    Parameters
    ----------
    shared
        Series of each intervention that has one coefficient, see `holders_of`.
    """
    shared = shared or {}
    terms: dict[str, Term] = {}
    named = {
        name: [_in_whole(name, term, shared) for term in design.terms]
        for name, design in designs.items()
    }
    for term in (term for own in named.values() for term in own):
        terms.setdefault(term.name, term)
    places = {name: k for k, name in enumerate(terms)}
    columns = {
        name: np.array([places[term.name] for term in own], dtype=np.int64)
        for name, own in named.items()
    }
    first = next(iter(designs.values()))
    apart = _block_diagonal([design.matrix for design in designs.values()])
    matrix = apart @ np.eye(len(terms))[np.concatenate(list(columns.values()))]
    whole = Design(first.calendar, tuple(terms.values()), matrix, first.centre)
    return Stack(whole, columns, shared)


def _in_whole(series: str, term: Term, shared: Mapping[str, tuple[str, ...]]) -> Term:
    if series in shared.get(term.name, ()):
        return term
    return replace(term, name=f"{series}:{term.name}", label=f"{term.label} ({series})")


def holders_of(designs: Mapping[str, Design], shared: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the series that have each shared intervention.

    Raises
    ------
    ModelError
        When fewer than two series have one, or the series disagree on what it is.
    """
    holders: dict[str, dict[str, Intervention]] = {}
    for series, design in designs.items():
        for term in design.terms:
            if term.intervention:
                holders.setdefault(term.name, {})[series] = term.intervention
    allowed = [name for name, series in holders.items() if len(series) > 1]
    for name in shared:
        _check_shared(name, holders.get(name, {}), allowed)
    return {name: tuple(holders[name]) for name in shared}


def _check_shared(name: str, holders: Mapping[str, Intervention], allowed: list[str]) -> None:
    if name not in allowed:
        raise ModelError(
            f"'{name}' cannot be shared: it is an intervention in {len(holders) or 'none'} "
            "of the series, and two are needed",
            allowed=", ".join(allowed) or "nothing, as no intervention is in two series",
            remedy=spelling_hint(name, allowed) if allowed else None,
        )
    kinds = {(item.shape, item.start, item.end, item.months) for item in holders.values()}
    if len(kinds) > 1:
        raise ModelError(
            f"'{name}' cannot be shared: its shape, dates or length differ between series",
            where=", ".join(holders),
            remedy="give it one definition, or two names",
        )
