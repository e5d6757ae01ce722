"""Robustness checks of one effect of a regular interrupted series: one interface, one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd

from analysis.errors import ModelError
from analysis.inference.multiplicity import Adjustment, Multiplicity, adjust, rate_of
from analysis.models.interval_findings import Effect
from analysis.models.its_results import ItsFit

Shown = tuple[tuple[str, str, str], ...]
CurveKind = Literal["none", "distribution", "estimates", "surface", "specification"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    Attributes
    ----------
    check
        Name of the check in the registry.
    effect
        Name of the intervention.
    table
        Exact numbers; the docstring of the check names the columns. Empty where nothing could be
        computed.
    columns
        How each column reads: key, label, and one of text, day, count, 1, 2, 3, significant,
        percent.
    curve
        Data of the figure in long form, columns named at `kind`.
    kind
        How `curve` is drawn. `distribution`: `value` of each null draw beside `observed`.
        `estimates`: `row`, `group`, `estimate`, `lower`, `upper` in `unit` by row label.
        `surface`: `effect`, `rho`, `power`. `specification`: `rank`, `estimate`, `lower`, `upper`
        and one column a choice.
    observed
        Statistic or estimate that the curve is compared with.
    p_value, smallest_p
        p-value of no effect, and the least that the check can give; None where it has none.
    sentence
        The finding in words, with draws, seed and convention.
    holds
        Whether the finding survives by `rule`; None where the check cannot say.
    trusted
        Whether the rejection rate of the check lies within 4 to 6 per cent at a nominal 5 in
        simulation (see `check_size`); None where it has no p-value or was not simulated.
    """

    check: str
    title: str
    effect: str
    unit: str
    table: pd.DataFrame
    columns: Shown
    curve: pd.DataFrame
    kind: CurveKind
    observed: float | None
    p_value: float | None
    smallest_p: float | None
    sentence: str
    holds: bool | None
    rule: str
    trusted: bool | None = None


class Check(Protocol):
    """A check with its settings."""

    @property
    def name(self) -> str:
        """Name in the registry."""
        ...

    @property
    def title(self) -> str:
        """What is asked, for a heading."""
        ...

    @property
    def effect(self) -> str:
        """Name of the intervention."""
        ...

    def run(self, fit: ItsFit) -> CheckResult:
        """Check the effect of a fit."""
        ...


def cannot_say(check: Check, reason: str, rule: str = "") -> CheckResult:
    """Return the result of a check that cannot be made, with the reason."""
    return CheckResult(
        check=check.name,
        title=check.title,
        effect=check.effect,
        unit="",
        table=pd.DataFrame(),
        columns=(),
        curve=pd.DataFrame(),
        kind="none",
        observed=None,
        p_value=None,
        smallest_p=None,
        sentence=f"{check.title}: cannot say; {reason}.",
        holds=None,
        rule=rule,
    )


def tested_effect(fit: ItsFit, name: str) -> Effect:
    """Return the effect that a check is about.

    Raises
    ------
    ModelError
        When the fit has no such intervention.
    """
    effect = fit.effect(name)
    if effect.shape == "trend":
        raise ModelError(
            f"'{name}' is no intervention",
            allowed=", ".join(item.name for item in fit.effects if item.shape != "trend"),
        )
    return effect


def untestable(fit: ItsFit, name: str, *, needs_spec: bool = False) -> str:
    """Return why a check cannot be made of an effect, or nothing.

    Raises
    ------
    ModelError
        As `tested_effect`.
    """
    effect = tested_effect(fit, name)
    if effect.estimate is None:
        return f"the effect is not identified: {effect.reason}"
    if needs_spec and fit.spec is None:
        return "the design was given as it is, without a specification"
    return ""


