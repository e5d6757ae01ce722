"""What a panel does not hold: series left out by the settings, and those that say nothing."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.exhibits.table import Column, Table
from analysis.exhibits.universe_results import Answer, OpenUniverse

BY_SETTINGS: Final = "not in the panel"
BY_DATA: Final = "no estimate"
NOTHING: Final = "none"
COLUMNS: Final = ("panel", "panel_label", "event", "kind", "series", "count", "reason", "kept")


def universe_left_out_table(opened: OpenUniverse) -> Table:
    """Return what each panel and question left out, and why."""
    frame = left_out_frame(opened)
    return Table(
        name="universe_left_out",
        title="What the panels left out, and why",
        frame=frame,
        columns=(
            Column("panel_label", "Panel"),
            Column("event", "Event"),
            Column("kind", "Left out as"),
            Column("series", "Series"),
            Column("count", "How many", "count"),
            Column("reason", "Reason"),
            Column("kept", "Estimated", "count"),
        ),
        note=(
            "Not in the panel: taken out by the settings before anything was estimated, as no two "
            "series of a panel may hold the same events. No estimate: in the panel, but a "
            "regression cannot be run on it; the reason is that of the data at that event, and "
            "the series ranks nowhere. A panel from which the data took nothing has a row with 0."
        ),
    )


def left_out_frame(opened: OpenUniverse) -> pd.DataFrame:
    """Return one row a series that the settings left out, and one a question and reason."""
    rows = [
        {
            "panel": panel.name,
            "panel_label": panel.label,
            "event": "",
            "kind": BY_SETTINGS,
            "series": item.series,
            "count": 1,
            "reason": item.reason,
        }
        for panel in opened.settings.panels
        for item in panel.left_out
    ]
    rows += [row for answer in opened.answers for row in _by_data(answer)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"kept": "Int64"})


def _by_data(answer: Answer) -> list[dict[str, Any]]:
    lost = sorted(answer.universe.left_out.items()) or [(NOTHING, 0)]
    return [
        {
            "panel": answer.panel.name,
            "panel_label": answer.panel.label,
            "event": f"{answer.asked.label}, {answer.event.start}",
            "kind": BY_DATA,
            "series": "",
            "count": count,
            "reason": reason,
            "kept": answer.universe.series,
        }
        for reason, count in lost
    ]
