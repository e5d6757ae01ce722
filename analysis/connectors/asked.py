"""What a fetch is asked for, and checks that every source shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.connectors.errors import SourceError
from analysis.connectors.session import SourceSession

MOST_NAMED: Final = 5


@dataclass(frozen=True)
class Asked:
    """One fetch.

    Attributes
    ----------
    folder
        Where files are put while the fetch runs.
    first, last
        Calendar years, both included.
    sha256
        Checksum that a file must have, or None.
    """

    session: SourceSession
    folder: Path
    first: int
    last: int
    sha256: str | None = None

    @property
    def years(self) -> range:
        """The years asked for."""
        return range(self.first, self.last + 1)


def require_columns(found: Iterable[str], needed: Sequence[str], where: str) -> None:
    """Refuse an answer without the columns that the publisher documents.

    Raises
    ------
    SourceError
        Naming the columns that are missing and those that came instead.
    """
    present = [str(name) for name in found]
    missing = [name for name in needed if name not in present]
    if missing:
        raise SourceError(
            f"the columns changed: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} "
            f"missing; found {', '.join(present) or 'none'}",
            where=where,
            allowed=", ".join(needed),
            remedy="read the publisher's notes on the change; nothing was kept",
        )


def other_form(where: str, form: str) -> SourceError:
    """Return the error of an answer that has another form than the publisher documents."""
    return SourceError(
        "the form of the answer changed",
        where=where,
        allowed=form,
        remedy="read the publisher's notes on the change; nothing was kept",
    )


def require_rows(df: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the table; refuse one without a row.

    Raises
    ------
    SourceError
        When the publisher has nothing for what was asked.
    """
    if df.empty:
        raise SourceError("the publisher has no row for this", where=where, remedy="ask otherwise")
    return df


def require_unique(df: pd.DataFrame, keys: Sequence[str], where: str) -> pd.DataFrame:
    """Return the table sorted by its keys; refuse a key that stands twice.

    Raises
    ------
    SourceError
        Naming the first keys that are repeated.
    """
    repeated = df[df.duplicated(list(keys), keep=False)][list(keys)].drop_duplicates()
    if len(repeated):
        named = ["/".join(map(str, row)) for row in repeated.head(MOST_NAMED).to_numpy()]
        raise SourceError(
            f"{len(repeated)} keys stand more than once: {', '.join(named)}",
            where=where,
            remedy="the publisher's breakdown changed; nothing was kept",
        )
    return df.sort_values(list(keys), ignore_index=True)
