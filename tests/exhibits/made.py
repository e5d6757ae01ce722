"""A small made study: its reports are written down here, so every answer is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from analysis.exhibits.steady import SIGNIFICANT
from analysis.exhibits.study_results import OpenStudy
from analysis.study import Intervention, Outcome, Study

STEADY = 0.5 * 10.0 ** (1 - SIGNIFICANT)  # relative: what rounding to steady digits may change
PORT = "here/port/trade_value/office/cny"
SISTER = "there/port/vehicles/office/vehicles"
RATE = "exchange_rate/HER"
EARLY = Intervention("early", "Before every report", "step", date(2017, 3, 1))
CLOSURE = Intervention("closure", "Closure", "step", date(2020, 7, 1))
GAP = ("2019-01-01", "2019-12-31")  # no report of the made outcome speaks about these days


def observation(
    name: str, start: str, end: str, value: float, *, kind: str = "level", series: str = PORT
) -> dict[str, object]:
    """Return one observation; its report has the same name."""
    return {
        "observation_id": f"{name}:{kind}",
        "report_id": name,
        "series": series,
        "kind": kind,
        "start": pd.Timestamp(start),
        "end": pd.Timestamp(end),
        "value": value,
        "lower": value,
        "upper": value,
        "confidence": "high",
    }


def monthly_reports() -> pd.DataFrame:
    """Return totals of each month of 2018 and 2020: about 10 a day, half after the closure."""
    months = [
        *pd.period_range("2018-01", "2018-12", freq="M"),
        *pd.period_range("2020-01", "2020-12", freq="M"),
    ]
    unrest = np.random.default_rng(20200701).normal(scale=0.05, size=len(months))
    rows = []
    for place, (month, noise) in enumerate(zip(months, unrest, strict=True)):
        flow = (5.0 if month.start_time >= pd.Timestamp(CLOSURE.start) else 10.0) * np.exp(noise)
        first, last = str(month.start_time.date()), str(month.end_time.date())
        rows.append(observation(f"M{place:02d}", first, last, flow * month.days_in_month))
    return pd.DataFrame(rows)


def series_register() -> pd.DataFrame:
    """Return the register of the two made series."""
    return pd.DataFrame(
        {
            "series": [PORT, SISTER],
            "place": ["Here", "There"],
            "label": ["Here: trade value (office)", "There: vehicles (office)"],
            "unit": ["million CNY", "vehicle-trips"],
        }
    )


def monthly_context(start: str, end: str, first_value: float = 1.0) -> pd.DataFrame:
    """Return a context series that grows by one each month, as the processed table holds it."""
    months = pd.date_range(start, end, freq="MS")
    values = first_value + np.arange(len(months), dtype=float)
    return pd.DataFrame({"series": RATE, "month": months, "value": values, "unit": "per USD"})


def outcome(name: str = "trade", *interventions: Intervention, **parts: object) -> Outcome:
    """Return an outcome on the made reports."""
    made = Outcome(
        name=name,
        label=f"Trade of {name}",
        series=PORT,
        start="2018-01",
        end="2020-12",
        trend="none",
        seasonality="none",
        rho=0.3,
        confidence=("high",),
        interventions=interventions,
        exclude=(),
        figure=True,
    )
    return replace(made, **parts)


def made_study(*outcomes: Outcome, **parts: object) -> OpenStudy:
    """Return an open study with the given outcomes; `parts` replace its tables."""
    study = Study(
        name="made",
        title="A made study",
        question="What happened?",
        places=("Here",),
        level=0.95,
        seeds={"bootstrap": 1},
        outcomes=outcomes or (outcome("trade", CLOSURE),),
        comparison=(SISTER,),
        context=(RATE,),
        events=(),
    )
    tables = {
        "reports": pd.DataFrame({"report_id": [], "series": []}),
        "observations": monthly_reports(),
        "contradictions": pd.DataFrame(),
        "agreement": pd.DataFrame(),
        "series": series_register(),
        "context": monthly_context("2019-07-01", "2021-06-01"),
        "events": {},
    }
    return OpenStudy(**({"study": study} | tables | parts))
