"""Fits that the checks are run on: one with a large effect, one without any."""

from __future__ import annotations

import pytest

from tests.inference.check_made import (
    made_fit,
)


@pytest.fixture(scope="module")
def large():
    return made_fit(3.0)


@pytest.fixture(scope="module")
def null():
    return made_fit(0.0, seed=5)
