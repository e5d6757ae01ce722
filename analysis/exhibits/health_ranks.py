"""Does capacity before the pandemic go with its burden? Rank correlations with exact p-values."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.health_burden import MEASURES, burden_frame
from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.holm import holm
from analysis.exhibits.table import Column, Table
from analysis.inference.rank_correlation import rank_correlation

COLUMNS: Final = (
    *("capacity", "label", "measure", "countries", "group", "units", "years", "rho"),
    *("p_value", "smallest_p", "adjusted_p", "verdict", "reason"),
)
NOT_IDENTIFIED: Final = "not identified"
TOGETHER: Final = "go together"
NO_ORDER: Final = "no order shown"


def health_ranks_table(opened: OpenHealth) -> Table:
    """Return Spearman's coefficient of every indicator and measure, with and without China."""
    settings = opened.settings
    return Table(
        name="health_ranks",
        title="Does capacity before the pandemic go with the reported burden?",
        frame=ranks_frame(opened),
        columns=(
            Column("label", "Capacity"),
            Column("measure", "Burden"),
            Column("group", "Countries"),
            Column("units", "n", "count"),
            Column("years", "Years of capacity"),
            Column("rho", "Spearman", "2"),
            Column("p_value", "p", "3"),
            Column("smallest_p", "Smallest p", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
        ),
        note=f"{ranks_sentence(opened)} Capacity: the latest year up to {settings.ranks.year}; "
        f"burden: the whole window, per million. p: share of all orders of the countries with as "
        "large an absolute coefficient, two-sided and exact; Holm's p allows for all tests of "
        "one group of countries. No regression: so few countries cannot carry one with a control "
        "variable, and a country that tests and certifies more reports more, so a positive "
        "coefficient is no effect of capacity.",
    )


def ranks_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return one row an indicator of capacity, a measure and a group of countries."""
    burden = burden_frame(opened).set_index("iso3")
    rows = [
        _row(opened, indicator, measure, burden[measure], without)
        for indicator in opened.settings.ranks.capacity
        for measure in MEASURES
        for without in ((), opened.settings.ranks.without)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    groups = [_judged(group, opened.settings.level) for _, group in frame.groupby("group")]
    return pd.concat(groups).sort_index()


def _judged(frame: pd.DataFrame, level: float) -> pd.DataFrame:
    """Adjust the p-values of one group of countries, and say what they could have found at all."""
    alpha = 1 - level
    tested = frame["p_value"].notna()
    keys = frame["capacity"] + "/" + frame["measure"]
    p_values = frame.loc[tested, "p_value"].astype(float)
    adjusted = keys.map(holm(dict(zip(keys[tested], p_values, strict=True)))).astype(float)
    least = int(tested.sum()) * frame["smallest_p"].astype(float)
    hopeless = tested & (least > alpha)
    reasons = [
        f"Holm's p of {int(tested.sum())} tests cannot fall below {value:.2f}" if none else own
        for none, value, own in zip(hopeless, least, frame["reason"], strict=True)
    ]
    found = np.where(adjusted <= alpha, TOGETHER, NO_ORDER)
    verdict = np.where(tested & ~hopeless, found, NOT_IDENTIFIED)
    return frame.assign(adjusted_p=adjusted, verdict=verdict, reason=reasons)


def ranks_sentence(opened: OpenHealth) -> str:
    """Say how many of the tests find an order, before and after allowing for their number."""
    frame = ranks_frame(opened)
    tested = frame[frame["p_value"].notna()]
    alpha = 1 - opened.settings.level
    least = rows_of(tested.nsmallest(1, "p_value"))[0]
    return (
        f"Of {len(tested)} rank correlations {int((tested['p_value'] <= alpha).sum())} have p of "
        f"{alpha:.2f} or less and {int((tested['adjusted_p'] <= alpha).sum())} after Holm; the "
        f"smallest is {least['label']} with {least['measure']} ({least['group']}: "
        f"{least['rho']:+.2f}, p {least['p_value']:.3f}, Holm {least['adjusted_p']:.2f}), where "
        f"p cannot fall below {least['smallest_p']:.3f}."
    )


def _row(
    opened: OpenHealth,
    indicator: str,
    measure: str,
    burden: pd.Series,
    without: tuple[str, ...],
) -> dict[str, object]:
    chosen = [code for code in opened.settings.countries if code not in without]
    latest = _capacity(opened, indicator).reindex(chosen)
    left = ", ".join(opened.names[code] for code in without)
    row: dict[str, object] = {
        "capacity": indicator,
        "label": opened.indicators[indicator]["label"],
        "measure": measure,
        "countries": " ".join(chosen),
        "group": f"without {left}" if left else "all",
        "units": len(chosen),
        "reason": "",
    }
    empty = latest.index[latest["value"].isna()]
    absent = [opened.names[str(code)] for code in empty]
    if absent:
        return row | {"reason": f"no capacity up to the year for {', '.join(absent)}"}
    years = sorted(set(latest["year"].astype(int)))
    found = rank_correlation(
        latest["value"].to_numpy(dtype=float), burden.loc[chosen].to_numpy(dtype=float)
    )
    return row | {
        "years": "–".join(str(year) for year in dict.fromkeys((years[0], years[-1]))),
        "rho": found.rho,
        "p_value": found.p_value,
        "smallest_p": found.smallest_p,
    }


def _capacity(opened: OpenHealth, indicator: str) -> pd.DataFrame:
    """Return the latest value up to the year of the settings, by country."""
    years = opened.yearly[opened.yearly["indicator"] == indicator]
    early = years[years["year"] <= opened.settings.ranks.year].sort_values("year")
    return early.groupby("iso3")[["year", "value"]].last()
