"""Newey-West regression in exact rational arithmetic: an oracle without rounding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

Matrix = list[list[Fraction]]


def rational(values: np.ndarray) -> Matrix:
    return [[Fraction(float(value)) for value in row] for row in np.atleast_2d(values)]


def product(left: Matrix, right: Matrix) -> Matrix:
    columns = list(zip(*right, strict=True))
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in left
    ]


def inverse(matrix: Matrix) -> Matrix:
    size = len(matrix)
    rows = [row + [Fraction(int(i == j)) for j in range(size)] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = next(r for r in range(i, size) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(size):
            if r != i and rows[r][i]:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[size:] for row in rows]


def newey_west(
    matrix: np.ndarray, values: np.ndarray, bandwidth: int, terms: int
) -> tuple[list[float], list[float], float]:
    """Return estimates and standard errors of the last `terms` columns, and their Wald F."""
    x, y = rational(matrix), list(zip(*rational(values), strict=True))
    count, size = matrix.shape
    turned = [list(row) for row in zip(*x, strict=True)]
    bread = inverse(product(turned, x))
    beta = product(bread, product(turned, [list(row) for row in y]))
    fitted = product(x, beta)
    scores = [[value * (y[t][0] - fitted[t][0]) for value in x[t]] for t in range(count)]
    # only the last rows of the bread are needed: project the scores on them first
    influence = [
        [sum(a * b for a, b in zip(bread[-terms + i], row, strict=True)) for i in range(terms)]
        for row in scores
    ]
    cover = [[Fraction(0)] * terms for _ in range(terms)]
    for lag in range(bandwidth + 1):
        weight = Fraction(bandwidth + 1 - lag, bandwidth + 1) * Fraction(count, count - size)
        late = [list(row) for row in zip(*influence[lag:], strict=True)]
        part = product(late, influence[: count - lag])
        for a in range(terms):
            for c in range(terms):
                cover[a][c] += weight * (part[a][c] + (part[c][a] if lag else 0))
    last = beta[-terms:]
    wald = product(product([[row[0] for row in last]], inverse(cover)), last)[0][0] / terms
    errors = [float(np.sqrt(float(cover[a][a]))) for a in range(terms)]
    return [float(row[0]) for row in last], errors, float(wald)
