"""The errors that a user of the package can meet: one type per boundary, one form of message."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any, TypeVar

Entry = TypeVar("Entry")


class AnalysisError(Exception):
    """A problem that a reader can mend, told in one message.

    Parameters
    ----------
    problem
        What is wrong, in one sentence.
    file
        The file that holds the fault, if there is one.
    where
        The row, key or column inside the file.
    why
        Why it matters: what would go wrong if it stayed.
    allowed
        What would have been accepted.
    remedy
        What to do next.
    """

    boundary = "input"

    def __init__(
        self,
        problem: str,
        *,
        file: PurePath | str | None = None,
        where: str | None = None,
        why: str | None = None,
        allowed: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem, self.file, self.where = problem, file, where
        self.why, self.allowed, self.remedy = why, allowed, remedy
        super().__init__(self._message())

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error pass from one process to another with all its parts."""
        places = {"file": self.file, "where": self.where}
        advice = {"why": self.why, "allowed": self.allowed, "remedy": self.remedy}
        return _error_again, (type(self), self.problem, places | advice)

    def _message(self) -> str:
        place = ", ".join(str(part) for part in (self.file, self.where) if part)
        lines = [f"{place}: {self.problem}" if place else self.problem]
        lines += [f"  why:     {self.why}"] if self.why else []
        lines += [f"  allowed: {self.allowed}"] if self.allowed else []
        lines += [f"  to do:   {self.remedy}"] if self.remedy else []
        return "\n".join(lines)


def _error_again(kind: type[AnalysisError], problem: str, parts: dict[str, Any]) -> AnalysisError:
    return kind(problem, **parts)


class DataError(AnalysisError):
    """A table in data_raw or data_processed breaks its contract."""

    boundary = "data"


class StudyError(AnalysisError):
    """A study file under notebooks/parameters breaks its contract."""

    boundary = "study"


class ModelError(AnalysisError):
    """A model was asked for something that it cannot compute."""

    boundary = "model"


class BuildError(AnalysisError):
    """A step of the build failed or an output is missing."""

    boundary = "build"


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word that is closest to `word`, or None if nothing is close."""
    matches = get_close_matches(word, list(allowed), n=1, cutoff=0.4)
    return matches[0] if matches else None


def spelling_hint(word: str, allowed: Iterable[str]) -> str:
    """Say which allowed word was probably meant, for the `remedy` of an error."""
    match = nearest(word, allowed)
    return f"did you mean '{match}'?" if match else "use one of the allowed values"


def require_known(
    word: str,
    allowed: Collection[str],
    kind: type[AnalysisError],
    problem: str,
    *,
    file: PurePath | str | None = None,
    where: str | None = None,
) -> None:
    """Refuse a word that is none of the allowed ones, with the nearest of them.

    Parameters
    ----------
    kind
        The error of the boundary at which the word was given.
    problem
        What is wrong, in one sentence; `file` and `where` as in `AnalysisError`.

    Raises
    ------
    AnalysisError
        Of the kind named, when the word is not allowed.
    """
    if word in allowed:
        return
    words = [str(item) for item in allowed]
    raise kind(
        problem,
        file=file,
        where=where,
        allowed=", ".join(words),
        remedy=spelling_hint(str(word), words),
    )


def entry_of(
    registry: Mapping[str, Entry], name: str, kind: type[AnalysisError], problem: str
) -> Entry:
    """Return what a registry holds under a name.

    Raises
    ------
    AnalysisError
        Of the kind named, when it holds nothing; the message gives the nearest name.
    """
    require_known(name, registry, kind, problem)
    return registry[name]