def run_checks(
    fit: ItsFit, checks: Sequence[Check], progress: Progress | None = None
) -> tuple[CheckResult, ...]:
    """Run checks one after another; each has its own seed, so that their order does not matter.

    Parameters
    ----------
    progress
        Called with the checks done and their number after each.

    Raises
    ------
    ModelError
        When a check names an effect that the fit does not have.
    """
    found = []
    for done, check in enumerate(checks, 1):
        found.append(check.run(fit))
        if progress is not None:
            progress(done, len(checks))
    return tuple(found)


@dataclass(frozen=True)
class Shows:
    """What a check shows: its table and how it reads, its curve, its finding and verdict."""

    table: pd.DataFrame
    columns: Shown
    curve: pd.DataFrame
    kind: CurveKind
    sentence: str
    holds: bool | None
    rule: str


def result_of(
    check: Check,
    fit: ItsFit,
    shows: Shows,
    *,
    observed: float | None = None,
    p_values: tuple[float, float] | None = None,
    trusted: bool | None = None,
) -> CheckResult:
    """Put a result together.

    Parameters
    ----------
    observed
        The estimate of the fit if left out.
    p_values
        Of no effect, and the least that the check can give.
    """
    effect = fit.effect(check.effect)
    p_value, smallest = p_values or (None, None)
    return CheckResult(
        check=check.name,
        title=check.title,
        effect=check.effect,
        unit=effect.unit,
        table=shows.table,
        columns=shows.columns,
        curve=shows.curve.assign(unit=effect.unit),
        kind=shows.kind,
        observed=effect.estimate if observed is None else observed,
        p_value=p_value,
        smallest_p=smallest,
        sentence=shows.sentence,
        holds=shows.holds,
        rule=shows.rule,
        trusted=trusted,
    )


SUMMARY_COLUMNS: Shown = (
    ("title", "Check", "text"),
    ("p_value", "p", "3"),
    ("smallest_p", "smallest p", "3"),
    ("holds", "Holds", "text"),
    ("sentence", "Finding", "text"),
)
HOLDS: Mapping[bool | None, str] = {True: "yes", False: "no", None: "cannot say"}


def summary_table(results: Sequence[CheckResult]) -> pd.DataFrame:
    """Return one row a check: `check`, `title`, `effect`, `p_value`, `smallest_p`, `holds`, ...

    `holds` is yes, no or cannot say; `rule` says when it is yes; `trusted` as in `CheckResult`.
    """
    rows = [
        (
            item.check,
            item.title,
            item.effect,
            item.p_value,
            item.smallest_p,
            HOLDS[item.holds],
            item.rule,
            item.trusted,
            item.sentence,
        )
        for item in results
    ]
    names = ("check", "title", "effect", "p_value", "smallest_p", "holds", "rule", "trusted")
    table = pd.DataFrame(rows, columns=[*names, "sentence"])
    return table.astype({"p_value": float, "smallest_p": float})


def adjust_across(
    results: Mapping[str, CheckResult] | Mapping[str, Effect],
    method: Adjustment = "holm",
    level: float = 0.95,
) -> Multiplicity:
    """Adjust the p-values of one check, or of one effect, across outcomes for their number.

    Parameters
    ----------
    results
        By name of the outcome.

    Raises
    ------
    ModelError
        When an outcome has no p-value.
    """
    for name, item in results.items():
        if item.p_value is None:
            raise ModelError(
                f"the outcome '{name}' has no p-value",
                remedy="leave it out and say so",
            )
    found = {name: float(item.p_value or 0.0) for name, item in results.items()}
    return adjust(found, method, level)


def agrees(p_value: float, smallest: float, fit_p: float | None, level: float) -> bool | None:
    """Tell whether a p-value lies on the same side of 1 - level as that of the fit.

    None where the check could not have fallen below, or the fit has no p-value.
    """
    rate = rate_of(level)
    if fit_p is None or smallest > rate:
        return None
    return (p_value <= rate) == (fit_p <= rate)


def agreement_rule(level: float) -> str:
    """Say when `agrees` is true."""
    return f"its p-value lies on the same side of {rate_of(level):.3g} as that of the fit"
