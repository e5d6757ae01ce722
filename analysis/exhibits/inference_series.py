"""Tables of simulated size for regular series: checks, t tests, breaks, several hypotheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from analysis.exhibits.inference_methods import (
    NO_FINDING,
    RULE,
    TRUSTED,
    Simulations,
    measured,
    verdict,
)
from analysis.exhibits.table import Column, Table
from analysis.inference.check_size import TESTS
from analysis.models.structural_breaks import BreakOptions

SHORT_MONTHS: Final = 72
T_TESTS: Final[Mapping[str, str]] = {
    "ols_newey_west": "least squares, Newey–West",
    "gls_ar1_reml": "GLS-AR(1), REML",
    "gls_ar1_known": "GLS-AR(1), rho known",
}
P_VALUES: Final[Mapping[str, str]] = {
    "asymptotic": "asymptotic",
    "newey_west asymptotic": "Newey–West, asymptotic",
    "simulated": "simulated, rho known",
    "estimated": "simulated, rho estimated",
    "criterion": "none: choice by criterion",
}
ADJUSTMENTS: Final[Mapping[str, str]] = {
    "none": "no adjustment",
    "bonferroni": "Bonferroni",
    "holm": "Holm",
    "benjamini_hochberg": "Benjamini–Hochberg",
    "romano_wolf": "Romano–Wolf",
}


def size_of_checks_table(tables: Simulations) -> Table:
    """Return how often each check of a series without an effect rejects, and the verdict."""
    rates = measured(tables["size_of_checks"], "rejection_rate")
    cells = ("AR(1), rho 0.5", "white noise")
    windows = sorted(set(zip(rates["months"], rates["before"], strict=True)))
    keys = [(noise, *window) for noise in reversed(cells) for window in windows]
    wide = rates.pivot_table("rate", "check", ["noise", "months", "before"], sort=False)
    found = wide.loc[list(TESTS)][keys]
    frame = pd.DataFrame(
        {
            "check": list(TESTS),
            "label": [check_label(name) for name in TESTS],
            "note": [note for _, note in TESTS.values()],
        }
    )
    frame[[f"rate_{n}" for n in range(len(keys))]] = found.to_numpy()
    frame["verdict"] = [verdict(list(row)) for row in found.to_numpy()]
    frame["trusted"] = frame["verdict"].map(TRUSTED)
    heads = [f"{noise}, {months} months, %" for noise, months, _ in keys]
    return Table(
        name="size_of_checks",
        title="Simulation: rejections by checks of an effect that is not there",
        frame=frame,
        columns=(
            Column("label", "Check"),
            *(Column(f"rate_{n}", head, "1") for n, head in enumerate(heads)),
            Column("verdict", "Verdict"),
            Column("trusted", "May be trusted"),
            Column("note", "Remark"),
        ),
        note=(
            f"{_replications(rates)} series a cell, 199 draws a test; level, trend and a step that "
            "has no effect (96 months: after 48; 120: after 80). Monte Carlo standard error at "
            f"5 %: 0.5 points. {RULE} {NO_FINDING}"
        ),
    )


def check_label(check: str) -> str:
    """Return the name of a check as it is printed."""
    return check.replace("_", " ").replace("newey west", "Newey–West")


def t_test_size_table(tables: Simulations) -> Table:
    """Return the size of t tests of a step by estimator, autocorrelation and length."""
    rates = measured(tables["power_surface"], "rejection_rate")
    rates["length"] = rates["months_before"] + rates["months_after"]
    short = rates["length"] <= SHORT_MONTHS
    rows = [
        _t_test_row(estimator, label, rates[(rates["estimator"] == estimator) & part], words)
        for estimator, label in T_TESTS.items()
        for part, words in ((short, f"up to {SHORT_MONTHS}"), (~short, f"over {SHORT_MONTHS}"))
    ]
    rhos = sorted(rates["rho"].unique())
    return Table(
        name="t_test_size",
        title="Simulation: rejections by t tests of a step that is not there",
        frame=pd.DataFrame(rows),
        columns=(
            Column("label", "Estimator"),
            Column("months", "Months"),
            *(Column(f"rho_{rho:g}", f"rho {rho:g}, %", "1") for rho in rhos),
            Column("verdict", "Verdict"),
            Column("trusted", "May be trusted"),
        ),
        note=(
            f"Means over windows and draws ({_replications(rates)} a cell) at a nominal 5 %; level "
            "and trend in the model, t with n - k degrees of freedom. Newey–West: Bartlett "
            "weights, bandwidth floor(4 (n / 100)^(2/9)), factor n / (n - k). "
            f"{RULE} {NO_FINDING}"
        ),
    )


def _t_test_row(estimator: str, label: str, rates: pd.DataFrame, months: str) -> dict[str, object]:
    means = rates.groupby("rho")["rate"].mean()
    judged = verdict(means.tolist())
    return {
        "estimator": estimator,
        "label": label,
        "months": months,
        **{f"rho_{rho:g}": value for rho, value in means.items()},
        "verdict": judged,
        "trusted": TRUSTED[judged],
    }


def break_size_table(tables: Simulations) -> Table:
    """Return how often tests find a break where there is none, with and without autocorrelation."""
    rates = break_rates(tables)
    groups = rates.groupby(["p_value", "test"], sort=False)
    rows = [_break_row(str(p_value), str(test), part) for (p_value, test), part in groups]
    return Table(
        name="break_size",
        title="Simulation: breaks found in series that have none",
        frame=pd.DataFrame(rows),
        columns=(
            Column("test", "Test"),
            Column("label", "p-value"),
            Column("replications", "Series a cell", "count"),
            Column("white_lowest", "White noise, lowest %", "1"),
            Column("white_highest", "Highest %", "1"),
            Column("ar1_lowest", "rho 0.5, lowest %", "1"),
            Column("ar1_highest", "rho 0.5, highest %", "1"),
            Column("verdict", "Verdict"),
            Column("trusted", "May be trusted"),
        ),
        note=(
            "Lowest and highest over 60 and 120 values and, except where rho is estimated, over "
            "models of a level and of a level and trend, all of whose coefficients may change. "
            f"Trimming {100 * BreakOptions().trimming:.0f} %. {RULE} A criterion has no nominal "
            f"level. {NO_FINDING}"
        ),
    )


def break_rates(tables: Simulations) -> pd.DataFrame:
    """Return the rejection rates of all break tests, those with an estimated rho included."""
    known = measured(tables["break_size"], "rejection_rate")
    estimated = measured(tables["break_size_estimated_rho"], "rejection_rate")
    estimated = estimated.assign(design="level and trend", test="sup-F", p_value="estimated")
    rates = pd.concat([known, estimated], ignore_index=True)
    place = rates["p_value"].map({name: n for n, name in enumerate(P_VALUES)})
    return rates.assign(place=place).sort_values(
        ["place", "test", "rho", "design", "values"], ignore_index=True
    )


def _break_row(p_value: str, test: str, rates: pd.DataFrame) -> dict[str, object]:
    white, ar1 = (rates[rates["rho"] == rho]["rate"] for rho in (0.0, 0.5))
    judged = "" if p_value == "criterion" else verdict(rates["rate"].tolist())
    return {
        "test": test,
        "p_value": p_value,
        "label": P_VALUES[p_value],
        "replications": int(rates["replications"].min()),
        "white_lowest": white.min(),
        "white_highest": white.max(),
        "ar1_lowest": ar1.min(),
        "ar1_highest": ar1.max(),
        "verdict": judged,
        "trusted": TRUSTED[judged] if judged else "",
    }


def multiplicity_table(tables: Simulations) -> Table:
    """Return error rates and power of the adjustments for several hypotheses."""
    table = tables["multiplicity_error_rates"]
    wide = table.pivot_table("value", "method", "measure").loc[list(ADJUSTMENTS)]
    frame = (100 * wide).reset_index()
    frame.insert(1, "label", frame["method"].map(ADJUSTMENTS))
    return Table(
        name="multiplicity",
        title="Simulation: errors among eight related hypotheses, half of them true",
        frame=frame,
        columns=(
            Column("label", "Adjustment"),
            Column("family_wise_error", "Any false rejection, %", "1"),
            Column("false_discovery_rate", "False among rejected, %", "1"),
            Column("power", "Effects found, %", "1"),
        ),
        note=(
            f"{_replications(table)} families of eight outcomes with correlation 0.6 and 40 values "
            "each; effects of 0.6 standard deviations; nominal 5 %. Bonferroni, Holm and "
            "Romano–Wolf promise at most 5 % in the first column, Benjamini–Hochberg in the "
            f"second. {NO_FINDING}"
        ),
    )


def _replications(table: pd.DataFrame) -> str:
    return " to ".join(f"{count:,}" for count in sorted(table["replications"].unique()))
