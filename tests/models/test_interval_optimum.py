"""Contradicting reports give the noise two optima; the fit must find the higher one."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.exhibits.study_results import open_study
from analysis.models.design import design_of
from analysis.models.interval_noise import coordinates
from analysis.models.interval_penalty import WEAK_PENALTY, penalty_terms
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_series import fit_interval_series

TAUS = (1e-4, 0.002, 0.01, 0.03, 0.05, 0.08, 0.12, 0.3)
SLACK = 0.1  # log likelihood; the fit stops within a thousandth of a standard deviation
ALL_FREE = np.ones(3, dtype=bool)


def criterion(fit: IntervalFit) -> float:
    assert fit.state is not None
    assert fit.log_likelihood is not None
    point = coordinates(fit.state.noise)
    return fit.log_likelihood + penalty_terms(WEAK_PENALTY, point, ALL_FREE).value


@pytest.mark.parametrize(
    ("study", "outcome"),
    [("ruili_muse", "muse_total"), ("ruili_muse", "muse_imports"), ("mohan_boten", "port_persons")],
)
def test_no_given_disagreement_beats_the_estimated_one(study, outcome):
    opened = open_study(study)
    reports = opened.used[outcome]
    spec = design_of(opened.outcome(outcome))
    found = criterion(fit_interval_series(reports, spec, errors="gaussian"))
    rivals = [
        criterion(fit_interval_series(reports, spec, errors="gaussian", tau=tau, rho="reml"))
        for tau in TAUS
    ]
    assert found >= max(rivals) - SLACK, dict(zip(TAUS, rivals, strict=True))


def test_contradicting_reports_are_disagreement_and_not_violent_months():
    """Two cumulative figures three weeks apart differ by more than the gate can have carried."""
    opened = open_study("ruili_muse")
    fit = opened.fits["muse_total"]
    assert fit.tau is not None
    assert fit.tau > 0.02
    july = fit.curve("fitted").set_index("month").loc["2021-07", "rate"]
    assert july < 20
