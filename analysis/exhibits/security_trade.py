"""Gate trade and conflict: the effect per doubling, and the closure with and without it."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.security_conflict import UNDER_REPORTED, records
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.security_trade_fits import NAME, TradeFit, lag_words, per_doubling
from analysis.exhibits.table import Column, Table
from analysis.models.interval_support import HOPELESS_INFLATION

TRADE_COLUMNS: Final = (
    *("model", "term", "label", "unit", "estimate", "lower", "upper", "p_value", "vif"),
    *("verdict", "reason", "reports", "rho", "convention"),
)
DOUBLING: Final = "per cent per doubling of 1 + events"


def trade_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return one row a model and term: conflict at each lag, and the interventions."""
    rows = [row for item in opened.trade for row in _rows(item)]
    return pd.DataFrame(rows, columns=list(TRADE_COLUMNS))


def _rows(item: TradeFit) -> list[dict[str, object]]:
    shared: dict[str, object] = {
        "model": item.label,
        "reports": item.fit.reports,
        "rho": item.fit.rho,
        "convention": item.fit.convention,
    }
    effects: list[dict[str, object]] = [
        {
            "term": effect.name,
            "label": effect.label,
            "unit": effect.unit,
            "estimate": effect.estimate,
            "lower": effect.lower,
            "upper": effect.upper,
            "p_value": effect.p_value,
            "vif": effect.vif,
            "verdict": effect.verdict,
            "reason": effect.reason,
        }
        for effect in item.fit.effects
        if effect.shape != "trend"
    ]
    return [shared | row for row in (*(_conflict(item, lag) for lag in item.lags), *effects)]


def _conflict(item: TradeFit, lag: int) -> dict[str, object]:
    found, vif = item.conflict(lag), item.inflation(f"{NAME}{lag}")
    row: dict[str, object] = {
        "term": found.name,
        "label": f"Conflict, {lag_words(lag)}",
        "unit": DOUBLING,
        "vif": vif,
        "verdict": found.verdict,
        "reason": found.reason,
    }
    if found.estimate is None or found.lower is None or found.upper is None:
        return row
    if vif is not None and vif > HOPELESS_INFLATION:
        return row | {"verdict": "not identified"}
    numbers = {key: per_doubling(getattr(found, key)) for key in ("estimate", "lower", "upper")}
    return row | numbers | {"p_value": found.p_value}


def _percent(value: object) -> str:
    return f"{float(str(value)):+.0f}".replace("-", "−")


def _said(row: dict[str, object]) -> str:
    if pd.isna(row["estimate"]):  # type: ignore[call-overload]
        return f"not identified ({row['reason']})"
    estimate, lower, upper = (_percent(row[key]) for key in ("estimate", "lower", "upper"))
    weak = ", weak" if row["verdict"] == "weak" else ""
    return f"{estimate} % ({lower} to {upper}{weak})"


def conflict_sentence(opened: OpenSecurity) -> str:
    """Say what gate trade changes by per doubling of conflict, alone at each lag."""
    frame = trade_frame(opened)
    parts = []
    for item in opened.trade:
        if len(item.lags) != 1:
            continue
        own = frame[(frame["model"] == item.label) & (frame["term"] == f"{NAME}{item.lags[0]}")]
        parts.append(f"{lag_words(item.lags[0])} {_said(records(own)[0])}")
    return (
        f"Trade per doubling of 1 + conflict events: {'; '.join(parts)}; {_with_zero(opened)} "
        "intervals, the model with all lags included, hold zero."
    )


def _with_zero(opened: OpenSecurity) -> str:
    """Count the intervals of conflict, in all models, that hold zero."""
    frame = trade_frame(opened)
    own = frame[frame["term"].str.startswith(NAME)].dropna(subset=["estimate"])
    inside = (own["lower"] <= 0) & (own["upper"] >= 0)
    return f"{int(inside.sum())} of {len(own)}"


def closure_sentence(opened: OpenSecurity) -> str:
    """Say the effect of the closure in every model."""
    frame = trade_frame(opened)
    own = frame[frame["term"] == opened.blocks.trade.closure]
    parts = "; ".join(f"{row['model']} {_said(row)}" for row in records(own))
    return f"{own['label'].iloc[0]}: {parts}."


def trade_table(opened: OpenSecurity) -> Table:
    """Return gate trade with and without conflict among the regressors."""
    block = opened.blocks.trade
    return Table(
        name="security_trade",
        title=f"{block.label}: events and armed conflict",
        frame=trade_frame(opened),
        columns=(
            Column("model", "Model"),
            Column("label", "Term"),
            Column("estimate", "Change, %", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("unit", "Unit"),
            Column("p_value", "p", "3"),
            Column("vif", "VIF", "1"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
        ),
        note=(
            f"Interval series of {opened.trade[0].fit.reports} reports, {block.window.start} to "
            f"{block.window.end}, log link, {100 * opened.blocks.level:g} % t intervals; conflict "
            f"enters as log(1 + fatal events within 100 km of Muse). {conflict_sentence(opened)} "
            f"{closure_sentence(opened)} Conflict and closures may answer to one another, so the "
            f"number is an association. {UNDER_REPORTED}"
        ),
    )
