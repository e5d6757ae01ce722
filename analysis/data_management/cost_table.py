"""Measured times and memory of the placebo universe and of bootstrap draws: names of the table.

This module imports nothing heavy, so that loading a table stays cheap.
"""

from __future__ import annotations

from typing import Final

COST: Final = "universe_cost"
"""Name of the raw and of the processed table."""
UNIVERSE: Final = "universe"
BOOTSTRAP: Final = "bootstrap"
NOTHING: Final = "nothing"
WORKS: Final = (UNIVERSE, BOOTSTRAP, NOTHING)
"""What was timed: a whole universe, bootstrap tests of series, or tasks that do nothing."""
SIZES: Final = ("series", "months", "dates", "draws")
COST_KEY: Final = ("work", *SIZES, "workers")
TAKEN: Final = ("seconds", "megabytes")
COST_NUMBERS: Final = (*TAKEN, "load")
COST_COUNTS: Final = (*SIZES, "workers", "repeats", "processors")
MACHINE: Final = ("processor", "processors", "platform", "python", "measured_on", "load")
"""Columns that say where and when a row was measured: the same in all rows."""
COST_COLUMNS: Final = (*COST_KEY, "repeats", *TAKEN, *MACHINE)
