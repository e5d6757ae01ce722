"""The specification curve fits every model of the grid, and counts agreement as it says."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest
from exhibits.made import CLOSURE, EARLY, monthly_reports

from analysis.errors import ModelError
from analysis.inference.interval_specifications import (
    CHOICES,
    Specification,
    specification_curve,
    specification_grid,
    summarise,
)
from analysis.models.design import DesignSpec
from analysis.models.interval_series import fit_interval_series

MAIN = Specification("all", "none", "none", "student_t", "reml")
DESIGN = DesignSpec("2018-01", "2020-12", interventions=(EARLY, CLOSURE))


@pytest.fixture(scope="module")
def curve():
    sets = {"all": monthly_reports(), "few": monthly_reports().iloc[::3].reset_index(drop=True)}
    return specification_curve(sets, DESIGN, specification_grid(MAIN, tuple(sets)))


def test_the_grid_holds_every_combination_once_and_the_main_one_first():
    grid = specification_grid(MAIN, ("all", "few"))
    assert grid[0] == MAIN
    assert len(grid) == len(set(grid)) == 2 * 2 * 2 * 2 * 2


def test_a_main_specification_outside_the_grid_is_added():
    other = replace(MAIN, rho=0.3)
    assert len(specification_grid(other, ("all",))) == 1 + 16


def test_every_row_is_the_fit_of_its_choices(curve):
    rows = curve.table[(curve.table["reports"] == "all") & (curve.table["name"] == "closure")]
    for row in rows.to_dict("records"):
        design = replace(DESIGN, trend=row["trend"], seasonality=row["seasonality"])
        rho = row["rho"] if row["rho"] == "reml" else float(row["rho"])
        fit = fit_interval_series(monthly_reports(), design, rho=rho, errors=row["errors"])
        effect = fit.effect("closure")
        assert row["estimate"] == pytest.approx(effect.estimate, rel=1e-9)
        assert (row["lower"], row["upper"]) == pytest.approx((effect.lower, effect.upper), rel=1e-9)


def test_every_specification_is_there_or_said_to_have_failed(curve):
    fitted = curve.table[list(CHOICES)].drop_duplicates()
    assert len(fitted) + len(curve.failed) == 32


def test_an_effect_that_no_specification_identifies_has_no_number(curve):
    row = curve.summary.set_index("name").loc["early"]
    assert row["identified"] == 0
    assert row[["main", "median", "share_same_sign", "share_agreeing"]].isna().all()


def test_a_strong_effect_keeps_sign_and_size(curve):
    row = curve.summary.set_index("name").loc["closure"]
    assert row["identified"] > 0
    assert -70 < row["lowest"] <= row["median"] <= row["highest"] < -30
    assert row["share_same_sign"] == 1.0


def rows_of(*effects: tuple[float | None, float | None, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(effects, columns=["estimate", "lower", "upper"], dtype=float)
    return frame.assign(
        name="x", label="X", specification=range(len(frame)), is_main=[True, *[False] * 3]
    )


def test_agreement_counts_sign_significance_and_identification():
    found = summarise(rows_of((-10, -20, -1), (-5, -9, -2), (-5, -11, 1), (None, None, None)))
    [row] = found.to_dict("records")
    assert (row["specifications"], row["identified"]) == (4, 3)
    assert row["share_same_sign"] == 1.0
    assert row["share_significant"] == pytest.approx(2 / 3)
    assert row["share_agreeing"] == pytest.approx(2 / 4)


@pytest.mark.parametrize(("sign", "wide"), list(product((1, -1), (True, False))))
def test_agreement_is_with_the_main_specification_whatever_it_says(sign, wide):
    main = (-10.0, -20.0, 5.0 if wide else -1.0)
    other = (sign * 3.0, sign * 3.0 - 5, sign * 3.0 + 5)
    [row] = summarise(rows_of(main, other, other, other)).to_dict("records")
    agree = 1 + 3 * (sign < 0 and wide)
    assert row["share_agreeing"] == pytest.approx(agree / 4)


def test_an_empty_grid_is_refused():
    with pytest.raises(ModelError, match="no specification"):
        specification_curve({}, DESIGN, ())
