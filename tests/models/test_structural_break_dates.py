"""Bai-Perron dates against published values and enumeration, and the date-agnostic check."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.datasets import nile

from analysis.errors import ModelError
from analysis.models.break_agnostic import agnostic_check, unbiased_rho
from analysis.models.break_dates import bai_perron
from analysis.models.break_intervals import Side, beyond, place_quantile
from analysis.models.break_partition import Layout, partition, partitions
from analysis.models.break_statistics import normal_noise
from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from analysis.models.its_regression_data import regression_data
from analysis.models.regular_series import regular_series
from analysis.models.structural_breaks import BreakOptions
from analysis.study import Intervention

PRINTED = 0.5  # strucchange prints whole numbers
SAME = 1e-9
COVERAGE = 0.085  # three standard errors of 95 % over 60 series
MONTHS = [str(month) for month in np.arange("2014-01", "2024-01", dtype="datetime64[M]")]


def nile_data() -> Any:
    table = nile.load_pandas().data
    years = [str(int(year)) for year in table.year]
    return regression_data(table.volume, np.ones(len(table)), names=["level"], labels=years)


def test_nile_is_that_of_strucchange() -> None:
    """summary(breakpoints(Nile ~ 1)) and confint(): 1898, 95 % interval 1895 to 1902."""
    found = bai_perron(nile_data())
    assert found.criteria.rss.to_numpy() == pytest.approx(
        [2835157, 1597457, 1552924, 1538097, 1507888, 1659994], abs=PRINTED
    )
    assert found.bic == pytest.approx([1318, 1270, 1276, 1285, 1292, 1311], abs=PRINTED)
    assert found.partitions[5].before == (15, 30, 45, 68, 83)
    assert found.table.drop(columns="before").to_numpy().tolist() == [
        ["1898", "1899", "1895", "1902"]
    ]
    assert found.coefficients[:, 0] == pytest.approx([1097.75, 849.972222], abs=1e-6)
    assert bai_perron(nile_data(), criterion="lwz").breaks == found.breaks


def made(n: int, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    rows = np.column_stack([np.ones(n), rng.standard_normal(n)])
    response = rng.standard_normal(n) + 2.0 * (np.arange(n) > n / 3) * rows[:, 1]
    return regression_data(response, rows, names=["level", "x"])


def enumerated(layout: Layout, m: int) -> Any:
    n, h = layout.data.n, layout.shortest
    possible = [
        cut
        for cut in combinations(range(h, n - h + 1), m)
        if all(b - a >= h for a, b in pairwise(cut))
    ]
    return min((partition(layout, cut) for cut in possible), key=lambda item: item.rss)


@pytest.mark.parametrize("changing", [("level", "x"), ("x",), ("level",)])
@pytest.mark.parametrize("seed", [1, 2])
def test_dynamic_programme_is_enumeration(changing: tuple[str, ...], seed: int) -> None:
    layout = Layout(made(24, seed), changing, 4)
    for m, item in enumerate(partitions(layout, 3)):
        expected = enumerated(layout, m)
        assert item.before == expected.before
        assert item.rss == pytest.approx(expected.rss, rel=SAME)


def test_large_levels_do_not_spoil_the_sums() -> None:
    data = made(60, 3)
    shifted = regression_data(data.response + 1e7, data.rows, names=data.names)
    first, second = bai_perron(data), bai_perron(shifted)
    assert first.partitions[1].before == second.partitions[1].before
    assert second.partitions[2].rss == pytest.approx(first.partitions[2].rss, rel=1e-6)


def test_law_of_the_place_is_that_of_yao() -> None:
    """Yao (1987) for equal sides; 11.03 and 7.69 are the quantiles in Bai (1997)."""
    side = Side(1.0, 0.5)
    for x in (0.5, 5.0, 20.0):
        root = np.sqrt(x)
        tail = (
            -np.sqrt(x / (2 * np.pi)) * np.exp(-x / 8)
            + (x + 5) / 2 * norm.cdf(-root / 2)
            - 1.5 * np.exp(x) * norm.cdf(-1.5 * root)
        )
        assert beyond(x, side, side) == pytest.approx(tail, rel=1e-7)
    assert place_quantile(0.975, side, side) == pytest.approx(11.03, abs=0.01)
    assert place_quantile(0.95, side, side) == pytest.approx(7.69, abs=0.01)


def test_unequal_sides_share_one() -> None:
    left, right = Side(1.0, 0.5), Side(1.7, 0.9)
    assert beyond(0, left, right) + beyond(0, right, left) == pytest.approx(1, rel=1e-6)
    for p in (0.1, 0.4, 0.9):
        place = place_quantile(p, left, right)
        below = beyond(-place, left, right) if place < 0 else 1 - beyond(place, right, left)
        assert below == pytest.approx(p, abs=1e-6)


def test_intervals_cover_the_date() -> None:
    rng = np.random.default_rng(20)
    hits = 0
    for _ in range(60):
        response = rng.standard_normal(100) + 1.2 * (np.arange(100) >= 40)
        item = bai_perron(regression_data(response, np.ones(100)), most=1).breaks
        hits += bool(item) and int(item[0].lower) <= 40 <= int(item[0].upper)
    assert hits / 60 >= 0.95 - COVERAGE


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"trimming": 0.7}, "shortest segment"),
        ({"shortest": 2}, "shortest segment"),
        ({"most": 9}, "do not fit"),
        ({"criterion": "aic"}, "unknown criterion"),
        ({"level": 1.0}, "level"),
    ],
)
def test_options_out_of_range(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError, match=problem):
        bai_perron(made(60, 1), **options)


def test_a_segment_that_cannot_tell_columns_apart() -> None:
    rows = np.column_stack([np.ones(60), np.arange(60) >= 30]).astype(float)
    data = regression_data(np.random.default_rng(0).standard_normal(60), rows)
    with pytest.raises(ModelError, match="apart"):
        bai_perron(data)


def test_warning_under_autocorrelation() -> None:
    data = regression_data(np.arange(120.0) % 7, np.ones(120))
    noise = normal_noise(data, 0.7, 1, 2)[:, 0]
    stepped = noise + 3.0 * (np.arange(120) >= 60)
    found = bai_perron(regression_data(stepped, np.ones(120)), most=1)
    assert found.autocorrelation > 0.2
    assert found.breaks
    assert "autocorrelated" in found.sentence


def test_unbiased_rho_finds_the_autocorrelation() -> None:
    data = regression_data(
        np.random.default_rng(0).standard_normal(48),
        np.column_stack([np.ones(48), np.arange(48.0), np.arange(48) >= 24]),
    )
    found = []
    for noise in normal_noise(data, 0.6, 20, 5).T:
        found.append(unbiased_rho(regression_data(noise, data.rows)))
    assert np.median(found) == pytest.approx(0.6, abs=0.12)


def made_fit(step: float, start: str, estimator: str = "ols", gap: bool = False) -> Any:
    rng = np.random.default_rng(9)
    noise = 0.1 * rng.standard_normal(len(MONTHS))
    after = np.array(MONTHS) >= "2019-06"
    frame = pd.DataFrame({"month": MONTHS, "value": np.exp(5 + noise + step * after)})
    frame = frame.drop(index=[30, 31]) if gap else frame
    series = regular_series(frame, name="y", label="Y", unit="u")
    item = Intervention("gate", "Gate closed", "step", pd.Timestamp(start).date())
    spec = DesignSpec(MONTHS[0], MONTHS[-1], interventions=(item,))
    return fit_its(series, spec, ItsOptions(estimator=estimator))


FEW = BreakOptions(replications=199)


@pytest.mark.parametrize("estimator", ["ols", "gls_ar1_reml"])
@pytest.mark.parametrize("gap", [False, True])
def test_agnostic_check_finds_the_dated_step(estimator: str, gap: bool) -> None:
    found = agnostic_check(made_fit(0.5, "2019-06-01", estimator, gap), FEW)
    assert found.tests.first_after == "2019-06"
    assert found.distances[0].months == 0
    assert "agrees with that date" in found.sentence
    assert found.table.loc[0, "first_after_break"] == "2019-06"
    assert [item.name for item in found.cusums] == ["OLS-CUSUM", "recursive CUSUM"]


def test_agnostic_check_contradicts_a_wrong_date() -> None:
    found = agnostic_check(made_fit(0.5, "2017-01-01"), FEW)
    assert found.distances[0].months == 29
    assert "does not agree with that date" in found.sentence


def test_agnostic_check_without_a_break_says_so() -> None:
    found = agnostic_check(made_fit(0.0, "2019-06-01"), FEW)
    assert not found.tests.rejects
    assert "little weight" in found.sentence
