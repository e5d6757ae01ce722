"""The incidental-parameter bias of three-way PPML: formulas by numerical derivatives, size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.models.gravity import fit_gravity
from analysis.models.gravity_bias import correct_gravity_bias
from analysis.models.gravity_estimation import poisson_step
from analysis.models.gravity_sample import Columns, gravity_sample
from analysis.models.gravity_simulation import draw_panel, simulate_gravity_bias

# Central differences of a Hessian with a step of 1e-5.
NUMERICAL = 1e-6
NAMES: dict[str, Any] = {
    "flow": "trade",
    "exporter": "exporter",
    "importer": "importer",
    "period": "year",
    "regressors": ["x"],
}
STEP = 1e-5


def hessian(log_mean: Any, total: float) -> Any:
    share = np.exp(log_mean) / np.exp(log_mean).sum()
    return total * (np.diag(share) - np.outer(share, share))


def third_derivative(log_mean: Any, total: float) -> Any:
    """Of the log-likelihood, shape (T, T, T), by central differences of its Hessian."""
    slices = []
    for unit in np.eye(len(log_mean)) * STEP:
        up, down = hessian(log_mean + unit, total), hessian(log_mean - unit, total)
        slices.append(-(up - down) / (2 * STEP))
    return np.stack(slices)


def bias_by_loops(frame: pd.DataFrame) -> float:
    columns = Columns("trade", "exporter", "importer", "year", ("x",))
    step = poisson_step(gravity_sample(frame, columns, "three_way"), {})
    dummies = np.column_stack(
        [
            pd.get_dummies(frame[a].astype(str) + "-" + frame[b].astype(str), dtype=float)
            for a, b in (("exporter", "year"), ("importer", "year"), ("exporter", "importer"))
        ]
    )
    root = np.sqrt(step.means)
    fitted = np.linalg.lstsq(root[:, None] * dummies, root * frame["x"].to_numpy(), rcond=None)[0]
    table = frame.assign(within=frame["x"] - dummies @ fitted, mean=step.means)
    parts = {
        pair: (
            hessian(np.log(part["mean"].to_numpy()), part["mean"].sum()),
            third_derivative(np.log(part["mean"].to_numpy()), part["mean"].sum()),
            (part["trade"] - part["mean"]).to_numpy(),
            part["within"].to_numpy(),
        )
        for pair, part in table.groupby(["exporter", "importer"])
    }
    weight = sum(x @ h @ x for h, _, _, x in parts.values())
    total = 0.0
    for side in (0, 1):
        for country in frame["exporter"].unique():
            own = [part for pair, part in parts.items() if pair[side] == country]
            inverse = np.linalg.pinv(sum(part[0] for part in own))
            total -= np.trace(inverse @ sum(np.outer(s, h @ x) for h, _, s, x in own))
            spread = inverse @ sum(np.outer(s, s) for _, _, s, _ in own) @ inverse
            total += sum(np.einsum("abc,a,bc", g, x, spread) for _, g, _, x in own) / 2
    return total / weight


def test_bias_is_that_of_loops_and_numerical_derivatives():
    frame = draw_panel(6, np.random.default_rng(1))
    found = correct_gravity_bias(frame, **NAMES)
    assert found.bias[0] == pytest.approx(bias_by_loops(frame), rel=NUMERICAL)
    fit = fit_gravity(frame, **NAMES, fixed_effects="three_way")
    assert found.estimates[0] == fit.coefficients[0].estimate
    assert found.corrected[0] == pytest.approx(found.estimates[0] - found.bias[0])
    assert found.table().loc[0, "bias"] == found.bias[0]


def test_absent_observations_and_order_do_not_matter_where_they_should_not():
    frame = draw_panel(7, np.random.default_rng(2))
    pair = (frame["exporter"] == 0) & (frame["importer"] == 1)
    frame.loc[pair, "trade"] = 0
    first = correct_gravity_bias(frame, **NAMES)
    second = correct_gravity_bias(frame[~pair].sample(frac=1, random_state=1), **NAMES)
    assert second.bias == pytest.approx(first.bias, rel=1e-8)


def test_simulation_is_seeded():
    first, again = (simulate_gravity_bias(3, 5, countries=(6,)) for _ in range(2))
    # The order in which pyfixest holds effects can change the last digits, never more.
    pd.testing.assert_frame_equal(first, again, rtol=1e-9)
    assert np.isfinite(first.to_numpy(dtype=float)).all()
    with pytest.raises(ModelError, match="1 replications"):
        simulate_gravity_bias(1, 5)
