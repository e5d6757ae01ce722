"""Tables of lead and lag between the policies of a border province and of its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.holm import holm
from analysis.exhibits.table import Column, Table
from analysis.inference.lead_lag import LeadLag, lead_lag

WHOLE, OWN = "as they are", "less the world mean"
COLUMNS: Final = (
    *("neighbour", "changes", "start", "months", "strongest_lag", "strongest", "p_value"),
    *("adjusted_p", "bound", "lead", "lead_p", "lead_least", "reading"),
)


@dataclass(frozen=True)
class LeadLagTest:
    """One neighbour, first month and kind of changes."""

    neighbour: str
    changes: str
    start: str
    result: LeadLag


def lead_lag_tests(opened: OpenPanels) -> tuple[LeadLagTest, ...]:
    """Test every neighbour in every window, with and without the mean change of the world."""
    own = opened.settings.lead_lag
    kinds = _changes(opened)
    return tuple(
        LeadLagTest(name, kind, start, _tested(table[table.index >= start], name, opened))
        for start in own.starts
        for kind, table in kinds.items()
        for name in own.neighbours
    )


def policy_lead_lag_table(opened: OpenPanels) -> Table:
    """Return the strongest cross-correlation and the difference between lead and lag."""
    frame = lead_lag_frame(opened)
    return Table(
        name="policy_lead_lag",
        title=(
            f"Lead and lag of {_province(opened)} and its neighbours: monthly changes of the "
            f"{opened.settings.lead_lag.index.replace('_', ' ')} index"
        ),
        frame=frame,
        columns=(
            Column("neighbour", "Neighbour"),
            Column("changes", "Changes"),
            Column("start", "From"),
            Column("months", "Months", "count"),
            Column("strongest_lag", "Strongest lag", "count"),
            Column("strongest", "Correlation", "2"),
            Column("p_value", "p", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("lead", "Lead less lag", "2"),
            Column("lead_p", "p of lead", "3"),
            Column("lead_least", "Smallest p of lead"),
            Column("reading", "Reading"),
        ),
        note=f"{lead_lag_sentence(opened, frame)} {_note(opened)}",
    )


def lead_lag_frame(opened: OpenPanels) -> pd.DataFrame:
    """Return every test as a row."""
    tests = lead_lag_tests(opened)
    p_values = {str(place): test.result.p_value for place, test in enumerate(tests)}
    adjusted = holm(p_values)
    alpha = 1 - opened.settings.level
    rows = [_row(test, adjusted[str(place)], alpha, opened) for place, test in enumerate(tests)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def lead_lag_sentence(opened: OpenPanels, frame: pd.DataFrame) -> str:
    """Say how many links stand after adjustment, and whether they outlast the first wave."""
    alpha = 1 - opened.settings.level
    parts = []
    for (start, kind), rows in frame.groupby(["start", "changes"], sort=True):
        count = int((rows["adjusted_p"] <= alpha).sum())
        parts.append(f"{count} of {len(rows)} from {start} with changes {kind}")
    return f"Links that stand after Holm: {'; '.join(parts)}."


def _changes(opened: OpenPanels) -> dict[str, pd.DataFrame]:
    """Return changes by month, units in columns, as they are and less the mean of all countries."""
    own, policy = opened.settings.lead_lag, opened.tables["policy"]
    rows = policy[policy["index"] == own.index]
    wide = rows.pivot(index="month", columns="unit", values="value")  # noqa: PD010 (a repeated key must fail)
    wide.index = pd.DatetimeIndex(wide.index).strftime("%Y-%m")
    moved = wide.diff().iloc[1:]
    world = moved[[name for name in moved.columns if "-" not in name]].mean(axis=1)
    return {WHOLE: moved, OWN: moved.sub(world, axis=0)}


def _tested(table: pd.DataFrame, neighbour: str, opened: OpenPanels) -> LeadLag:
    own = opened.settings.lead_lag
    return lead_lag(
        table[own.province],
        table[neighbour],
        largest_lag=own.largest_lag,
        block=own.block,
        draws=own.draws,
        seed=own.seed,
        level=opened.settings.level,
    )


def _row(test: LeadLagTest, adjusted: float, alpha: float, opened: OpenPanels) -> dict[str, object]:
    found = test.result
    return {
        "neighbour": opened.names[test.neighbour],
        "changes": test.changes,
        "start": test.start,
        "months": found.periods,
        "strongest_lag": found.strongest_lag,
        "strongest": found.strongest,
        "p_value": found.p_value,
        "adjusted_p": adjusted,
        "bound": found.bound,
        "lead": found.lead,
        "lead_p": found.lead_p_value,
        "lead_least": f"1/{found.periods}",
        "reading": _reading(test, opened) if adjusted <= alpha else "no link seen",
    }


def _reading(test: LeadLagTest, opened: OpenPanels) -> str:
    lag, neighbour = test.result.strongest_lag, opened.names[test.neighbour]
    if lag == 0:
        return "move in the same month"
    first, second = _province(opened), neighbour
    if lag < 0:
        first, second = second, first
    months = f"{abs(lag)} month" + ("s" if abs(lag) > 1 else "")
    return f"{first} {months} before {second}"


def _province(opened: OpenPanels) -> str:
    return opened.names[opened.settings.lead_lag.province]


def _note(opened: OpenPanels) -> str:
    own = opened.settings.lead_lag
    return (
        f"Correlation of changes at lags of −{own.largest_lag} to {own.largest_lag} months; at a "
        f"positive lag {_province(opened)} moves first. p: largest absolute correlation over all "
        f"lags among {own.draws:,} permutations of blocks of {own.block} months of the neighbour, "
        "(b + 1)/(m + 1). Lead less lag: mean correlation at positive less negative lags; its p "
        "by all circular shifts, which so few months can bring no lower than shown. No standard "
        "error is involved. Less the world mean: the mean change of all countries of the month is "
        "taken out. The second start leaves the first wave out, when all countries closed within "
        "weeks: a link that stands only with it is that one shock."
    )
