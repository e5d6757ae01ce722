"""The checks by name, and the set that a robustness report runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from analysis.inference.check import Check
from analysis.inference.check_bootstrap import (
    MovingBlockBootstrap,
    ParametricBootstrap,
    WildBootstrap,
)
from analysis.inference.check_leave_out import LeaveOneOut
from analysis.inference.check_placebo import PlaceboInTime
from analysis.inference.check_placebo_series import PlaceboInSpace
from analysis.inference.check_power import PowerAtHand
from analysis.inference.check_randomisation import RandomisationInference
from analysis.inference.check_sensitivity import (
    Anticipation,
    AutocorrelationSensitivity,
)
from analysis.inference.check_shapes import AlternativeShapes
from analysis.inference.check_specification import SpecificationCurve
from analysis.models.regular_series import RegularSeries

CHECKS: Final[Mapping[str, Callable[..., Check]]] = {
    "moving_block_bootstrap": MovingBlockBootstrap,
    "wild_bootstrap": WildBootstrap,
    "parametric_bootstrap": ParametricBootstrap,
    "randomisation_inference": RandomisationInference,
    "placebo_in_time": PlaceboInTime,
    "placebo_in_space": PlaceboInSpace,
    "leave_one_out": LeaveOneOut,
    "specification_curve": SpecificationCurve,
    "autocorrelation_sensitivity": AutocorrelationSensitivity,
    "alternative_shapes": AlternativeShapes,
    "anticipation": Anticipation,
    "power_at_hand": PowerAtHand,
}


def standard_checks(effect: str, controls: Sequence[RegularSeries] = ()) -> tuple[Check, ...]:
    """Return every check with its default settings; placebo series only where there are controls.

    Parameters
    ----------
    effect
        Name of the intervention.
    controls
        Series that it did not touch.
    """
    plain = [make(effect) for name, make in CHECKS.items() if name != "placebo_in_space"]
    return (*plain, *((PlaceboInSpace(effect, controls),) if controls else ()))
