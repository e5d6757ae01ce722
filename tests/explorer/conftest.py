"""The studies of the project as the explorer opens them, and study files that a test may add to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis import config
from analysis.explorer.choice import Ground, open_ground
from analysis.newstudy.create import Places


@pytest.fixture(scope="session")
def ground() -> Ground:
    return open_ground()


@pytest.fixture
def places(tmp_path) -> Places:
    """Return a copy of the study files, beside the raw data of the project."""
    parameters = Path(shutil.copytree(config.PARAMETERS, tmp_path / "parameters"))
    return Places(parameters, config.DATA_RAW)
