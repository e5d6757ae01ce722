"""Which tests reject 4 to 6 per cent at a nominal 5 per cent (measured: `check_size`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MEASURED: Final[Mapping[str, bool]] = {
    "t test": True,
    "t test, newey_west": False,
    "moving_block_bootstrap": True,
    "moving_block_bootstrap, unrestricted": False,
    "moving_block_bootstrap, residuals": False,
    "moving_block_bootstrap, newey_west": True,
    "wild_bootstrap": True,
    "wild_bootstrap, rademacher": True,
    "wild_bootstrap, unrestricted": False,
    "wild_bootstrap, newey_west": True,
    "wild_bootstrap, independent weights": True,
    "wild_bootstrap, independent weights, newey_west": False,
    "wild_bootstrap, dependent weights": False,
    "wild_bootstrap, dependent weights, newey_west": False,
    "parametric_bootstrap": True,
    "parametric_bootstrap, newey_west": True,
    "parametric_bootstrap, sieve": True,
    "randomisation_inference": True,
    "randomisation_inference, newey_west": True,
    "randomisation_inference, dates": False,
    "placebo_in_time": True,
    "placebo_in_time, rank": False,
    "placebo_in_space": True,
}
