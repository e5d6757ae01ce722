"""Tables of the comparison of zones: what is comparable, effects, differences, gates, phases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeGuard

import pandas as pd

from analysis.exhibits.context import phase_rows, phases
from analysis.exhibits.table import Column, Table
from analysis.exhibits.zone_comparison_results import OpenComparison, OpenStudies, Side
from analysis.exhibits.zone_comparison_rules import TRAIT_WORDS, Comparability, comparability
from analysis.inference.multiplicity import adjust
from analysis.models.effect_difference import effect_difference
from analysis.models.interval_findings import Effect
from analysis.settings.zone_comparison import GATES, ComparedEvent, Group

EFFECT_COLUMNS: Final = (
    *("event", "event_label", "study", "side", "side_label", "series", "start", "shape"),
    *("estimate", "lower", "upper", "df", "verdict", "reason", "reports_before", "reports_after"),
)
DIFFERENCE_COLUMNS: Final = (
    *("group", "group_label", "event", "event_label", "first", "second", "first_label"),
    *("second_label", "first_effect", "second_effect", "estimate", "lower", "upper", "p_value"),
    *("adjusted_p", "how", "reason"),
)
NO_EVENT: Final = "the model of this outcome has no such event"


def comparability_table(opened: OpenStudies) -> Table:
    """Return every pair of every group: comparable or not, and why."""
    rows = [
        {
            "group": group.name,
            "group_label": group.label,
            "first_label": first.label,
            "second_label": second.label,
            "first": first.series,
            "second": second.series,
            "verdict": judged.verdict,
            "differs_in": ", ".join(TRAIT_WORDS[trait] for trait in judged.differs) or "nothing",
            "reason": judged.reason,
            "shared_days": judged.shared_days,
        }
        for group, first, second, judged in judged_pairs(opened)
    ]
    tolerated = [TRAIT_WORDS[trait] for trait in sorted(opened.settings.percent_in_spite_of)]
    return Table(
        name="comparability",
        title="Which series may be compared, and why not",
        frame=pd.DataFrame(rows),
        columns=(
            Column("group_label", "Group"),
            Column("first_label", "First"),
            Column("second_label", "Second"),
            Column("verdict", "Comparable"),
            Column("differs_in", "Differ in"),
            Column("reason", "Reason"),
            Column("shared_days", "Days in both", "count"),
        ),
        note=(
            "Levels are compared where metric, scope, basis, unit, reporting year and period "
            f"agree; effects in per cent in spite of: {', '.join(tolerated) or 'nothing'}. Days in "
            "both: days that a report of each covers."
        ),
    )


def zone_effects_table(opened: OpenStudies) -> Table:
    """Return the effect of each compared event on each outcome and gate, or why there is none."""
    return Table(
        name="zone_effects",
        title="Effects of closure and reopening by zone and gate",
        frame=effects_frame(opened),
        columns=(
            Column("event_label", "Event"),
            Column("side_label", "Outcome or gate"),
            Column("start", "From"),
            Column("estimate", "Effect, %", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("verdict", "Identification"),
            Column("reports_before", "Reports before", "count"),
            Column("reports_after", "Reports after", "count"),
            Column("reason", "Reason"),
        ),
        note=(
            "Per cent change of the daily flow from the date on, with "
            f"{100 * opened.settings.level:g} % t intervals. Outcomes: the model of their study. "
            "Gates: the joint model. Side by side is not yet comparable: see the table of pairs."
        ),
    )


def zone_differences_table(opened: OpenStudies) -> Table:
    """Return the test of difference of every event in every comparable pair."""
    rows = [
        _difference_row(opened, group, event, first, second)
        for group, first, second, judged in judged_pairs(opened)
        if judged.percent
        for event in opened.settings.events
        if first.effect(event) is not None or second.effect(event) is not None
    ]
    frame = _with_adjusted(pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS)))
    refused = sum(not judged.percent for *_, judged in judged_pairs(opened))
    return Table(
        name="zone_differences",
        title="Differences between the effects of comparable pairs",
        frame=frame,
        columns=(
            Column("event_label", "Event"),
            Column("first_label", "First"),
            Column("second_label", "Second"),
            Column("first_effect", "First, %", "percent"),
            Column("second_effect", "Second, %", "percent"),
            Column("estimate", "First against second, %", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("p_value", "p", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("reason", "If empty, why"),
        ),
        note=(
            "First against second: how far the factor of the first exceeds that of the second, "
            f"with {100 * opened.settings.level:g} % t intervals (delta method). Two gates: the "
            "joint model with the covariance between them. Other pairs: fits taken as "
            "independent. Welch–Satterthwaite degrees of freedom. Holm's p allows for all tests "
            f"of this table. Pairs refused as not comparable: {refused}."
        ),
    )


def zone_phases_table(opened: OpenStudies) -> Table:
    """Return the daily rates of each outcome and gate before, between and after its events.

    Only reports that lie wholly inside one phase count: nothing is split or interpolated.
    """
    pieces = [_phases_of(opened, side) for side in opened.sides.values()]
    return Table(
        name="zone_phases",
        title="Daily rates by phase, from reports inside one phase",
        frame=pd.concat(pieces, ignore_index=True),
        columns=(
            Column("side_label", "Outcome or gate"),
            Column("phase", "Phase"),
            Column("reports", "Reports", "count"),
            Column("lowest", "Lowest", "significant"),
            Column("highest", "Highest", "significant"),
            Column("unit", "Unit"),
        ),
        note=(
            "Mean daily rates of the reports that lie wholly inside the phase; no other counts. A "
            "phase without such a report has zero reports and no rate. Rates in different units, "
            "or of pairs that are not comparable, must not be set against each other."
        ),
    )


def judged_pairs(
    opened: OpenStudies,
) -> Iterator[tuple[Group, Side, Side, Comparability]]:
    """Yield every pair of every group with its judgement."""
    for group in opened.settings.groups:
        for first, second in opened.pairs(group):
            judged = comparability(first, second, opened.settings.percent_in_spite_of)
            yield group, first, second, judged


def effects_frame(opened: OpenStudies) -> pd.DataFrame:
    """Return one row an event and side that has it, in the order of the settings."""
    rows = [
        _effect_row(event, side, effect)
        for event in opened.settings.events
        for side in opened.sides.values()
        if side.study in event.interventions
        for effect in [side.effect(event)]
    ]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _effect_row(event: ComparedEvent, side: Side, effect: Effect | None) -> dict[str, object]:
    about: dict[str, object] = {
        "event": event.name,
        "event_label": event.label,
        "study": side.study,
        "side": side.name,
        "side_label": side.label,
        "series": side.series,
    }
    if effect is None:
        return about | {"verdict": "no such event", "reason": NO_EVENT}
    return {key: getattr(effect, key) for key in EFFECT_COLUMNS if hasattr(effect, key)} | about


def _difference_row(
    opened: OpenStudies, group: Group, event: ComparedEvent, first: Side, second: Side
) -> dict[str, object]:
    one, other = first.effect(event), second.effect(event)
    row: dict[str, object] = {
        "group": group.name,
        "group_label": group.label,
        "event": event.name,
        "event_label": event.label,
        "first": first.name,
        "second": second.name,
        "first_label": first.label,
        "second_label": second.label,
        "first_effect": one.estimate if one else None,
        "second_effect": other.estimate if other else None,
    }
    missing = [
        f"{side.label}: {effect.verdict if effect else NO_EVENT}"
        for side, effect in ((first, one), (second, other))
        if effect is None or effect.verdict != "identified"
    ]
    if missing or one is None or other is None:
        return row | {"reason": "; ".join(missing)}
    return row | _tested(opened, first, second, one, other)


def _tested(
    opened: OpenStudies, first: Side, second: Side, one: Effect, other: Effect
) -> dict[str, object]:
    if _of_joint_model(opened, first, second):
        gap = opened.panel.difference(one.name, first.name, second.name)
    else:
        gap = effect_difference(one, other, opened.settings.level)
    numbers = (gap.estimate, gap.lower, gap.upper, gap.p_value, gap.convention)
    return dict(zip(("estimate", "lower", "upper", "p_value", "how"), numbers, strict=True))


def _of_joint_model(opened: OpenStudies, first: Side, second: Side) -> TypeGuard[OpenComparison]:
    """Tell whether both sides are gates that were estimated together."""
    if not isinstance(opened, OpenComparison) or not first.study == second.study == GATES:
        return False
    return {first.name, second.name} <= {place.name for place in opened.panel.joint.series}


def _with_adjusted(frame: pd.DataFrame) -> pd.DataFrame:
    tested = frame["p_value"].dropna().astype(float)
    if tested.empty:
        return frame
    found = adjust({str(at): value for at, value in tested.items()}, "holm").table
    adjusted = pd.Series(found["adjusted"].to_numpy(), index=tested.index)
    return frame.assign(adjusted_p=adjusted.reindex(frame.index))


def _phases_of(opened: OpenStudies, side: Side) -> pd.DataFrame:
    compared = {event.interventions.get(side.study) for event in opened.settings.events}
    items = sorted(
        (item for item in side.interventions if item.name in compared), key=lambda i: i.start
    )
    levels = side.rows[side.rows["kind"] == "level"]
    pieces = [_phase(levels, *stretch) for stretch in phases(items)]
    frame = pd.concat(pieces, ignore_index=True).drop(columns="series")
    about = {"study": side.study, "side": side.name, "side_label": side.label}
    return frame.assign(**about, series=side.series, unit=f"{side.register['unit']} a day")


def _phase(
    levels: pd.DataFrame, label: str, start: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame:
    rows = phase_rows(levels, label, start, end)
    if not rows.empty:
        return rows
    empty = {"series": "", "phase": label, "reports": 0, "lowest": None, "highest": None}
    return pd.DataFrame([empty]).astype({"lowest": "float64", "highest": "float64"})
