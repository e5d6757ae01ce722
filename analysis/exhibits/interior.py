"""Tables of a border province beside provinces without a land border."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.interior_fits import InteriorFit, border_provinces, donors_of
from analysis.exhibits.table import Column, Table

MOST_DONORS: Final = 5
LEAST_SHOWN: Final = 0.01
METHOD_LABELS: Final = {
    "classic": "synthetic control",
    "ridge": "ridge-augmented synthetic control",
    "synthetic_did": "synthetic differences in differences",
}
EFFECT_COLUMNS: Final = (
    *("event", "start", "first_month", "method", "months_before", "months_after", "estimate"),
    *(
        "lower",
        "upper",
        "p_value",
        "smallest_p",
        "first",
        "first_lower",
        "first_upper",
        "first_p",
        "pre_rmspe",
        "left_out_low",
        "left_out_high",
    ),
    *("verdict", "reason", "inference", "convention"),
)
WEIGHT_COLUMNS: Final = ("event", "method", "donor", "weight", "effect_without", "change")


def interior_table(opened: OpenPanels) -> Table:
    """Return the effect of each event on the border province by each method."""
    rows = [_effect(item) for item in opened.interior]
    return Table(
        name="interior",
        title=f"{_province(opened)} beside the interior: {_index(opened)} from each event on",
        frame=pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)),
        columns=(
            Column("event", "Event"),
            Column("first_month", "From"),
            Column("method", "Method"),
            Column("estimate", "Effect, points", "1"),
            Column("lower", "Lower", "1"),
            Column("upper", "Upper", "1"),
            Column("p_value", "Placebo p", "3"),
            Column("smallest_p", "Smallest p", "3"),
            Column("first", f"First {opened.settings.interior.first_months} months", "1"),
            Column("first_lower", "Lower, first", "1"),
            Column("first_upper", "Upper, first", "1"),
            Column("first_p", "p, first", "3"),
            Column("pre_rmspe", "Error before", "1"),
            Column("left_out_low", "Without one donor, lowest", "1"),
            Column("left_out_high", "Highest", "1"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
        ),
        note=f"{interior_sentence(opened)} {_note(opened)}",
    )


def interior_weights_table(opened: OpenPanels) -> Table:
    """Return the heaviest donors of each fit, with the effect found without each."""
    rows = [row for item in opened.interior for row in _weights(item, opened)]
    return Table(
        name="interior_weights",
        title=f"Donors of the synthetic {_province(opened)}, and the effect without each",
        frame=pd.DataFrame(rows, columns=list(WEIGHT_COLUMNS)),
        columns=(
            Column("event", "Event"),
            Column("method", "Method"),
            Column("donor", "Donor"),
            Column("weight", "Weight", "2"),
            Column("effect_without", "Effect without it, points", "1"),
            Column("change", "Change, points", "1"),
        ),
        note=(
            f"At most {MOST_DONORS} donors a fit, the heaviest first; weights sum to one over all "
            "donors. No standard errors: the refits show how far one donor decides."
        ),
    )


def interior_sentence(opened: OpenPanels) -> str:
    """Say what was found, event by event."""
    parts = []
    for item in opened.interior:
        head = f"From {item.first_month} ({item.event.event_id}), {METHOD_LABELS[item.method]}:"
        if item.verdict == "not identified":
            parts.append(f"{head} not identified, {item.reason}.")
        else:
            parts.append(f"{head} {_said(item)} ({item.verdict}).")
    return " ".join(parts)


def _p(value: float) -> str:
    return "< 0.01" if value < LEAST_SHOWN else f"{value:.2f}"


def _said(item: InteriorFit) -> str:
    assert item.fit is not None
    assert item.placebos is not None
    assert item.first is not None
    average = f"{item.fit.average_effect:+.1f} points".replace("-", "−")
    first = f"{item.first.estimate:+.1f} points".replace("-", "−")
    return (
        f"{average} (placebo p {item.placebos.p_value:.2f}), over the first "
        f"{item.first.periods} months {first} (p {_p(item.first.p_value)})"
    )


def _effect(item: InteriorFit) -> dict[str, object]:
    row: dict[str, object] = {
        "event": item.event.event_id,
        "start": item.event.start,
        "first_month": item.first_month,
        "method": METHOD_LABELS[item.method],
        "verdict": item.verdict,
        "reason": item.reason,
    }
    if item.fit is None or item.placebos is None or item.left_out is None:
        return row
    row["pre_rmspe"] = item.fit.pre_rmspe
    if item.verdict == "not identified":
        return row
    assert item.interval is not None
    assert item.first is not None
    without = item.left_out["average_effect"]
    return row | {
        "months_before": item.fit.panel.before,
        "months_after": item.fit.panel.after,
        "estimate": item.fit.average_effect,
        "lower": item.interval.lower,
        "upper": item.interval.upper,
        "p_value": item.placebos.p_value,
        "smallest_p": item.placebos.smallest_p,
        "first": item.first.estimate,
        "first_lower": item.first.lower,
        "first_upper": item.first.upper,
        "first_p": item.first.p_value,
        "left_out_low": without.min(),
        "left_out_high": without.max(),
        "inference": item.interval.inference,
        "convention": item.fit.convention,
    }


def _weights(item: InteriorFit, opened: OpenPanels) -> list[dict[str, object]]:
    if item.left_out is None or item.verdict == "not identified":
        return []
    heaviest = item.left_out.sort_values("weight", ascending=False, kind="stable")
    return [
        {
            "event": f"{item.event.event_id}, from {item.first_month}",
            "method": METHOD_LABELS[item.method],
            "donor": opened.names[row["donor"]],
            "weight": row["weight"],
            "effect_without": row["average_effect"],
            "change": row["change"],
        }
        for row in heaviest.head(MOST_DONORS).to_dict("records")
    ]


def _province(opened: OpenPanels) -> str:
    return opened.names[opened.settings.interior.province]


def _index(opened: OpenPanels) -> str:
    return f"{opened.settings.interior.index.replace('_', ' ')} index"


def _note(opened: OpenPanels) -> str:
    provinces, settings = opened.tables["provinces"], opened.settings
    donors = donors_of(provinces, settings)
    names = ", ".join(sorted(opened.names[unit] for unit in donors))
    border = border_provinces(provinces, settings)
    apart = ", ".join(sorted(opened.names[unit] for unit in border))
    return (
        f"Mean gap to the synthetic province, index points, from the event to "
        f"{settings.window.end}; a month counts from the event on if half of its days do. "
        f"{100 * settings.level:g} % intervals: of the synthetic control by inverting the rank "
        "among placebo provinces, of synthetic differences in differences normal with the variance "
        "of the placebo effects. Placebo p: rank of the province among its donors, by the ratio of "
        "errors after and before the event, or by the size of the effect where the level is left "
        f"free. The number of first months was set with the paths in view: they describe, and test "
        f"nothing laid down beforehand. No effect is shown where it is not identified. "
        f"Donors, {len(donors)} provinces without a land border: {names}. Not donors, as they have "
        f"a land border: {apart}."
    )
