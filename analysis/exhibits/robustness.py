"""How much the findings of a study hang on choices: specification curves and checks."""

from __future__ import annotations

from typing import Final

from analysis.exhibits.robustness_results import Robustness
from analysis.exhibits.table import Column, Table

MARKS: Final = ("yes", "no", "cannot say")
SHARES: Final = ("share_same_sign", "share_significant", "share_agreeing")
NO_MONTHLY: Final = "The study file names no monthly series."
SPECIFICATION_NOTE: Final = (
    "Per cent. Grid: reports (as in the study file, all readings, high confidence only), trend, "
    "season, disagreement of sources, autocorrelation. Agreeing: share of all specifications that "
    "identify the effect, give it the sign of the main one and agree on significance."
)


def specifications_table(found: Robustness) -> Table:
    """Return, for each effect on a published series, how it fares over the specifications."""
    summary = found.summary
    shares = {key: 100 * summary[key].astype(float) for key in SHARES}
    return Table(
        name="specifications",
        title="Published series: effects over all reasonable specifications",
        frame=summary.assign(**shares),
        columns=(
            Column("outcome_label", "Outcome"),
            Column("label", "Event"),
            Column("specifications", "Fits", "count"),
            Column("identified", "Identified in", "count"),
            Column("main", "Main", "percent"),
            Column("lowest", "Lowest", "percent"),
            Column("median", "Median", "percent"),
            Column("highest", "Highest", "percent"),
            Column("share_same_sign", "Same sign, %", "count"),
            Column("share_significant", "Interval without zero, %", "count"),
            Column("share_agreeing", "Agreeing, %", "count"),
        ),
        note=SPECIFICATION_NOTE,
    )


def failed_table(found: Robustness) -> Table:
    """Return the specifications that could not be fitted, with the reason."""
    return Table(
        name="failed_specifications",
        title="Specifications that could not be fitted",
        frame=found.failed,
        columns=(
            Column("outcome", "Outcome"),
            Column("specification", "Specification"),
            Column("reason", "Reason"),
        ),
        note=f"{len(found.failed)} could not be fitted; all others are in the table above.",
    )


def checks_table(found: Robustness) -> Table:
    """Return every check of every effect on a monthly series, one row a check."""
    frame = found.checks
    return Table(
        name="checks",
        title="Monthly series: robustness checks of each change",
        frame=frame,
        columns=(
            Column("outcome_label", "Series"),
            Column("effect_label", "Event"),
            Column("title", "Check"),
            Column("p_value", "p", "3"),
            Column("smallest_p", "Least p", "3"),
            Column("holds", "Holds"),
            Column("sentence", "Finding"),
        ),
        note=NO_MONTHLY
        if frame.empty
        else (
            "Holds: by the rule of the check, in the data of the table; 'cannot say' where the "
            f"series is too short or the check too coarse. Seed {found.seed}."
        ),
    )


def check_counts_table(found: Robustness) -> Table:
    """Return how many checks each change survives."""
    frame = found.checks
    marks = frame.assign(**{mark: (frame["holds"] == mark).astype(int) for mark in MARKS})
    counts = marks.groupby(["outcome_label", "effect_label"], sort=False)[list(MARKS)].sum()
    return Table(
        name="check_counts",
        title="Monthly series: how many checks each change survives",
        frame=counts.reset_index(),
        columns=(
            Column("outcome_label", "Series"),
            Column("effect_label", "Event"),
            Column("yes", "Holds", "count"),
            Column("no", "Does not hold", "count"),
            Column("cannot say", "Cannot say", "count"),
        ),
        note=NO_MONTHLY if frame.empty else "Counts of the table of checks.",
    )
