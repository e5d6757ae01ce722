"""A response, its design rows and their places in the calendar, checked once for every check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Floats

CONSTANT = 1e-12  # spread, relative to the largest value, at which a series counts as constant


@dataclass(frozen=True)
class RegressionData:
    """A linear regression in time order.

    Attributes
    ----------
    response
        Shape (n,), on the scale of the link.
    rows
        Design rows, shape (n, p), of full column rank.
    names
        Names of the columns, shape (p,).
    labels
        Month (or year) of each value, shape (n,).
    positions
        Whole calendar steps from the first value, strictly increasing, shape (n,).
    spans
        Calendar steps that each value covers, shape (n,); 1 but for combined months.
    subject
        What the residuals are, in words.
    """

    response: Floats
    rows: Floats
    names: tuple[str, ...]
    labels: tuple[str, ...]
    positions: NDArray[np.int64]
    spans: NDArray[np.int64]
    subject: str

    @property
    def n(self) -> int:
        """Number of values."""
        return len(self.response)

    @property
    def p(self) -> int:
        """Number of columns."""
        return int(self.rows.shape[1])

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return self.n - self.p

    @property
    def residuals(self) -> Floats:
        """Residuals of ordinary least squares, shape (n,)."""
        basis = np.linalg.qr(self.rows)[0]
        return np.asarray(self.response - basis @ (basis.T @ self.response))

    @property
    def gap(self) -> str:
        """Why neighbours in the arrays are not neighbours in time; empty where they are."""
        missing = int(self.positions[-1] - self.positions[0] + 1 - self.spans[:-1].sum() - 1)
        combined = int(np.sum(self.spans > 1))
        parts = [f"{missing} missing between {self.labels[0]} and {self.labels[-1]}"] * bool(
            missing
        )
        parts += [f"{combined} value(s) cover several months"] * bool(combined)
        return "; ".join(parts)

    def on_calendar(self, values: Floats, fill: float) -> Floats:
        """Spread values along axis 0 over the whole calendar, `fill` where none was seen."""
        steps = int(self.positions[-1]) + 1
        spread = np.full((steps, *values.shape[1:]), fill)
        spread[self.positions] = values
        return spread

    def column(self, name: str) -> int:
        """Return the place of a named column.

        Raises
        ------
        ModelError
            When no column has the name.
        """
        if name not in self.names:
            raise ModelError(f"the design has no column '{name}'", allowed=", ".join(self.names))
        return self.names.index(name)


def regression_data(
    response: Floats,
    rows: Floats,
    *,
    names: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    positions: Sequence[int] | NDArray[np.int64] | None = None,
    spans: Sequence[int] | NDArray[np.int64] | None = None,
    subject: str = "ordinary least squares residuals",
) -> RegressionData:
    """Check arrays and give them names and places.

    Parameters
    ----------
    response
        Shape (n,).
    rows
        Shape (n, p); or (n,) for one column.
    labels, positions, spans
        Default: the count from 1, consecutive, one step each.

    Raises
    ------
    ModelError
        When shapes differ, a value is not finite, the series is constant, there are not more
        values than columns, the columns are collinear or the places are not increasing.
    """
    y, x = np.asarray(response, dtype=float), np.asarray(rows, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    _check_shapes(y, x)
    data = RegressionData(
        response=y,
        rows=x,
        names=_words(names, "x", x.shape[1]),
        labels=_words(labels, "", len(y)),
        positions=_integers(positions, np.arange(len(y))),
        spans=_integers(spans, np.ones(len(y))),
        subject=subject,
    )
    _check_places(data)
    _check_numbers(data)
    return data


def _words(words: Sequence[str] | None, stem: str, count: int) -> tuple[str, ...]:
    return tuple(words) if words is not None else tuple(f"{stem}{i + 1}" for i in range(count))


def _integers(values: Any, default: Any) -> NDArray[np.int64]:
    return np.asarray(default if values is None else values).astype(np.int64)


def _check_shapes(y: Floats, x: Floats) -> None:
    if y.ndim != 1 or x.ndim != 2 or len(y) != len(x):
        raise ModelError(
            f"response {y.shape} and design {x.shape} do not belong together",
            allowed="response (n,), design (n, p)",
        )
    if len(y) <= x.shape[1] + 1:
        raise ModelError(
            f"{len(y)} values for {x.shape[1]} columns leave no residual variation to test",
            allowed=f"{x.shape[1] + 2} values or more",
            remedy="lengthen the window or drop terms",
        )
    for name, values in (("response", y), ("design", x)):
        bad = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1))
        if bad.size:
            raise ModelError(
                f"the {name} is not finite in {bad.size} row(s), first in row {bad[0] + 1}",
                remedy="leave missing months out; nothing is filled in",
            )


def _check_places(data: RegressionData) -> None:
    lengths = {len(data.labels), len(data.positions), len(data.spans), data.n}
    if len(lengths) > 1 or len(data.names) != data.p:
        raise ModelError("labels, positions, spans or names do not match the arrays in number")
    steps = np.diff(data.positions)
    if data.positions[0] != 0 or np.any(data.spans < 1) or np.any(steps < data.spans[:-1]):
        raise ModelError(
            "the values are not in time order or overlap",
            allowed="positions from 0, strictly increasing, no overlap",
        )


def _check_numbers(data: RegressionData) -> None:
    if np.ptp(data.response) <= CONSTANT * np.abs(data.response).max():
        raise ModelError(
            f"the series is constant at {data.response[0]:g}; there is nothing to test",
            remedy="take a series that varies",
        )
    size = np.linalg.norm(data.rows, axis=0)
    scaled = data.rows / np.where(size > 0, size, 1.0)
    if np.linalg.matrix_rank(scaled) < data.p:
        raise ModelError(
            "the columns of the design are collinear over the observed months",
            where=", ".join(data.names),
            remedy="drop one of the terms that coincide",
        )
    if np.sum(data.residuals**2) <= (CONSTANT * np.abs(data.response).max()) ** 2 * data.n:
        raise ModelError(
            "the design fits every value exactly; the residuals are rounding",
            remedy="drop terms or lengthen the window",
        )
