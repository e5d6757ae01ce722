"""Coefficients and effects as frozen values; no number where a verdict is `not identified`."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.models.interval_identification import Verdict


@dataclass(frozen=True)
class Coefficient:
    """One coefficient on the scale of the link; numbers are None where it is not identified."""

    name: str
    label: str
    role: str
    estimate: float | None
    standard_error: float | None
    df: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Effect:
    """The effect of one intervention, or the trend, in words and numbers.

    Attributes
    ----------
    estimate, lower, upper
        In `unit`: per cent of the flow (log link), per cent a year for slopes and the trend, or
        flow a day (identity link). None where the effect is not identified.
    standard_error_log, df, p_value
        Standard error on the scale of the link, degrees of freedom of the t interval, two-sided
        p-value of no effect. None where the effect is not identified.
    reports_before, reports_after
        Reports with a day before it sets in, and with a day under it.
    vif
        Variance inflation among whitened sensitivities.
    sentence
        The finding in words.
    """

    name: str
    label: str
    shape: str
    start: str
    unit: str
    estimate: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    standard_error_log: float | None
    df: float | None
    verdict: Verdict
    reason: str
    reports_before: int
    reports_after: int
    vif: float | None
    confounded_with: tuple[str, ...]
    sentence: str

    @property
    def estimate_percent(self) -> float | None:
        """The estimate where it is a percentage, otherwise None."""
        return self.estimate if self.unit.startswith("per cent") else None
