"""One fetch from beginning to end: ask, tidy, compare with data_raw, keep as a vintage."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from analysis import config
from analysis.connectors.asked import Asked
from analysis.connectors.drift import counts
from analysis.connectors.errors import SourceError
from analysis.connectors.registry import SOURCES, Source
from analysis.connectors.session import STANDARD, SourceSession
from analysis.connectors.session_policy import Policy
from analysis.connectors.vintage import (
    DRIFT,
    EXTERNAL,
    Vintage,
    growing,
    keep_answers,
    known_sha256,
    settle,
)
from analysis.errors import entry_of

FIRST_YEAR: Final = 2010
LAST_YEAR: Final = 2025


def find_source(name: str) -> Source:
    """Return the source with this name.

    Raises
    ------
    SourceError
        When there is none.
    """
    return entry_of(SOURCES, name, SourceError, f"there is no source '{name}'")


def fetch(
    source: Source,
    *,
    first: int = FIRST_YEAR,
    last: int = LAST_YEAR,
    sha256: str | None = None,
    base: str | None = None,
    external: Path = EXTERNAL,
    data_raw: Path = config.DATA_RAW,
    policy: Policy = STANDARD,
    environment: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
) -> Vintage:
    """Fetch a source, compare it with data_raw and keep it; data_raw is only read.

    Parameters
    ----------
    first, last
        Calendar years, both included.
    sha256
        Checksum that a file must have. A numbered release must in any case have the checksum that
        it had when it was fetched before.
    base
        Another address to begin every request with, for a mirror.

    Raises
    ------
    UnreachableError
        When the publisher cannot be reached in the attempts allowed.
    SourceError
        When a key is missing, the answer cannot be used, or the publisher refuses.
    """
    if first > last:
        raise SourceError(f"the years {first} to {last} run backwards", allowed="first ≤ last")
    session = SourceSession(base or source.base, policy, _key(source, environment), sleep)
    expected = sha256 or (known_sha256(source.name, external) if source.release else None)
    with session, growing(source.name, external) as folder:
        work = folder / "work"
        work.mkdir()
        table = source.fetch(Asked(session, work, first, last, expected))
        for file in work.iterdir():
            file.unlink()
        work.rmdir()
        session.check_no_key_came_back()
        drift = source.compare(table, data_raw)
        about = _about(source, first, last) | {
            "answers": keep_answers(folder, session.answers),
            "drift": {"file": DRIFT, "table": source.table, "verdicts": counts(drift)},
        }
        return settle(folder, table, drift, about)


def _key(source: Source, environment: Mapping[str, str]) -> str | None:
    if source.key_variable is None:
        return None
    key = environment.get(source.key_variable, "").strip()
    if not key and not source.key_needed:
        return None
    if not key:
        raise SourceError(
            f"{source.title}: the publisher wants a subscription key",
            where=f"environment variable {source.key_variable}",
            allowed="a key, which is sent in a header and never shown, recorded or logged",
            remedy=f"register at {source.documentation[0]} and set {source.key_variable}",
        )
    return key


def _about(source: Source, first: int, last: int) -> dict[str, Any]:
    return {
        "source": source.name,
        "title": source.title,
        "terms": source.terms,
        "documentation": list(source.documentation),
        "client": {"name": source.client, "version": version(source.client)},
        "asked": {"first": first, "last": last},
    }
