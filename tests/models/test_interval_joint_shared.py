"""Shared interventions: one coefficient in several series, judged on the reports of them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_covariance import autocorrelation
from analysis.models.interval_estimation import Options
from analysis.models.interval_joint import SharedEffect, fit_joint_series
from analysis.models.interval_joint_results import JointFit
from analysis.models.interval_series import fit_interval_series
from analysis.study import Intervention
from tests.models.reports import CLOSURE, irregular_reports, monthly_reports

OPENING = Intervention("opening", "Opening", "step", date(2021, 6, 1))
NORTH = DesignSpec("2016-01", "2022-12", "linear", "none", (CLOSURE,))
SOUTH = DesignSpec("2016-01", "2022-12", "none", "none", (OPENING, CLOSURE))
SPECS = {"north": NORTH, "south": SOUTH}
TRUTH = {"north": np.array([2.0, 0.05, -0.5]), "south": np.array([1.0, 0.3, -0.5])}
KNOWN = Options(rho=0.4, tau=0.0)


def made(seed: int = 3, size: float = 0.2) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    tables = {}
    for name, spec in SPECS.items():
        matrix = build_design(spec).matrix
        noise = size * (1 + (name == "south")) * rng.normal(size=len(matrix))
        tables[name] = monthly_reports(spec.start, spec.end, matrix @ TRUTH[name] + noise)
    return tables


def shared_effect(fit: JointFit, series: str) -> SharedEffect:
    effect = next(e for e in fit.of(series).effects if e.name == "closure")
    assert isinstance(effect, SharedEffect)
    return effect


def test_a_shared_effect_is_the_summed_column_of_generalised_least_squares() -> None:
    tables, common = made(), 0.3
    fit = fit_joint_series(tables, SPECS, KNOWN, common=common, shared=("closure",))
    north, south = (build_design(spec).matrix for spec in SPECS.values())
    gap = np.zeros((len(north), 2))
    columns = np.vstack(
        [np.hstack([north[:, :2], gap, north[:, 2:]]), np.hstack([gap, south[:, :2], south[:, 2:]])]
    )
    days = np.array(
        [month.days_in_month for month in pd.period_range("2016-01", "2022-12", freq="M")]
    )
    seen = np.concatenate([np.log(tables[name]["value"] / days) for name in tables])
    scale = np.array([fit.of(name).sigma for name in tables])
    mixing = np.outer(scale, scale) * np.where(np.eye(2), 1.0, common)
    inverse = np.linalg.inv(np.kron(mixing, autocorrelation(len(days), 0.4)))
    spread = np.linalg.inv(columns.T @ inverse @ columns)
    exact = spread @ columns.T @ inverse @ seen
    left = seen - columns @ exact
    variance = left @ inverse @ left / (len(seen) - 5)
    own = {name: fit.of(name).state.coefficients for name in tables}
    assert own["north"] == pytest.approx(exact[[0, 1, 4]], rel=1e-8)
    assert own["south"] == pytest.approx(exact[[2, 3, 4]], rel=1e-8)
    assert variance == pytest.approx(1.0, rel=1e-8)
    error = fit.of("north").effects[0].standard_error_log
    assert error == pytest.approx(float(np.sqrt(spread[4, 4])), rel=1e-8)


def test_a_series_beside_its_copy_gives_the_estimate_of_one() -> None:
    table = made()["north"]
    tables = {"one": table, "two": table}
    specs = dict.fromkeys(tables, NORTH)
    fit = fit_joint_series(tables, specs, KNOWN, common=0.0, shared=("closure",))
    alone = fit_interval_series(table, NORTH, rho=0.4, tau=0.0, errors="gaussian")
    for name in tables:
        effect = shared_effect(fit, name)
        assert effect.estimate == pytest.approx(alone.effects[0].estimate, rel=1e-8)
    n, (one, both) = len(table), (alone.effects[0], shared_effect(fit, "one"))
    halved = one.standard_error_log * np.sqrt((n - 3) / (2 * n - 5))
    assert both.standard_error_log == pytest.approx(halved, rel=1e-6)
    assert both.df == pytest.approx(2 * n - 5)


def test_series_report_one_effect_marked_as_shared() -> None:
    fit = fit_joint_series(made(), SPECS, KNOWN, common=0.3, shared=("closure",))
    north, south = (shared_effect(fit, name) for name in SPECS)
    assert north == south
    assert north.shared_by == ("north", "south")
    assert north.sentence.endswith("one coefficient for north and south.")
    assert north.reports_before == 2 * 49
    assert north.reports_after == 2 * 35
    opening = fit.of("south").effects[0]
    assert opening.name == "opening"
    assert not isinstance(opening, SharedEffect)
    assert opening.reports_after == 19
    assert len(fit.whole.coefficients) == 5
    assert np.isfinite(fit.of("south").monthly[["rate", "lower", "upper"]].to_numpy()).all()


def test_another_series_determines_what_one_cannot() -> None:
    tables = made()
    tables["south"] = tables["south"][tables["south"]["start"] > "2020-03-01"]
    apart = fit_joint_series(tables, SPECS, KNOWN, common=0.0)
    fit = fit_joint_series(tables, SPECS, KNOWN, common=0.0, shared=("closure",))
    assert apart.of("south").effects[1].estimate is None
    assert shared_effect(fit, "south").verdict == "identified"
    assert fit.of("south").found[0].verdict == "identified"
    curve = fit.of("south").monthly
    assert (curve["curve"] == "without closure").any()
    assert curve["month"].min() == "2020-04"


def test_a_shared_effect_that_no_series_determines_has_no_number() -> None:
    tables = {name: table[table["start"] > "2020-03-01"] for name, table in made().items()}
    fit = fit_joint_series(tables, SPECS, KNOWN, common=0.0, shared=("closure",))
    for name in SPECS:
        effect = shared_effect(fit, name)
        assert effect.estimate is None
        assert effect.reason == "no report covers any day before 2020-02-01"
        assert fit.of(name).found[0].verdict == "not identified"


def test_an_effect_shared_by_some_series_leaves_the_others_alone() -> None:
    east = DesignSpec("2016-01", "2022-12", "linear", "none", (OPENING,))
    tables = made() | {"east": irregular_reports(east, np.array([1.5, 0.0, 0.2]), half=0.0)}
    fit = fit_joint_series(tables, SPECS | {"east": east}, KNOWN, common=0.2, shared=("closure",))
    assert [effect.name for effect in fit.of("east").effects] == ["opening", "trend"]
    assert fit.difference("opening", "south", "east").estimate is not None
    assert shared_effect(fit, "north").reports_before == 2 * 49


def test_what_cannot_be_shared_or_compared_stops() -> None:
    tables = made()
    with pytest.raises(ModelError, match="in 1 of the series") as fault:
        fit_joint_series(tables, SPECS, KNOWN, common=0.0, shared=("opening",))
    assert fault.value.allowed == "closure"
    with pytest.raises(ModelError, match="in none of the series"):
        fit_joint_series(tables, SPECS, KNOWN, common=0.0, shared=("trend",))
    later = replace(CLOSURE, start=date(2020, 3, 1))
    specs = SPECS | {"south": replace(SOUTH, interventions=(later,))}
    with pytest.raises(ModelError, match="differ between series"):
        fit_joint_series(tables, specs, KNOWN, common=0.0, shared=("closure",))
    fit = fit_joint_series(tables, SPECS, KNOWN, common=0.0, shared=("closure",))
    with pytest.raises(ModelError, match="zero by assumption"):
        fit.difference("closure", "north", "south")
