"""The main picture of a study: reports, fitted flow and flow without the interventions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.canvas import Canvases
from analysis.exhibits.figure import Figure, Picture, empty_figure, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.timeline import EventLine, measure_labels
from analysis.exhibits.zone_trade_drawing import CURVES, Panel, draw_panels
from analysis.models.interval_curves import no_curves
from analysis.models.interval_prediction import predicted_flow
from analysis.models.interval_results import IntervalFit

NAME: Final = "zone_trade"
TITLE: Final = "Published reports, expected monthly flow and flow without the events"
NOTHING: Final = "Nothing to draw: no report gives a value, and no month of any flow is identified."
EFFECT: Final = "effect of "  # opens the element of an effect in the data


def zone_trade_figure(opened: OpenStudy) -> Figure:
    """Return one panel an outcome: reports as intervals, fitted and counterfactual flow."""
    panels = _panels(opened)
    if _is_empty(panels):
        return empty_figure(NAME, TITLE, NOTHING)
    drawn = [_long(name, panel) for name, panel in panels.items()]
    data = pd.concat([*drawn, *(_effects(opened, name) for name in panels)])
    picture = _picture(opened, panels, new_canvas)
    return Figure(
        name=NAME,
        title=TITLE,
        alt=picture.alt,
        data=data.reset_index(drop=True),
        draw=picture.draw,
    )


def zone_trade_picture(opened: OpenStudy, canvases: Canvases) -> Picture:
    """Return the same picture without its data, to be looked at once.

    Parameters
    ----------
    canvases
        Gives the canvas to draw on, which may be one that was drawn on before.
    """
    panels = _panels(opened)
    if _is_empty(panels):
        return empty_figure(NAME, TITLE, NOTHING).picture
    return _picture(opened, panels, canvases)


def _picture(opened: OpenStudy, panels: Mapping[str, Panel], canvases: Canvases) -> Picture:
    shown, level = tuple(panels.values()), opened.study.level
    return Picture(TITLE, _alt(opened), lambda: draw_panels(shown, level, canvases))


def _panels(opened: OpenStudy) -> dict[str, Panel]:
    names = [outcome.name for outcome in opened.study.outcomes if outcome.figure]
    return {name: _panel(opened, name) for name in names}


def _is_empty(panels: Mapping[str, Panel]) -> bool:
    return all(panel.curves.empty and panel.reports.empty for panel in panels.values())


def measure_event_labels(opened: OpenStudy) -> None:
    """Look up what every picture of a study needs of its events, so that the first is quick."""
    for outcome in opened.study.outcomes:
        measure_labels(EventLine(item.start, item.label) for item in outcome.interventions)


def report_rates(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the levels among observations as daily rates over their days.

    Returns
    -------
    pandas.DataFrame
        Columns observation_id, start, end, rate (flow a day in base units).
    """
    levels = observations[observations["kind"] == "level"]
    days = (levels["end"] - levels["start"]).dt.days + 1
    rates = levels.assign(rate=levels["value"] / days)
    return rates[["observation_id", "start", "end", "rate"]].reset_index(drop=True)


def _panel(opened: OpenStudy, name: str) -> Panel:
    outcome, fit = opened.outcome(name), opened.fits[name]
    unknown = [effect.label for effect in fit.effects if effect.verdict == "not identified"]
    return Panel(
        label=outcome.label,
        unit=opened.unit(outcome.series),
        curves=steady(pd.concat([_expected(fit), _predicted(fit)])),
        reports=steady(report_rates(opened.used[outcome.name])),
        events=tuple(EventLine(item.start, item.label) for item in outcome.interventions),
        missing=", ".join(unknown),
    )


def expected_over_median(fit: IntervalFit) -> float:
    """Return by how much the expected flow exceeds the median flow of a fit on the log scale.

    The curves of a fit are medians; with noise of standard deviation sigma the expectation is
    exp(sigma^2 / 2) times as large, in every month and every curve alike.
    """
    return float(np.exp(fit.sigma**2 / 2)) if fit.sigma is not None else 1.0


def _expected(fit: IntervalFit) -> pd.DataFrame:
    """Return the expected flow, which sums of months are compared with."""
    curves = pd.concat([fit.curve(name) for name in CURVES], ignore_index=True)
    factor = expected_over_median(fit)
    scaled = {name: curves[name] * factor for name in ("rate", "lower", "upper")}
    return curves.assign(**scaled)


def _predicted(fit: IntervalFit) -> pd.DataFrame:
    """Return the predicted flow of the months that have a fitted one, as a further curve."""
    if fit.state is None:
        return no_curves()
    months = predicted_flow(fit.state, fit.level)
    shown = months["month"].isin(fit.curve("fitted")["month"])
    return months[shown].assign(curve="predicted")


def _long(name: str, panel: Panel) -> pd.DataFrame:
    """Return what a panel draws as rows: outcome, element, start, end, rate, lower, upper."""
    curves = panel.curves.rename(columns={"curve": "element", "first_day": "start"})
    lengths = pd.to_timedelta(curves["days"].astype("int64") - 1, unit="D")
    ends = curves["start"].astype("datetime64[us]") + lengths
    reports = panel.reports.rename(columns={"observation_id": "element"})
    rows = pd.concat([curves.assign(end=ends), reports], ignore_index=True)
    rows = rows.assign(outcome=name, unit=f"{panel.unit} a day")
    return rows[["outcome", "element", "start", "end", "rate", "lower", "upper", "unit"]]


def _effects(opened: OpenStudy, name: str) -> pd.DataFrame:
    """Return the effects that the alt text tells as rows, with the verdict in their element."""
    told = [effect for effect in opened.fits[name].effects if effect.shape != "trend"]
    rows = {
        "outcome": [name for _ in told],
        "element": [f"{EFFECT}{effect.label}: {effect.verdict}" for effect in told],
        "start": pd.to_datetime([effect.start for effect in told]),
        "end": pd.to_datetime([effect.start for effect in told]),
        "rate": pd.Series([effect.estimate for effect in told], dtype=float),
        "lower": pd.Series([effect.lower for effect in told], dtype=float),
        "upper": pd.Series([effect.upper for effect in told], dtype=float),
        "unit": [effect.unit for effect in told],
    }
    return steady(pd.DataFrame(rows))


def _alt(opened: OpenStudy) -> str:
    sentences = [
        f"{opened.outcome(name).label}: "
        + " ".join(effect.sentence for effect in fit.effects if effect.shape != "trend")
        for name, fit in opened.fits.items()
        if opened.outcome(name).figure
    ]
    return f"{opened.study.title}. " + " ".join(sentences)
