"""Published claims beside their computed counterparts: one row a claim, and the counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pandas as pd

from analysis.data_management.claim_counterparts import PER_CENT
from analysis.data_management.claim_kinds import KINDS
from analysis.data_management.claim_words import DRIFT, NOT_COMPARABLE, PASS, TOPICS, VERDICTS
from analysis.data_management.load import load_table
from analysis.exhibits.shown import Shown
from analysis.exhibits.table import Column, Table
from analysis.exhibits.tuples import tuples_of

TITLE: Final = "Published claims, computed again"
MINUS: Final = "−"
MOST_DECIMALS: Final = 3
SMALL_NUMBER: Final = 100


@dataclass(frozen=True)
class OpenClaims(Shown):
    """The register of claims with their verdicts (see `claims.build_claims`)."""

    claims: pd.DataFrame

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        counts = "; ".join(f"{word}: {self.count(word)}" for word in VERDICTS)
        told = f"{len(self.claims)} claims. {counts}."
        return TITLE, told

    def count(self, verdict: str) -> int:
        """Return how many claims have a verdict."""
        return int((self.claims["verdict"] == verdict).sum())


@cache
def open_claims() -> OpenClaims:
    """Open the register of claims.

    Raises
    ------
    DataError
        When the processed table is missing.
    """
    return OpenClaims(load_table("claims"))


def claims_table(opened: OpenClaims) -> Table:
    """Return every claim with its printed number, the computed one, the range and the verdict."""
    return Table(
        name="claims",
        title=TITLE,
        frame=claim_rows(opened),
        columns=(
            Column("claim_id", "Claim no."),
            Column("topic_label", "About"),
            Column("claim", "Claim"),
            Column("printed_shown", "Printed"),
            Column("computed_shown", "Computed"),
            Column("allowed_shown", "Allowed range"),
            Column("unit", "Unit"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
            Column("kind_label", "Counterpart"),
            Column("reports", "Figures"),
            Column("source_shown", "Source"),
            Column("url", "Address"),
        ),
        note=(
            "Allowed range: computed values that rounding of the claim and of the figures behind "
            "it leaves open; where a claim has a tolerance beyond rounding, its reason stands in "
            "the data. A claim passes if the computed value lies inside. Not comparable: series, "
            "who measured, period or currency differ, or no base is published; then nothing is "
            "computed. A level in another currency is compared under every monthly rate between "
            "the start of its period and the month of the page, which does not name its rate. A "
            "claim that drifts is not thereby wrong: the figure before it may have been revised. "
            "Figures: keys of reports.csv (R) and second_coding.csv (P, B), base after 'on'."
        ),
    )


def claim_rows(opened: OpenClaims) -> pd.DataFrame:
    """Return the register with the texts that the table shows."""
    frame = opened.claims
    rows = tuples_of(frame)
    return frame.assign(
        topic_label=frame["topic"].map(TOPICS),
        kind_label=frame["kind"].map({name: kind.label for name, kind in KINDS.items()}),
        printed_shown=[printed_text(row) for row in rows],
        computed_shown=[computed_text(row) for row in rows],
        allowed_shown=[range_text(row) for row in rows],
        reports=[_figures(row) for row in rows],
        source_shown=[_source(row) for row in rows],
    )


def printed_text(row: Any) -> str:
    """Return the number as printed, with its rounding word and its sign."""
    word = "" if row.qualifier in ("exact", "rounded") else f"{row.qualifier} "
    sign = "+" if row.unit == PER_CENT and row.kind in SIGNED and row.printed_value > 0 else ""
    return f"{word}{sign}{row.printed.replace('-', MINUS)}"


SIGNED: Final = ("growth", "repeat", "growth_of_parts", "between_parts")
"""Kinds in per cent that have a sign."""


def computed_text(row: Any) -> str:
    """Return the computed number, rounded, or nothing."""
    return "" if pd.isna(row.computed) else _rounded(row, row.computed)


def range_text(row: Any) -> str:
    """Return the allowed range, or nothing."""
    if pd.isna(row.allowed_lower):
        return ""
    return f"{_rounded(row, row.allowed_lower)} to {_rounded(row, row.allowed_upper)}"


def _rounded(row: Any, value: float) -> str:
    """Return a number with one decimal more than the claim, three at most; small ones have two."""
    decimals = min(len(row.printed.partition(".")[2]) + 1, MOST_DECIMALS)
    if abs(row.printed_value) < SMALL_NUMBER:
        decimals = max(decimals, 2)
    sign = "+" if row.unit == PER_CENT and row.kind in SIGNED and value > 0 else ""
    return f"{sign}{value:.{decimals}f}".replace("-", MINUS)


def _figures(row: Any) -> str:
    figures = row.figures.replace(";-", f" {MINUS} ").replace(";", " + ")
    base = row.base.replace(";-", f" {MINUS} ").replace(";", " + ")
    return f"{figures} on {base}" if base else figures


def _source(row: Any) -> str:
    title = f", {row.title}" if row.title else ""
    published = f" ({row.published})" if row.published else ""
    return f"{row.source}: {row.publisher}{title}{published}"


def claim_counts_table(opened: OpenClaims) -> Table:
    """Return how many claims pass, drift or cannot be compared, by topic."""
    frame = opened.claims
    rows = [
        _counted(TOPICS[str(topic)], mine) for topic, mine in frame.groupby("topic", sort=False)
    ]
    rows.append(_counted("All", frame))
    return Table(
        name="claim_counts",
        title="How many published claims stand",
        frame=pd.DataFrame(rows),
        columns=(
            Column("topic_label", "About"),
            Column("claims", "Claims", "count"),
            Column("passed", PASS, "count"),
            Column("drifted", DRIFT, "count"),
            Column("not_comparable", NOT_COMPARABLE, "count"),
            Column("no_base", "Of these without a base", "count"),
        ),
        note="; ".join(f"{word}: {told}" for word, told in VERDICTS.items()) + ".",
    )


def _counted(label: str, rows: pd.DataFrame) -> dict[str, object]:
    return {
        "topic_label": label,
        "claims": len(rows),
        "passed": int((rows["verdict"] == PASS).sum()),
        "drifted": int((rows["verdict"] == DRIFT).sum()),
        "not_comparable": int((rows["verdict"] == NOT_COMPARABLE).sum()),
        "no_base": int(rows["reason"].str.startswith("base:").sum()),
    }
