"""The words of the register of claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TOPICS: Final[Mapping[str, str]] = {
    "mohan_boten": "Mohan–Boten",
    "ruili_muse": "Ruili–Muse",
    "railway": "China–Laos Railway",
    "trade": "Trade between countries",
    "other_gates": "Other gates and provinces",
}
"""What a claim is about -> its label."""

PASS: Final = "PASS"
DRIFT: Final = "DRIFT"
NOT_COMPARABLE: Final = "NOT COMPARABLE"
VERDICTS: Final[Mapping[str, str]] = {
    PASS: "the computed counterpart lies in the range that rounding allows",
    DRIFT: "it lies outside",
    NOT_COMPARABLE: "no figures of the same series, basis, period and currency are at hand",
}
