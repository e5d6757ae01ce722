"""The replication report: what was built from what, and how far each exhibit came back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.review.software import Software
from analysis.review.targets import PROCESSED, Selection
from analysis.review.trees import TargetComparison
from analysis.review.verdicts import ACCEPTED, Verdict, overall_verdict


@dataclass(frozen=True)
class Build:
    """How the compared outputs came to be.

    Attributes
    ----------
    source
        What was built, in words.
    commit
        The commit in full; empty if there is none.
    dirty
        Whether the work tree differed from the commit.
    complete
        Whether every step of the build succeeded.
    seconds
        Wall-clock time of the build; None if an existing tree was compared.
    problem
        The last lines of a build that failed.
    """

    source: str
    commit: str
    dirty: bool
    complete: bool = True
    seconds: float | None = None
    problem: str = ""


@dataclass(frozen=True)
class ReplicationReport:
    """The result of one verification.

    Attributes
    ----------
    time
        When it ended: ISO 8601, UTC.
    compare_seconds
        Wall-clock time of the comparison alone.
    """

    time: str
    build: Build
    selection: Selection
    software: Software
    compared: tuple[TargetComparison, ...]
    compare_seconds: float

    @property
    def exhibits(self) -> tuple[TargetComparison, ...]:
        """What a reader of the package sees."""
        return tuple(item for item in self.compared if item.target.kind != PROCESSED)

    @property
    def processed(self) -> tuple[TargetComparison, ...]:
        """The tables that exhibits are made from."""
        return tuple(item for item in self.compared if item.target.kind == PROCESSED)

    @property
    def verdict(self) -> Verdict:
        """The verdict on everything that was compared."""
        verdicts = (item.table.verdict for item in self.compared)
        return overall_verdict(verdicts, self.build.complete)

    @property
    def accepted(self) -> bool:
        """Whether the package is reproduced, in full or with minor differences."""
        return self.verdict in ACCEPTED

    @property
    def moved(self) -> tuple[TargetComparison, ...]:
        """Exhibits and processed tables that differ, exhibits first."""
        return tuple(item for item in (*self.exhibits, *self.processed) if item.table.moved)


def counts_by_verdict(compared: Iterable[TargetComparison]) -> dict[Verdict, int]:
    """Return how many have each verdict, from best to worst, zeros included."""
    verdicts = [item.table.verdict for item in compared]
    return {verdict: verdicts.count(verdict) for verdict in Verdict}
