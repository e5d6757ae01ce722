"""The monthly series and policy indices of a study file, checked against the data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from analysis.errors import StudyError
from analysis.study import Intervention, MonthlyOutcome, PolicyView, Vocabulary
from analysis.study_blocks import MonthlyBlock, PolicyBlock, StudyBlock
from analysis.study_names import known, unique

ROBUSTNESS_SEED: Final = "robustness"
COUNTS: Final = frozenset({"quasi_poisson", "negative_binomial"})


def check_monthly(path: Path, block: StudyBlock, vocabulary: Vocabulary) -> None:
    """Check every name, month and seed of the monthly series and policy indices.

    Raises
    ------
    StudyError
        On an unknown series, intervention, unit or index, a window that the series does not
        cover, or a missing seed.
    """
    own = [item.name for item in block.interventions]
    unique(path, "monthly", [item.name for item in block.monthly])
    for item in block.monthly:
        at = f"monthly.{item.name}"
        known(path, f"{at}.series", [item.series], vocabulary.context, "context series")
        known(path, f"{at}.interventions", item.interventions, own, "intervention")
        known(path, f"{at}.controls", item.controls, vocabulary.context, "context series")
        unique(path, f"{at}.controls", [item.series, *item.controls])
        _covered(path, item, vocabulary.context_months)
        _scaled(path, item)
    if block.monthly and ROBUSTNESS_SEED not in block.seeds:
        raise StudyError(
            "the checks of the monthly series draw at random and need a seed",
            file=path.name,
            where="key seeds",
            allowed=f"{ROBUSTNESS_SEED}: a whole number",
            remedy=f"add '{ROBUSTNESS_SEED}: 1' to seeds",
        )
    if block.policy is not None:
        known(path, "policy.units", block.policy.units, vocabulary.policy_units, "unit")
        known(path, "policy.indices", block.policy.indices, vocabulary.policy_indices, "index")


def _covered(path: Path, item: MonthlyBlock, months: Mapping[str, tuple[str, str]]) -> None:
    """Refuse a window that ends before it starts or reaches beyond the series."""
    first, last = months[item.series]
    if not first <= item.window.start <= item.window.end <= last:
        raise StudyError(
            f"the window {item.window.start} to {item.window.end} does not suit the series",
            file=path.name,
            where=f"key monthly.{item.name}.window",
            allowed=f"months in order, from {first} to {last}",
            remedy="choose a window inside the months of the series",
        )


def _scaled(path: Path, item: MonthlyBlock) -> None:
    """Refuse a growth rate on a scale that has no room for a fall."""
    counts = item.estimator in COUNTS
    if item.measure == "growth" and (item.link == "log" or counts):
        raise StudyError(
            "growth rates can be negative and have no logarithm",
            file=path.name,
            where=f"key monthly.{item.name}.link",
            allowed="link: identity, with an estimator that is not for counts",
            remedy="set 'link: identity', or measure: value",
        )


def monthly_outcome(
    path: Path, item: MonthlyBlock, interventions: Mapping[str, Intervention]
) -> MonthlyOutcome:
    """Return a monthly series with its interventions.

    Raises
    ------
    StudyError
        When an intervention does not begin inside the window.
    """
    chosen = tuple(interventions[name] for name in item.interventions)
    for intervention in chosen:
        _begins_inside(path, item, intervention)
    return MonthlyOutcome(
        name=item.name,
        label=item.label,
        series=item.series,
        measure=item.measure,
        start=item.window.start,
        end=item.window.end,
        trend=item.trend,
        seasonality=item.seasonality,
        estimator=item.estimator,
        covariance=item.covariance,
        link=item.link,
        interventions=chosen,
        controls=tuple(item.controls),
    )


def _begins_inside(path: Path, item: MonthlyBlock, intervention: Intervention) -> None:
    month = f"{intervention.start:%Y-%m}"
    if not item.window.start < month <= item.window.end:
        raise StudyError(
            f"the intervention '{intervention.name}' begins on {intervention.start}, outside the "
            "window",
            file=path.name,
            where=f"key monthly.{item.name}.interventions",
            allowed=f"after {item.window.start} and not after {item.window.end}",
            remedy="widen the window or leave the intervention out of this series",
        )


def policy_view(block: PolicyBlock | None) -> PolicyView:
    """Return the policy indices to show; none where the file names none."""
    return PolicyView(tuple(block.units), tuple(block.indices)) if block else PolicyView()
