"""Placebo ranks, the supremum of F and specification curves read off a batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.inference.batch import fit_batch
from analysis.inference.batch_curve import fit_specifications
from analysis.inference.batch_design import batch_design, candidate_dates
from analysis.inference.batch_placebo import placebo_ranks, supremum_f
from analysis.inference.batch_results import BatchOptions
from analysis.models.design import DesignSpec

SPEC = DesignSpec("2014-01", "2023-12", "linear", "none")
DATES = candidate_dates(SPEC)[::6]
DESIGN = batch_design(SPEC, DATES)
EVENT = DESIGN.dates[6]
NAMES = ("with", "without")


def values() -> np.ndarray:
    noise = np.random.default_rng(5).normal(size=(2, 120))
    noise[0] += 4 * DESIGN.columns[:, 6, 0]
    return noise


def test_a_true_effect_ranks_first_and_holds_the_supremum():
    fit = fit_batch(values(), DESIGN, names=NAMES)
    ranks = placebo_ranks(fit, EVENT)
    assert ranks.table["rank"].iloc[0] == 1
    assert ranks.table["p_value"].iloc[0] == pytest.approx(1 / len(DATES))
    assert "in 1 of 2 series" in ranks.sentence
    assert supremum_f(fit).table["date"].iloc[0] == EVENT


def test_ranks_count_the_placebos_that_are_as_large():
    fit = fit_batch(values(), DESIGN, names=NAMES)
    chosen = [name for name in DESIGN.dates if name < EVENT]
    for statistic, size in (
        ("t", np.abs(fit.t_statistics[..., 0])),
        ("estimate", np.abs(fit.estimates[..., 0])),
        ("f", fit.f_statistics),
    ):
        table = placebo_ranks(fit, EVENT, chosen, statistic=statistic).table
        assert (table["placebos"] == 6).all()
        for series in range(2):
            larger = sum(size[series, place] >= size[series, 6] for place in range(6))
            assert table["rank"].iloc[series] == 1 + larger


def test_f_of_one_term_is_the_square_of_t():
    fit = fit_batch(values(), DESIGN)
    np.testing.assert_allclose(fit.f_statistics, fit.t_statistics[..., 0] ** 2, rtol=1e-12)
    found = supremum_f(fit).table
    np.testing.assert_array_equal(found["sup_f"], fit.f_statistics.max(axis=1))
    np.testing.assert_allclose(found["mean_f"], fit.f_statistics.mean(axis=1))


def test_placebo_p_values_are_uniform_on_exchangeable_dates():
    """Pulses of one month in white noise about a known mean are exchangeable."""
    from analysis.inference.batch_design import BatchDesign

    names = tuple(map(str, range(39)))
    columns = np.eye(39)[:, :, None]
    design = BatchDesign(names, np.ones((39, 1)), names, columns, ("pulse",))
    noise = np.random.default_rng(8).normal(size=(4000, 39))
    fit = fit_batch(noise, design, BatchOptions("model"))
    p = placebo_ranks(fit, "20", statistic="estimate").table["p_value"].to_numpy()
    for nominal in (0.05, 0.2, 0.5):
        within = 4 * np.sqrt(nominal * (1 - nominal) / 4000)  # four Monte Carlo standard errors
        assert (p <= nominal + 1e-9).mean() == pytest.approx(
            np.floor(nominal * 39) / 39, abs=within
        )


def test_unknown_dates_terms_and_statistics_are_refused():
    fit = fit_batch(values(), DESIGN)
    with pytest.raises(ModelError, match="not among the candidates"):
        placebo_ranks(fit, "1999-01-01")
    with pytest.raises(ModelError, match="no term 'slope'"):
        placebo_ranks(fit, EVENT, term="slope")
    with pytest.raises(ModelError, match="unknown placebo statistic"):
        placebo_ranks(fit, EVENT, statistic="tt")
    with pytest.raises(ModelError, match="no placebo date is left"):
        placebo_ranks(fit, EVENT, [EVENT])


def test_a_specification_curve_is_the_batch_under_each_specification():
    designs = {
        season: batch_design(replace(SPEC, seasonality=season), DATES)
        for season in ("none", "fourier_1", "months")
    }
    options = {"hac_3": BatchOptions(bandwidth=3), "iid": BatchOptions("model")}
    found = fit_specifications(values(), designs, options, NAMES)
    assert len(found.table) == 6 * 2 * len(DATES)
    alone = fit_batch(values(), designs["months"], options["iid"], NAMES)
    part = found.table.query("design == 'months' and options == 'iid'")
    np.testing.assert_array_equal(part["estimate"], alone.table()["estimate"])
    summary = found.summary().query("series == 'with'").set_index("date").loc[EVENT]
    own = found.table.query("series == 'with' and date == @EVENT")
    assert summary["specifications"] == 6
    assert summary["median"] == pytest.approx(own["estimate"].median())
    assert summary["significant"] == 1.0
    assert (summary["lowest"], summary["highest"]) == (own["estimate"].min(), own["estimate"].max())


def test_a_failing_specification_is_named():
    with pytest.raises(ModelError, match="specification 'plain', 'wide'"):
        fit_specifications(values(), {"plain": DESIGN}, {"wide": BatchOptions(bandwidth=200)})
    other = batch_design(SPEC, DATES[:3])
    with pytest.raises(ModelError, match="differ in their dates"):
        fit_specifications(values(), {"a": DESIGN, "b": other}, {"x": BatchOptions()})
    with pytest.raises(ModelError, match="one design"):
        fit_specifications(values(), {}, {})
