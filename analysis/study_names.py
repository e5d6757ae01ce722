"""Checks of the names in a study file, each with the message that a student needs."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from analysis.errors import StudyError, spelling_hint


def unique(path: Path, key: str, names: list[str]) -> None:
    """Refuse a name that is used twice under one key.

    Raises
    ------
    StudyError
        When a name is there twice.
    """
    for name in names:
        if names.count(name) > 1:
            raise StudyError(
                f"the name '{name}' is used twice",
                file=path.name,
                where=f"key {key}",
                remedy="give each its own name",
            )


def known(path: Path, key: str, words: Iterable[str], allowed: Iterable[str], kind: str) -> None:
    """Refuse a word that names nothing.

    Parameters
    ----------
    kind
        What the words name, for the message.

    Raises
    ------
    StudyError
        With the nearest known words.
    """
    options = sorted(allowed)
    for word in words:
        if word in options:
            continue
        close = get_close_matches(word, options, n=8, cutoff=0.3) or options[:8]
        listed = ", ".join(close) + (f", … ({len(options)} in all)" if len(options) > 8 else "")
        raise StudyError(
            f"the {kind} '{word}' is not known",
            file=path.name,
            where=f"key {key}",
            allowed=listed,
            remedy=spelling_hint(word, options),
        )
