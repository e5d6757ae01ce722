"""Tables of simulated size for panels: few clusters, event studies, gravity, pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.inference_methods import (
    NO_FINDING,
    RULE,
    SAFE,
    TRUSTED,
    Simulations,
    measured,
    verdict,
)
from analysis.exhibits.table import Column, Table
from analysis.inference.cluster_simulation import METHODS, RANDOMISATION

DESIGNS: Final[Mapping[str, str]] = {
    "continuous": "continuous regressor",
    "half_treated": "half of the units treated",
    "two_treated": "two units treated",
}
COUNTRIES: Final = 6
"""Countries of the Lancang-Mekong group."""
EVENT_STUDIES: Final[Mapping[str, str]] = {
    "two_way_fixed_effects": "two-way fixed effects",
    "sun_abraham": "Sun–Abraham",
    "callaway_santanna": "Callaway–Sant'Anna",
    "imputation": "imputation",
    "two_stage": "two-stage",
    "stacked": "stacked",
    "local_projections": "local projections",
}
PPML: Final[Mapping[str, str]] = {
    "ppml": "three-way PPML",
    "ppml_corrected": "three-way PPML, bias corrected",
}
REGRESSORS: Final[Mapping[str, str]] = {
    "distance": "distance of the two units",
    "group_of_six": "both in a group of six",
}
TWO_ERRORS: Final = 1.96


def cluster_inference_table(tables: Simulations) -> Table:
    """Return size and power by method and number of clusters, and which may be trusted."""
    table = tables["cluster_inference"]
    counts = sorted(table["clusters"].unique())
    rows = [_cluster_row(table, count, method) for count in counts for method in _methods()]
    return Table(
        name="cluster_inference",
        title="Simulation: inference with few clusters, and which may be trusted",
        frame=pd.DataFrame(rows),
        columns=(
            Column("clusters", "Clusters", "count"),
            Column("method", "Method"),
            *(Column(f"size_{design}", f"{label}, %", "1") for design, label in DESIGNS.items()),
            Column("verdict", "Verdict"),
            Column("trusted", "May be trusted"),
            *(
                Column(f"power_{design}", f"Power, {label}, %", "1")
                for design, label in DESIGNS.items()
            ),
        ),
        note=f"{six_countries_sentence(tables)} {_cluster_note(table)} {NO_FINDING}",
    )


def six_countries_sentence(tables: Simulations) -> str:
    """Say which methods may be trusted with six clusters and which of them finds most."""
    table = tables["cluster_inference"]
    rows = [_cluster_row(table, COUNTRIES, method) for method in _methods()]
    held = [row for row in rows if row["trusted"] == "yes"]
    safe = held or [row for row in rows if row["trusted"] == SAFE]
    if not safe:
        return f"With {COUNTRIES} clusters every method rejects too often or cannot reject."
    best = max(safe, key=lambda row: float(str(row["mean_power"])))
    names = "; ".join(str(row["method"]) for row in safe)
    words = "hold their level" if held else "no method holds its level in every design; safe are"
    return (
        f"With {COUNTRIES} clusters {words}: {names}. Of these {best['method']} finds a true "
        f"effect most often ({best['mean_power']:.0f} % on average over the designs)."
    )


def _methods() -> list[str]:
    return [*METHODS, RANDOMISATION]


def _cluster_row(table: pd.DataFrame, clusters: int, method: str) -> dict[str, object]:
    mine = table[(table["clusters"] == clusters) & (table["method"] == method)]
    size = measured(mine, "rejection_rate").set_index("design")["rate"]
    power = measured(mine, "power").set_index("design")["rate"]
    least = mine[mine["measure"] == "smallest_p_value"]["value"]
    judged = verdict(size.tolist(), None if least.empty else float(least.max()))
    return {
        "clusters": clusters,
        "method": method,
        **{f"size_{design}": size.get(design, np.nan) for design in DESIGNS},
        "verdict": judged,
        "trusted": TRUSTED[judged],
        **{f"power_{design}": power.get(design, np.nan) for design in DESIGNS},
        "mean_power": power.mean(),
        "smallest_p_value": None if least.empty else float(least.max()),
    }


def _cluster_note(table: pd.DataFrame) -> str:
    return (
        f"Rejections of a true hypothesis at a nominal 5 % in {table['replications'].min():,} "
        "panels of 20 periods with two-way fixed effects; errors autocorrelated (0.6) within "
        "units of unequal variance; power against a coefficient of 1 standard deviation. "
        f"{RULE} Cannot reject: the smallest p-value that resampling can reach in some design is "
        "above 5 %. Wild cluster: Rademacher signs, all of them up to 12 clusters."
    )


def event_study_table(tables: Simulations) -> Table:
    """Return coverage and bias of the event-study estimators by units in a cohort."""
    table = tables["event_study_coverage"]
    sizes = sorted(table["units_per_cohort"].unique())
    rows = [_event_study_row(table, name, label) for name, label in EVENT_STUDIES.items()]
    return Table(
        name="event_study_coverage",
        title="Simulation: coverage of event-study estimators by size of the cohorts",
        frame=pd.DataFrame(rows),
        columns=(
            Column("label", "Estimator"),
            *(Column(f"coverage_{n}", f"Coverage, {n} units a cohort, %", "1") for n in sizes),
            Column("short", "Too short at"),
            *(Column(f"bias_{n}", f"Bias, {n} units", "3") for n in sizes),
            *(Column(f"spread_{n}", f"Spread, {n} units", "2") for n in sizes),
        ),
        note=(
            f"Nominal 95 % intervals at event time 0 in {table['replications'].min():,} panels of "
            "three treated cohorts and one that is never treated, 10 periods, growing effects, "
            "AR(1) noise with rho 0.5; bias and spread in standard deviations of the noise. Too "
            "short at: units a cohort where coverage lies below 95 % by more than 1.96 Monte "
            f"Carlo standard errors. {NO_FINDING}"
        ),
    )


def _event_study_row(table: pd.DataFrame, name: str, label: str) -> dict[str, object]:
    mine = table[table["estimator"] == name]
    coverage = measured(mine, "coverage").set_index("units_per_cohort")
    low = coverage["rate"] + TWO_ERRORS * coverage["error"] < 95.0
    row: dict[str, object] = {"estimator": name, "label": label}
    row |= {f"coverage_{n}": rate for n, rate in coverage["rate"].items()}
    row["short"] = ", ".join(str(n) for n in coverage.index[low])
    for measure in ("bias", "spread"):
        found = mine[mine["measure"] == measure].set_index("units_per_cohort")["value"]
        row |= {f"{measure}_{n}": value for n, value in found.items()}
    return row


def gravity_bias_table(tables: Simulations) -> Table:
    """Return bias and spread of three-way PPML, with and without its correction."""
    table = tables["gravity_bias"]
    keys = ["countries", "periods", "estimator"]
    wide = table.pivot_table(["value", "monte_carlo_error"], keys, "measure")
    frame = pd.DataFrame(
        {
            "bias": wide["value", "bias"],
            "bias_error": wide["monte_carlo_error", "bias"],
            "spread": wide["value", "spread"],
            "share": 100 * wide["value", "bias"].abs() / wide["value", "spread"],
        }
    ).reset_index()
    frame.insert(3, "label", frame["estimator"].map(PPML))
    return Table(
        name="gravity_bias",
        title="Simulation: bias of three-way PPML and of its correction",
        frame=frame,
        columns=(
            Column("countries", "Countries", "count"),
            Column("periods", "Periods", "count"),
            Column("label", "Estimator"),
            Column("bias", "Bias", "3"),
            Column("bias_error", "Monte Carlo error", "3"),
            Column("spread", "Spread", "3"),
            Column("share", "Bias in % of spread", "1"),
        ),
        note=(
            f"Mean of estimate less truth (0.5) and standard deviation over "
            f"{table['replications'].min():,} panels whose flows vary more where the regressor is "
            f"high; exporter-year, importer-year and pair effects. {NO_FINDING}"
        ),
    )


def dyads_size_table(tables: Simulations) -> Table:
    """Return how often the dyadic t test rejects, and how often its variance is refused."""
    rates = measured(tables["dyads_size"], "rejection_rate")
    failed = measured(tables["dyads_size"], "failure_rate")["rate"]
    frame = rates[["units", "regressor", "replications", "rate"]].assign(
        label=rates["regressor"].map(REGRESSORS),
        refused=failed,
        verdict=[verdict([rate]) for rate in rates["rate"]],
    )
    frame["trusted"] = frame["verdict"].map(TRUSTED)
    frame = frame.sort_values(["regressor", "units"], ignore_index=True)
    return Table(
        name="dyads_size",
        title="Simulation: rejections by the dyadic t test, by number of units",
        frame=frame,
        columns=(
            Column("label", "Regressor"),
            Column("units", "Units", "count"),
            Column("rate", "Rejected, %", "1"),
            Column("refused", "Variance refused, %", "1"),
            Column("verdict", "Verdict"),
            Column("trusted", "May be trusted"),
        ),
        note=(
            f"{rates['replications'].min():,} sets of pairs whose units have effects of their own; "
            "nominal 5 %. Refused: the estimated variance is not positive, so that no test is "
            "made; such a set counts as not rejected. For a mark on the pairs of a small group "
            f"use randomisation over groups instead. {RULE} {NO_FINDING}"
        ),
    )
