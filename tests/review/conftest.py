"""A small package under git, and its archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_package import EXHIBIT, commit, make_package

from analysis.review.bundle import Bundle, write_bundle


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a committed package."""
    folder = make_package(tmp_path / "package")
    commit(folder)
    return folder


@pytest.fixture
def packed(package: Path, tmp_path: Path) -> Bundle:
    """Return its archive."""
    return write_bundle(package, tmp_path / "out", exhibits=[EXHIBIT])
