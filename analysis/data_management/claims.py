"""Claims register: what pages say in growth rates, sums and shares, computed again from figures.

A claim passes if the bounds that rounding leaves to the printed number and to its computed
counterpart meet. The allowed range is the printed number with its bounds, widened by the bounds of
the figures that the counterpart is computed from; all of it in decimal arithmetic, so that two
ranges which touch do meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from analysis.data_management.claim_counterparts import PER_CENT, Claim
from analysis.data_management.claim_figures import (
    Bounded,
    PrintedFigure,
    Term,
    figure_keys,
    printed_number,
    read_figures,
    text_rows,
)
from analysis.data_management.claim_kinds import KINDS, counterpart, incomparable
from analysis.data_management.claim_words import DRIFT, NOT_COMPARABLE, PASS
from analysis.errors import DataError

Tables = Mapping[str, pd.DataFrame]
YUAN: Final = "exchange_rate/CHN"
SAID: Final = ("claim_id", "topic", "label", "claim", "kind", "source", "figures", "base")
NUMBERS: Final = (
    *("printed_value", "printed_lower", "printed_upper"),
    *("computed", "computed_lower", "computed_upper", "allowed_lower", "allowed_upper"),
)
COLUMNS: Final = (
    *SAID,
    *("printed", "unit", "qualifier"),
    *NUMBERS,
    *("verdict", "reason", "tolerance_percent", "tolerance_reason"),
    *("publisher", "title", "url", "published", "note"),
)


def build_claims(tables: Tables) -> pd.DataFrame:
    """Compute the counterpart of every claim and judge it.

    Parameters
    ----------
    tables
        The raw tables `claims`, `reports`, `second_coding` and `macro_monthly`, as text.

    Returns
    -------
    pandas.DataFrame
        One row a claim with `COLUMNS`, sorted by `claim_id`. Numbers are in `unit`; `computed` and
        the allowed range are missing where the verdict is NOT COMPARABLE. Publisher, title, url,
        date and note are those of the row that makes the claim.

    Raises
    ------
    DataError
        If a month of the exchange rate that a claim needs is missing.
    """
    figures, sources = read_figures(tables), _sources(tables)
    rates = _rates(tables["macro_monthly"])
    rows = [
        {**row, **_judged(row, figures, rates), **sources[row["source"]]}
        for row in text_rows(tables["claims"])
    ]
    df = pd.DataFrame(rows, columns=list(COLUMNS))
    df = df.astype({**dict.fromkeys(NUMBERS, "float64"), "tolerance_percent": "float64"})
    return df.sort_values("claim_id").reset_index(drop=True)


def judge(printed: Bounded, computed: Bounded) -> tuple[str, Decimal, Decimal]:
    """Return the verdict with the lowest and highest computed value that would pass."""
    lower = printed.lower - (computed.upper - computed.value)
    upper = printed.upper + (computed.value - computed.lower)
    return (PASS if lower <= computed.value <= upper else DRIFT), lower, upper


def _judged(
    row: Mapping[str, str], figures: Mapping[str, PrintedFigure], rates: Mapping[str, Decimal]
) -> dict[str, Any]:
    kind = KINDS[row["kind"]]
    claim = _claim(row, figures, rates)
    printed = printed_number(row["printed"], row["qualifier"])
    stated = {
        "printed_value": printed.value,
        "printed_lower": printed.lower,
        "printed_upper": printed.upper,
    }
    reasons = [row["limits"]] if row["limits"] else incomparable(kind, claim)
    if reasons:
        return {**stated, "verdict": NOT_COMPARABLE, "reason": "; ".join(reasons)}
    found = counterpart(kind, claim)
    verdict, lower, upper = judge(printed, found)
    return {
        **stated,
        "computed": found.value,
        "computed_lower": found.lower,
        "computed_upper": found.upper,
        "allowed_lower": lower,
        "allowed_upper": upper,
        "verdict": verdict,
        "reason": "" if verdict == PASS else _outside(found.value, lower, upper, row["unit"]),
    }


def _outside(value: Decimal, lower: Decimal, upper: Decimal, unit: str) -> str:
    away, side = (lower - value, "below") if value < lower else (value - upper, "above")
    told = "percentage points" if unit == PER_CENT else unit
    return f"{float(away):.3g} {told} {side} the range that rounding allows"


def _claim(
    row: Mapping[str, str], figures: Mapping[str, PrintedFigure], rates: Mapping[str, Decimal]
) -> Claim:
    def terms(column: str) -> tuple[Term, ...]:
        return tuple(Term(figures[key], sign) for key, sign in figure_keys(row[column]))

    named = terms("figures")
    rate = _rate(row["claim_id"], named[0].figure, rates) if row["kind"] == "exchange" else None
    return Claim(
        source=figures[row["source"]],
        figures=named,
        base=terms("base"),
        unit=row["unit"],
        slack_days=int(row["slack_days"]),
        tolerance=Decimal(row["tolerance_percent"]),
        rate=rate,
    )


def _rate(key: str, figure: PrintedFigure, rates: Mapping[str, Decimal]) -> Bounded:
    """Return the mean rate of a figure's period, with all months until it was published.

    A page that gives a level in two currencies does not say by which rate.
    """
    last = max(figure.published[:7], f"{figure.end:%Y-%m}")
    own = _months(f"{figure.start:%Y-%m}", f"{figure.end:%Y-%m}")
    every = _months(own[0], last)
    missing = [month for month in every if month not in rates]
    if missing:
        raise DataError(
            f"the claim {key} needs the rate of {missing[0]}, which is not at hand",
            file="data_raw/macro_monthly.csv",
            where=f"series {YUAN}",
            allowed=f"every month from {every[0]} to {last}",
            remedy="add the month, or say in the column limits of claims.csv why there is none",
        )
    mean = sum((rates[month] for month in own), Decimal(0)) / len(own)
    known = [rates[month] for month in every]
    return Bounded(min(known), mean, max(known))


def _months(first: str, last: str) -> list[str]:
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def _rates(monthly: pd.DataFrame) -> dict[str, Decimal]:
    mine = monthly[monthly["series"] == YUAN]
    return {
        month: Decimal(value) for month, value in zip(mine["month"], mine["value"], strict=True)
    }


def _sources(tables: Tables) -> dict[str, dict[str, str]]:
    shown = ("publisher", "title", "url", "published", "note")
    return {
        row[key]: {name: row.get(name, "") for name in shown}
        for table, key in (("reports", "report_id"), ("second_coding", "coding_id"))
        for row in text_rows(tables[table])
    }
