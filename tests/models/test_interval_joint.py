"""Several series together: equal to one by one without anything in common, sharper with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_estimation import Options
from analysis.models.interval_joint import fit_joint_series
from analysis.models.interval_series import fit_interval_series
from tests.models.reports import CLOSURE, irregular_reports, monthly_reports

SPEC = DesignSpec("2016-01", "2022-12", "linear", "none", (CLOSURE,))


def two_gates(common: float, seed: int = 5) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    matrix = build_design(SPEC).matrix
    shared = rng.normal(size=len(matrix))
    truth = {"north": np.array([2.0, 0.05, -0.6]), "south": np.array([1.0, 0.0, -0.2])}
    tables = {}
    for name, beta in truth.items():
        own = rng.normal(size=len(matrix))
        noise = 0.2 * (np.sqrt(common) * shared + np.sqrt(1 - common) * own)
        tables[name] = monthly_reports(SPEC.start, SPEC.end, matrix @ beta + noise)
    return tables


def test_without_anything_in_common_each_series_stands_alone() -> None:
    tables = two_gates(0.0)
    options = Options(rho=0.3, tau=0.0)
    joint = fit_joint_series(tables, dict.fromkeys(tables, SPEC), options, common=0.0)
    for name, table in tables.items():
        alone = fit_interval_series(table, SPEC, rho=0.3, tau=0.0, errors="gaussian")
        for one, two in zip(joint.of(name).effects, alone.effects, strict=True):
            assert one.estimate == pytest.approx(two.estimate, rel=1e-6)
            assert one.standard_error_log == pytest.approx(two.standard_error_log, rel=0.02)
            assert one.reports_before == two.reports_before


def test_a_common_shock_is_found_and_sharpens_the_comparison() -> None:
    tables = two_gates(0.8)
    designs, options = dict.fromkeys(tables, SPEC), Options(rho=0.0, tau=0.0)
    joint = fit_joint_series(tables, designs, options)
    apart = fit_joint_series(tables, designs, options, common=0.0)
    assert joint.common == pytest.approx(0.8, abs=0.12)
    assert joint.log_likelihood > apart.log_likelihood + 5
    one, two = (f.difference("closure", "north", "south") for f in (joint, apart))
    assert one.upper - one.lower < 0.7 * (two.upper - two.lower)
    truth = 100 * np.expm1(-0.4)
    assert one.lower < truth < one.upper
    assert "north against south" in one.sentence


def test_irregular_series_are_estimated_with_their_curves() -> None:
    spec = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE,))
    tables = {
        name: irregular_reports(spec, np.array(beta), noise=0.2, seed=seed)
        for name, beta, seed in (("a", [2.5, 0.0, -0.5], 1), ("b", [1.5, 0.1, -0.5], 2))
    }
    joint = fit_joint_series(tables, dict.fromkeys(tables, spec), common=0.3)
    assert set(joint.of("a").monthly["curve"]) == {"fitted", "counterfactual", "without closure"}
    assert np.isfinite(joint.of("b").monthly[["rate", "lower", "upper"]].to_numpy()).all()


def test_an_effect_that_one_series_cannot_tell_has_no_difference() -> None:
    tables = two_gates(0.0)
    tables["south"] = tables["south"][tables["south"]["start"] > "2020-03-01"]
    joint = fit_joint_series(
        tables, dict.fromkeys(tables, SPEC), Options(rho=0.0, tau=0.0), common=0
    )
    assert joint.of("south").effects[0].verdict == "not identified"
    assert joint.of("north").effects[0].estimate is not None
    made = joint.difference("closure", "north", "south")
    assert made.estimate is None
    assert "not identified" in made.sentence


def test_joint_input_that_does_not_fit_stops() -> None:
    tables = two_gates(0.0)
    other = DesignSpec("2015-01", "2022-12", "linear", "none", (CLOSURE,))
    with pytest.raises(ModelError, match="different windows"):
        fit_joint_series(tables, {"north": SPEC, "south": other})
    with pytest.raises(ModelError, match="two series or more"):
        fit_joint_series({"north": tables["north"]}, {"north": SPEC})
    with pytest.raises(ModelError, match="common share"):
        fit_joint_series(tables, dict.fromkeys(tables, SPEC), common=2.0)
    joint = fit_joint_series(tables, dict.fromkeys(tables, SPEC), Options(rho=0.0), common=0.0)
    with pytest.raises(ModelError, match="no series"):
        joint.of("east")
