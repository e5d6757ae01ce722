"""The studies of the project, opened, with the files of every exhibit; each made only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest
from matplotlib.figure import Figure as Canvas

from analysis.config import study_names
from analysis.exhibits.figure import Figure, drawing
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.exhibits.study_results import OpenStudy, opened_once
from analysis.exhibits.table import Table
from analysis.exhibits.write import contents

Make = Callable[[OpenStudy], Figure | Table]


@pytest.fixture(scope="session", params=study_names())
def opened(request) -> OpenStudy:
    """Return a study of the project on the processed tables, with its fits."""
    return opened_once(request.param)


# A session fixture with parameters is made again at each change of its parameter, in every file;
# what is kept by the name of the study is made once in a process.
@cache
def files_of(study: str) -> Mapping[str, Mapping[str, bytes]]:
    return {exhibit.name: contents(exhibit.make(exhibit.open(study))) for exhibit in EXHIBITS}


@cache
def canvases_of(study: str) -> Mapping[str, Canvas]:
    figures = [item.make(item.open(study)) for item in EXHIBITS if item.kind == "figure"]
    return {figure.name: drawn(figure) for figure in figures}


@pytest.fixture(scope="session")
def files(opened) -> Mapping[str, Mapping[str, bytes]]:
    """Return the files of every exhibit of a study, by name and extension."""
    return files_of(opened.study.name)


@pytest.fixture(scope="session")
def canvases(opened) -> Mapping[str, Canvas]:
    """Return every figure of a study as drawn, by name."""
    return canvases_of(opened.study.name)


@pytest.fixture(scope="session")
def method_files() -> Mapping[str, Mapping[str, bytes]]:
    """Return the files of every exhibit about the method, by name and extension."""
    return {exhibit.name: contents(exhibit.make(exhibit.open())) for exhibit in COMMON_EXHIBITS}


@pytest.fixture(scope="session")
def method_canvases() -> Mapping[str, Canvas]:
    """Return every figure about the method as drawn, by name."""
    figures = [item.make(item.open()) for item in COMMON_EXHIBITS if item.kind == "figure"]
    return {figure.name: drawn(figure) for figure in figures}


def drawn(figure: Figure) -> Canvas:
    """Draw a figure in the house style, so far that every text knows its place."""
    with drawing():
        canvas = figure.draw()
        canvas.draw_without_rendering()
    return canvas
