"""One diagnostic test as a frozen value, also where it could not be computed."""

from __future__ import annotations

from dataclasses import dataclass

SIZE = 0.05


@dataclass(frozen=True)
class DiagnosticTest:
    """A test with its convention and its reading; numbers are None where it was not computed.

    Attributes
    ----------
    df
        Degrees of freedom of the chi-squared law; None where the law has none.
    reading
        The finding in words, or `not computed: ...` with the reason.
    """

    test: str
    statistic: float | None
    df: float | None
    p_value: float | None
    convention: str
    reading: str

    @property
    def rejects(self) -> bool:
        """Whether the null hypothesis is rejected at 5 %."""
        return self.p_value is not None and self.p_value < SIZE


def computed(
    test: str,
    statistic: float,
    p_value: float,
    *,
    df: float | None = None,
    convention: str,
    readings: tuple[str, str],
) -> DiagnosticTest:
    """Word a test; `readings` are those of a rejection and of none at 5 %."""
    reading = readings[0] if p_value < SIZE else readings[1]
    return DiagnosticTest(test, float(statistic), df, float(p_value), convention, reading)


def not_computed(test: str, convention: str, reason: str) -> DiagnosticTest:
    """Stand for a test that the data do not allow."""
    return DiagnosticTest(test, None, None, None, convention, f"not computed: {reason}")
