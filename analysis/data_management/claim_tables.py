"""Schema of claims.csv, and what no single cell of it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from analysis.data_management.cells import TEXT, UNSIGNED, WHOLE, optional, pattern, schema, words
from analysis.data_management.claim_figures import (
    PrintedFigure,
    Term,
    figure_keys,
    read_figures,
    span_of,
    year_before,
)
from analysis.data_management.claim_kinds import CLAIM_UNITS, KINDS, Kind
from analysis.data_management.claim_words import TOPICS
from analysis.data_management.faults import Check, Fault, row_faults, rows_of
from analysis.data_management.series_keys import base_units
from analysis.data_management.units import UNITS, units_of
from analysis.data_management.vocabularies import METRIC_DIMENSION, QUALIFIERS
from analysis.errors import spelling_hint

KEY: Final = r"(R[0-9]{4,}|[A-Z][0-9]{3,})"
LISTED: Final = f"-?{KEY}(;-?{KEY})*"
Tables = Mapping[str, pd.DataFrame]

RAW_CLAIMS: Final = schema(
    {
        "claim_id": pattern("C[0-9]{3}", "C and three digits, for example C012"),
        "topic": words(TOPICS),
        "label": pattern(".{1,46}", "a short name of at most 46 characters"),
        "claim": TEXT,
        "source": pattern(KEY, "a report_id or a coding_id, for example R0215"),
        "kind": words(KINDS),
        "figures": pattern(LISTED, "keys of figures separated by semicolons, as R0136;-R0124"),
        "base": optional(LISTED, "keys of figures separated by semicolons, or nothing"),
        "printed": pattern(r"-?[0-9]+(\.[0-9]+)?", "the number as printed, for example -17.15"),
        "unit": words(CLAIM_UNITS),
        "qualifier": words(QUALIFIERS),
        "tolerance_percent": pattern(
            UNSIGNED,
            "per cent of the base, or of the computed value; 0 where rounding alone decides",
        ),
        "slack_days": pattern(WHOLE, "days by which two periods may differ; 0 for none"),
        "tolerance_reason": optional(".+"),
        "limits": optional(".+"),
    }
)
"""One published claim a row, with the figures that it is checked against."""


def _number_in_words(df: pd.DataFrame) -> list[Fault]:
    wrong = [row["printed"].lstrip("-") not in row["claim"] for _, row in rows_of(df)]
    problem = "the claim does not hold the number {printed}"
    allowed = "a sentence with the number as printed"
    remedy = "correct the number or the sentence"
    return row_faults(
        df, pd.Series(wrong, index=df.index, dtype=bool), "claim", problem, allowed, remedy
    )


def _room_has_a_reason(df: pd.DataFrame) -> list[Fault]:
    room = (pd.to_numeric(df["tolerance_percent"]) > 0) | (pd.to_numeric(df["slack_days"]) > 0)
    wrong = room != (df["tolerance_reason"] != "")
    problem = "a tolerance of {tolerance_percent} per cent, {slack_days} days and its reason"
    allowed = "a reason where the tolerance exceeds rounding, and only there"
    remedy = "say why rounding is not enough, or set both to 0 and empty the reason"
    return row_faults(df, wrong, "tolerance_reason", problem, allowed, remedy)


def _kind_fits(df: pd.DataFrame) -> list[Fault]:
    return [fault for line, row in rows_of(df) for fault in _of_kind(line, row, KINDS[row["kind"]])]


def _of_kind(line: int, row: pd.Series[str], kind: Kind) -> Iterator[Fault]:
    key, name = row["claim_id"], row["kind"]
    found, (least, most) = len(figure_keys(row["figures"])), kind.figures
    if not least <= found <= most:
        problem, allowed = f"the kind {name} has {found} figures here", f"{least} to {most}"
        yield Fault(line, key, "figures", problem, allowed, "correct the kind or the figures")
    if row["base"] and not kind.no_base:
        problem = f"the kind {name} has no base"
        yield Fault(line, key, "base", problem, "nothing", "correct the kind or empty the base")
    allowed_units = kind.units or tuple(UNITS)
    if row["unit"] not in allowed_units:
        problem, allowed = f"a {name} is not in {row['unit']}", ", ".join(allowed_units)
        yield Fault(line, key, "unit", problem, allowed, "correct the unit or the kind")


CLAIM_CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "claims": (_number_in_words, _room_has_a_reason, _kind_fits),
}
"""Raw table -> what is checked within it."""


def claims_name_figures(tables: Tables) -> list[Fault]:
    """Return the faults of claims that name a figure which is in no table."""
    known = {*tables["reports"]["report_id"], *tables["second_coding"]["coding_id"]}
    faults = []
    for line, row in rows_of(tables["claims"]):
        for column in ("source", "figures", "base"):
            strange = [key for key, _ in figure_keys(row[column]) if key not in known]
            faults += [
                Fault(
                    line,
                    row["claim_id"],
                    column,
                    f"'{key}' is no figure",
                    "the report_id of reports.csv and the coding_id of second_coding.csv",
                    spelling_hint(key, known),
                )
                for key in strange
            ]
    return faults


def claims_fit_figures(tables: Tables) -> list[Fault]:
    """Return the faults of claims whose unit or empty base the figures speak against."""
    figures = read_figures(tables)
    levels = _levels_by_series(tables)
    faults = []
    for line, row in rows_of(tables["claims"]):
        named = {key for column in ("figures", "base") for key, _ in figure_keys(row[column])}
        if row["source"] not in figures or not named <= set(figures):
            continue  # told by claims_name_figures
        terms = tuple(Term(figures[key], sign) for key, sign in figure_keys(row["figures"]))
        faults += [
            replace(fault, line=line, key=row["claim_id"])
            for fault in (*_unit_faults(row, terms), *_base_overlooked(row, terms, levels))
        ]
    return faults


def _unit_faults(row: pd.Series[str], terms: tuple[Term, ...]) -> Iterator[Fault]:
    if row["unit"] not in UNITS:
        return
    dimension = METRIC_DIMENSION[terms[0].figure.metric]
    if UNITS[row["unit"]].dimension != dimension:
        problem = f"{terms[0].figure.key} is not measured in '{row['unit']}'"
        allowed = ", ".join(units_of(dimension))
        yield Fault(0, "", "unit", problem, allowed, "correct the unit or the figures")


def _levels_by_series(tables: Tables) -> dict[tuple[object, ...], str]:
    reports = tables["reports"][tables["reports"]["value"] != ""]
    columns = [reports[name] for name in ("place", "scope", "metric", "basis", "start", "end")]
    keys = zip(*columns, base_units(reports["unit"]), strict=True)
    return dict(zip(keys, reports["report_id"], strict=True))


def _base_overlooked(
    row: pd.Series[str], terms: tuple[Term, ...], levels: Mapping[tuple[object, ...], str]
) -> Iterator[Fault]:
    """Find the base that a growth or change without one could be checked against."""
    span = span_of(terms)
    if row["kind"] not in ("growth", "change") or row["base"] or row["limits"] or span is None:
        return
    figure: PrintedFigure = terms[0].figure
    days = [f"{day:%Y-%m-%d}" for day in year_before(span)]
    found = levels.get(
        (figure.place, figure.scope, figure.metric, figure.basis, *days, figure.unit)
    )
    if found:
        problem = f"the base is empty, but {found} is the same series one year before"
        yield Fault(0, "", "base", problem, "the figure one year before", f"write {found}")
