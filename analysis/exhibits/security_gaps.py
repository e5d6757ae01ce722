"""What the questions need and the tables do not hold: why, who has it, in which columns."""

from __future__ import annotations

from typing import Final

from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.table import Column, Table

ACCESS: Final = {
    "open": "published",
    "on_request": "on request",
    "none_found": "no publication found",
}


def gaps_table(opened: OpenSecurity) -> Table:
    """Return the register of missing data of this notebook."""
    frame = opened.gaps.assign(
        verdict="no data",
        access_label=opened.gaps["access"].map(ACCESS),
        columns=opened.gaps["columns"].str.replace(";", ", "),
    )
    return Table(
        name="security_no_data",
        title="No data: what is asked, why there is no answer, and where it may be had",
        frame=frame,
        columns=(
            Column("measure", "Measure"),
            Column("area", "Area"),
            Column("question", "Question"),
            Column("verdict", "Verdict"),
            Column("why", "Why"),
            Column("publisher", "Publisher"),
            Column("address", "Address"),
            Column("access_label", "Access"),
            Column("columns", "Columns of the table that would answer"),
        ),
        note=(
            f"{len(frame)} measures. A table with the columns named, put into data_raw with a "
            "card, would answer. That nothing was found is no proof that nothing exists. Persons "
            "are never named: counts by area and month are enough."
        ),
    )
