"""The evidence matrix: for each problem and zone the indicator, its value, and what bears on it."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.steady import steady
from analysis.exhibits.table import FORMATS, Column, Table
from analysis.exhibits.tuples import row_dicts, tuples_of
from analysis.exhibits.zones_evidence_rules import evaluate
from analysis.exhibits.zones_frame_results import OpenZonesFrame

NO_DATA: Final = "no data"
DIRECT: Final = {"direct": "direct", "stand_in": "stand-in"}
SHARED: Final = ("indicator", "label", "directness", "unit", "worse")


def evidence_table(opened: OpenZonesFrame) -> Table:
    """Return the evidence matrix, both zones side by side, `no data` where there is none."""
    zones = opened.zones
    return Table(
        name="evidence_matrix",
        title="Six problems of cross-border zones: what the data show",
        frame=_side_by_side(evidence(opened), opened),
        columns=(
            Column("problem_label", "Problem"),
            Column("label", "Indicator"),
            Column("directness", "Kind"),
            *(Column(f"{zone}_shown", label) for zone, label in zones.items()),
            Column("unit", "Unit"),
            *(Column(f"{zone}_period", f"Period, {label}") for zone, label in zones.items()),
            Column("source", "Source"),
            Column("reason", "If no data, why and where to ask"),
            Column("countermeasure", "Countermeasure that it bears on"),
        ),
        note=(
            "Every value is computed by a rule of data_raw/problem_indicators.csv. A stand-in is "
            "near what is asked and not the thing itself; one of the partner country (Laos, "
            "Myanmar) says little about a border town. Scores are judgements of experts, seizures "
            "follow police work, and events that nobody reported are not counted. Two zones do "
            "not make a test: differences describe, they explain nothing."
        ),
    )


def evidence(opened: OpenZonesFrame) -> pd.DataFrame:
    """Return one row a problem, indicator and zone, in the order of the problems.

    Returns
    -------
    pandas.DataFrame
        `value` is missing where `reason` says why; `standing` compares the zones: more or less of
        the problem, equal, or no data for one of them.
    """
    problems = opened.tables["problems"].set_index("problem")
    rows = []
    for item in row_dicts(opened.tables["problem_indicators"]):
        found = evaluate(opened, item)
        problem = problems.loc[item["problem"]]
        rows.append(
            {
                "rank": int(problem["rank"]),
                "problem": item["problem"],
                "problem_label": problem["label"],
                **{key: item[key] for key in SHARED},
                "zone": item["zone"],
                "value": found.value,
                "period": found.period,
                "source": found.source,
                "reason": found.reason,
                "countermeasure": problem["countermeasure"],
            }
        )
    frame = pd.DataFrame(rows).astype({"value": "float64"})
    frame = steady(frame.assign(directness=frame["directness"].map(DIRECT)))
    order = frame["label"].map({label: at for at, label in enumerate(_first_direct(frame))})
    frame = frame.assign(order=order).sort_values(["rank", "order", "zone"], ignore_index=True)
    return _with_standing(frame.drop(columns="order"))


def _first_direct(frame: pd.DataFrame) -> list[str]:
    ordered = frame.sort_values(["rank", "directness", "indicator"])
    return list(dict.fromkeys(ordered["label"]))


def _with_standing(frame: pd.DataFrame) -> pd.DataFrame:
    """Say for each zone whether it shows more or less of the problem than the other."""
    standing = []
    for row in tuples_of(frame):
        same = (frame["indicator"] == row.indicator) & (frame["problem"] == row.problem)
        others = frame.loc[same & (frame["zone"] != row.zone), "value"]
        standing.append(_standing(row.value, others, row.worse))
    return frame.assign(standing=standing)


def _standing(value: float, others: pd.Series[float], worse: str) -> str:
    if pd.isna(value):
        return NO_DATA
    if others.isna().any() or not worse:
        return "no comparison"
    difference = value - float(others.iloc[0])
    if difference == 0:
        return "equal"
    return "more" if (difference > 0) == (worse == "higher") else "less"


def shown(value: float) -> str:
    """Return a value as printed, or `no data`."""
    if pd.isna(value):
        return NO_DATA
    return FORMATS["count" if float(value).is_integer() else "significant"](value)


def _side_by_side(frame: pd.DataFrame, opened: OpenZonesFrame) -> pd.DataFrame:
    rows = []
    for _, mine in frame.groupby(["rank", "problem", "label"], sort=False):
        first = mine.iloc[0]
        cells = {key: first[key] for key in ("problem", "problem_label", "indicator", "label")}
        cells |= {key: first[key] for key in ("directness", "countermeasure")}
        cells["unit"] = next((unit for unit in mine["unit"] if unit), "")
        cells["source"] = "; ".join(dict.fromkeys(text for text in mine["source"] if text))
        for row in tuples_of(mine):
            cells[f"{row.zone}_value"] = row.value
            cells[f"{row.zone}_shown"] = shown(row.value)
            cells[f"{row.zone}_period"] = row.period
        cells["reason"] = _reason(mine, opened)
        rows.append(cells)
    return pd.DataFrame(rows)


def _reason(mine: pd.DataFrame, opened: OpenZonesFrame) -> str:
    reasons = mine[mine["reason"] != ""]
    if len(reasons) == len(mine) and len(set(reasons["reason"])) == 1:
        return str(reasons["reason"].iloc[0])
    told = [f"{opened.zones[row.zone]}: {row.reason}" for row in tuples_of(reasons)]
    return "; ".join(told)
