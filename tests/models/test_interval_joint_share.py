"""The common share: a likelihood in the share, without a jump where a parameter is at its bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from analysis.models.design import Design, build_design
from analysis.models.interval_estimation import Converged, Options, estimate
from analysis.models.interval_identification import Subspace, estimable_subspace
from analysis.models.interval_joint import fit_joint_series
from analysis.models.interval_joint_share import best_common, penalised_criterion
from analysis.models.interval_layout import Layout
from analysis.models.interval_noise import coordinates
from analysis.models.interval_penalty import WEAK_PENALTY, penalty_terms
from analysis.models.interval_rows import IntervalRows, interval_rows
from analysis.models.interval_stack import stack_designs, stack_rows
from tests.models.test_interval_joint import SPEC, two_gates


def started(tables: dict[str, pd.DataFrame], options: Options) -> tuple[Converged, Layout]:
    designs = {name: build_design(SPEC) for name in tables}
    calendar = designs["north"].calendar
    rows = {name: interval_rows(t, calendar, "log") for name, t in tables.items()}
    stacked, design = stack_rows(rows), stack_designs(designs).design
    series = np.repeat([0, 1], [len(item) for item in rows.values()])
    layout = Layout(series, np.ones(2), 0.0)
    return estimate(stacked, design, options, _subspace(stacked, design), layout), layout


def _subspace(rows: IntervalRows, design: Design) -> Subspace:
    return estimable_subspace((rows.days / rows.days.sum(axis=1)[:, None]) @ design.matrix)


def test_the_share_maximises_the_normal_likelihood() -> None:
    tables = two_gates(0.5, seed=8)
    fit, layout = started(tables, Options(rho=0.0, tau=0.0, criterion="ml"))
    found = best_common(fit, layout)
    response, regressors = fit.regression.response, fit.regression.regressors

    def log_density(share: float) -> float:
        mixing = np.kron([[1.0, share], [share, 1.0]], np.eye(len(response) // 2))
        inverse = np.linalg.inv(mixing)
        gram = regressors.T @ inverse @ regressors
        mean = regressors @ np.linalg.solve(gram, regressors.T @ inverse @ response)
        left = response - mean
        variance = left @ inverse @ left / len(left)
        return float(multivariate_normal(mean, variance * mixing).logpdf(response))

    shares = np.arange(0.0, 0.95, 0.005)
    best = shares[int(np.argmax([log_density(share) for share in shares]))]
    assert found == pytest.approx(best, abs=0.02)


def test_a_parameter_at_its_bound_keeps_its_penalty() -> None:
    fit, _ = started(two_gates(0.0), Options())
    noise = replace(fit.noise, interior=np.array([True, False, False]))
    whole = penalty_terms(WEAK_PENALTY, coordinates(noise.noise), np.ones(3, dtype=bool))
    expected = noise.solved.log_likelihood + whole.value
    assert penalised_criterion(fit, noise) == pytest.approx(expected)
    given, _ = started(two_gates(0.0), Options(rho=0.2, tau=0.0))
    assert penalised_criterion(given, given.noise) == pytest.approx(
        given.noise.solved.log_likelihood
    )


def test_contradictions_hardly_move_the_share() -> None:
    tables = two_gates(0.7, seed=2)
    wrong = {name: table.copy() for name, table in tables.items()}
    for name, rows in (("north", [5, 40]), ("south", [20, 66])):
        scaled = wrong[name].loc[rows, ["value", "lower", "upper"]] * 4.0
        wrong[name].loc[rows, ["value", "lower", "upper"]] = scaled
    options = Options(rho=0.3, errors="student_t")
    designs = dict.fromkeys(tables, SPEC)
    clean, spoilt = (fit_joint_series(t, designs, options) for t in (tables, wrong))
    assert spoilt.common == pytest.approx(clean.common, abs=0.15)
    assert "profile likelihood with normal errors" in spoilt.convention
    assert "weights held" in spoilt.convention
    assert "(given)" in fit_joint_series(tables, designs, options, common=0.5).convention
