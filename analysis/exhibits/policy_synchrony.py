"""Table of policy synchrony: the group among groups like it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.holm import holm
from analysis.exhibits.policy_synchrony_tests import PARTS, SynchronyTest
from analysis.exhibits.table import Column, Table

COLUMNS: Final = (
    *("index", "part", "months", "reference", "reference_label", "statistic", "median", "low"),
    *(
        "high",
        "p_value",
        "adjusted_p",
        "groups",
        "exact",
        "smallest_p",
        "least",
        "verdict",
        "reason",
    ),
)
CHINA_NOTE: Final = "China's national index follows its strictest province."


def policy_synchrony_table(opened: OpenPanels) -> Table:
    """Return the rank of the group by index, part of the window and reference set."""
    frame = synchrony_frame(opened)
    return Table(
        name="policy_synchrony",
        title=f"Policy synchrony of {opened.settings.group_label} among groups like them",
        frame=frame,
        columns=(
            Column("index", "Index"),
            Column("part", "Months"),
            Column("reference_label", "Compared with groups"),
            Column("statistic", "Mean distance", "1"),
            Column("median", "Median of groups", "1"),
            Column("p_value", "p", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("groups", "Groups", "count"),
            Column("least", "Smallest p"),
            Column("verdict", "Verdict"),
        ),
        note=f"{synchrony_sentence(opened)} {_note(opened)}",
    )


def synchrony_frame(opened: OpenPanels) -> pd.DataFrame:
    """Return every test as a row, with p-values adjusted over all of them."""
    rows = [_row(test) for test in opened.synchrony]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    keys = frame["index"] + "/" + frame["part"] + "/" + frame["reference"]
    tested = frame["p_value"].notna()
    p_values = dict(zip(keys[tested], frame.loc[tested, "p_value"].astype(float), strict=True))
    adjusted = holm(p_values)
    alpha = 1 - opened.settings.level
    frame = frame.assign(adjusted_p=keys.map(adjusted).astype(float))
    found = np.where(frame["adjusted_p"] <= alpha, "more alike", "not more alike")
    return frame.assign(verdict=np.where(tested, found, "not identified"))


def synchrony_sentence(opened: OpenPanels) -> str:
    """Say in how many tests the group stands out."""
    frame = synchrony_frame(opened)
    tested = frame[frame["p_value"].notna()]
    found = int((tested["verdict"] == "more alike").sum())
    main = opened.settings.synchrony.references[0]
    reference = opened.references[main]
    if reference.groups is None:
        return f"Not identified against groups {reference.label}: {reference.reason}."
    first = tested[(tested["reference"] == main) & (tested["part"] != "change")]
    closer = int((first["statistic"] < first["median"]).sum())
    change = tested[(tested["reference"] == main) & (tested["part"] == "change")]
    slower = int((change["statistic"] < change["median"]).sum())
    apart = int((tested["p_value"] >= opened.settings.level).sum())
    return (
        f"Of {len(tested)} tests, {found} find {opened.settings.group_label} more alike than "
        f"comparable groups (smallest p {tested['p_value'].min():.3f}, after Holm "
        f"{tested['adjusted_p'].min():.2f}). Against groups "
        f"{first['reference_label'].iloc[0]} the group lies closer together than the median group "
        f"in {closer} of {len(first)} comparisons before and after the meeting, and drifted apart "
        f"less than the median group in {slower} of {len(change)} indices. In {apart} tests only "
        f"{100 * (1 - opened.settings.level):.0f} % of like groups or fewer lie further apart."
    )


def _row(test: SynchronyTest) -> dict[str, object]:
    row: dict[str, object] = {
        "index": test.index.replace("_", " "),
        "part": test.part,
        "months": test.months,
        "reference": test.reference.name,
        "reference_label": test.reference.label,
        "reason": test.reason,
    }
    if test.result is None:
        return row
    low, median, high = np.quantile(test.result.null, [0.05, 0.5, 0.95])
    count = len(test.result.null)
    return row | {
        "statistic": test.result.statistic,
        "median": median,
        "low": low,
        "high": high,
        "p_value": test.result.p_value,
        "groups": count,
        "exact": test.result.exact,
        "smallest_p": 1 / (count + (not test.result.exact)),
        "least": f"1/{count + (not test.result.exact)}",
    }


def _note(opened: OpenPanels) -> str:
    settings, meeting = opened.settings, opened.meeting
    months = {test.part: test.months for test in opened.synchrony}
    parts = ", ".join(f"{part} {months[part]}" for part in PARTS[:2])
    return (
        "Distance: mean over months and over the pairs of the group of the absolute difference of "
        "the index (0 to 100), in points; change: after less before. The meeting is that of "
        f"{meeting.start.day} {meeting.start:%B %Y}; its month is left out ({parts} months). p: "
        "share of groups at least as alike (one-sided), exact where all groups were gone through, "
        f"otherwise {settings.synchrony.draws:,} draws and (b + 1)/(m + 1); no standard error is "
        "involved. Holm's p allows for all tests of the table. The indices overlap in what they "
        f"measure. {CHINA_NOTE}"
    )
