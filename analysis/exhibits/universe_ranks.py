"""How unusual a break is: its rank among all series of a panel, and what that rank can say."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.exhibits.holm import holm
from analysis.exhibits.table import Column, Table
from analysis.exhibits.tuples import row_dicts, tuples_of
from analysis.exhibits.universe_results import Answer, OpenUniverse

UNUSUAL: Final = "unusual"
NOT_UNUSUAL: Final = "not unusual"
WEAK: Final = "weak"
NOT_IDENTIFIED: Final = "not identified"
COLUMNS: Final = (
    *("study", "panel", "panel_label", "what", "event", "event_label", "start", "series", "label"),
    *("estimate", "standard_error", "unit", "t", "months_before", "months_after", "rank", "others"),
    *("among", "p_among_series", "smallest_p", "adjusted_p", "placebos", "p_in_time", "sup_date"),
    *("verdict", "reason", "convention"),
)
ASSUMES: Final = (
    "The rank is a description. Its p-value is one only if, without the event, each series was as "
    "likely as any other to hold any rank (exchangeable). Countries, provinces and areas differ in "
    "size and noise, depend on their neighbours and were hit by other waves and events at the same "
    "time, so a small p-value says that the break stands out, not that the event made it; a large "
    "one says that as many series broke as much, not that nothing happened."
)


def universe_ranks_table(opened: OpenUniverse) -> Table:
    """Return each break that was asked about with its place among all series and all dates."""
    return Table(
        name="universe_ranks",
        title="How unusual the break of a series is among all series of its panel",
        frame=ranks_frame(opened),
        columns=(
            Column("panel_label", "Among"),
            Column("event_label", "Event"),
            Column("start", "From", "day"),
            Column("label", "Series"),
            Column("estimate", "Break", "2"),
            Column("standard_error", "Error", "2"),
            Column("unit", "Unit"),
            Column("t", "t", "2"),
            Column("among", "Rank"),
            Column("p_among_series", "p among series", "3"),
            Column("smallest_p", "Smallest p", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("p_in_time", "p in time", "3"),
            Column("placebos", "Other dates", "count"),
            Column("sup_date", "Largest |t| from", "day"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
        ),
        note=f"{ranks_sentence(opened)} {ASSUMES} {_note(opened)}",
    )


def ranks_frame(opened: OpenUniverse) -> pd.DataFrame:
    """Return one row a series asked about, columns `COLUMNS`.

    `adjusted_p` is Holm's over all p-values among series; `smallest_p` is that of the first rank.
    """
    rows = [row for answer in opened.answers for row in _rows(answer)]
    tested = {at: row["p_among_series"] for at, row in _numbered(rows) if not row["reason"]}
    adjusted = holm(tested)
    alpha = 1 - opened.settings.level
    for at, row in _numbered(rows):
        row["adjusted_p"] = adjusted.get(at)
        if row["reason"]:
            row["verdict"] = NOT_IDENTIFIED
            continue
        best = holm(tested | {at: row["smallest_p"]})[at]
        row["verdict"], row["reason"] = _verdict(row, best, alpha, opened.settings.fewest_months)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"rank": "Int64", "others": "Int64", "placebos": "Int64"})


def _numbered(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(str(at), row) for at, row in enumerate(rows)]


def _rows(answer: Answer) -> list[dict[str, Any]]:
    labels = {target.series: target.label for target in answer.asked.targets}
    about = {
        "study": answer.asked.study,
        "panel": answer.panel.name,
        "panel_label": answer.panel.label,
        "what": answer.panel.what,
        "event": answer.event.event_id,
        "event_label": answer.asked.label,
        "start": str(answer.event.start),
        "unit": answer.panel.unit,
        "months_before": answer.before,
        "months_after": answer.after,
        "convention": answer.universe.convention,
    }
    found = []
    for row in row_dicts(answer.universe.table):
        rank = {} if row["reason"] else _rank(row)
        found.append(about | row | rank | {"label": labels[row["series"]]})
    return found


def _rank(row: dict[str, Any]) -> dict[str, Any]:
    series = int(row["others"]) + 1
    return {"among": f"{int(row['rank'])} of {series}", "smallest_p": 1 / series}


def _verdict(row: dict[str, Any], best: float, alpha: float, fewest: int) -> tuple[str, str]:
    """Return the verdict and its reason; `best` is Holm's p-value of the first rank."""
    for side in ("before", "after"):
        months = int(row[f"months_{side}"])
        if months < fewest:
            return WEAK, f"{months} whole months {side} the event, fewer than {fewest}"
    if row["adjusted_p"] <= alpha:
        return UNUSUAL, ""
    if best > alpha:
        return WEAK, (
            f"of {int(row['others']) + 1} series the first has p = {row['smallest_p']:.3f}, after "
            f"Holm {best:.2f}: no rank could reach {alpha:.2f}"
        )
    return NOT_UNUSUAL, ""


def ranks_sentence(opened: OpenUniverse) -> str:
    """Say how many breaks stand out, and the rank of each."""
    frame = ranks_frame(opened)
    counts = frame["verdict"].value_counts()
    told = ", ".join(
        f"{int(counts.get(word, 0))} {word}"
        for word in (UNUSUAL, NOT_UNUSUAL, WEAK, NOT_IDENTIFIED)
    )
    said = "; ".join(_said(row) for row in tuples_of(frame))
    return f"{len(frame)} breaks are asked about: {told}. {said}."


def _said(row: Any) -> str:
    name = f"{row.label}, {row.event_label} ({row.start})"
    if row.verdict == NOT_IDENTIFIED:
        return f"{name}: not identified, {row.reason}"
    size = f"{row.estimate:+.2f} {row.unit}, |t| {abs(row.t):.1f}".replace("-", "−")
    return (
        f"{name}: {size}, rank {row.among} "
        f"{row.panel_label} (p {row.p_among_series:.3f}, Holm {row.adjusted_p:.2f}; {row.verdict})"
    )


def _note(opened: OpenUniverse) -> str:
    settings = opened.settings
    alpha = 1 - settings.level
    return (
        "Break: a lasting step from the day of the event, beside a level and a trend, estimated "
        "for every series alike. Rank: by |t|, either direction, 1 is the largest; ties count "
        "against the series. p among series: rank over the number of series, so never below the "
        "smallest p. p (Holm): over all breaks of the table. p in time: rank of the date among "
        f"all months with {100 * settings.trim:.0f} % of the window on either side, for the same "
        "series; the dates overlap, so it describes; it is missing where the event lies nearer to "
        f"an end. {UNUSUAL.capitalize()}: p (Holm) of {alpha:.2f} or less. {WEAK.capitalize()}: "
        f"fewer than {settings.fewest_months} whole months on a side, or too few series for any "
        f"rank to reach {alpha:.2f} beside the other questions. A sudden and common change, such "
        "as a wave of disease or the coup in every area, is part of every series and so of the "
        "comparison. China's national index follows its strictest province."
    )
