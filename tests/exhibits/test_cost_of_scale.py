"""The exhibits on cost, made from a measurement whose prices are known, and from the committed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.data_management.cost_table import (
    BOOTSTRAP,
    COST,
    COST_COLUMNS,
    NOTHING,
    SIZES,
    UNIVERSE,
)
from analysis.data_management.read_raw import read_table
from analysis.data_management.results import typed_results
from analysis.exhibits.cost_figure import cost_growth_figure, growth_rows
from analysis.exhibits.cost_results import MADE, OpenCost, jobs_of
from analysis.exhibits.cost_tables import (
    CLUSTERS,
    LARGE,
    USUAL,
    cost_cluster_table,
    cost_measured_table,
    cost_model_table,
)
from analysis.exhibits.figure import drawing
from analysis.exhibits.registry import COMMON_EXHIBITS
from analysis.exhibits.registry import COST as NOTEBOOK
from analysis.universe.cost import Job

PRICES = np.array([0.05, 2e-6, 6e-8, 2e-9])
DRAW_PRICES = np.array([0.1, 3e-5])
GAIN = 1.8  # of two workers
HAND_OUT = 0.002
JOBS = (
    *(Job(series, 120, 61) for series in (5_000, 10_000, 20_000, 40_000, 80_000)),
    *(Job(10_000, months, 31) for months in (60, 120, 240)),
    *(Job(10_000, 120, dates) for dates in (11, 21, 81)),
)


def row(work: str, workers: int, seconds: float, *sizes: int) -> dict[str, object]:
    machine = ("made processor", 2, "Linux", "3.11.7", "2026-11-28", 0.1)
    cells = (work, *sizes, workers, 3, seconds, 500.0 + 100 * workers, *machine)
    return dict(zip(COST_COLUMNS, cells, strict=True))


@pytest.fixture(scope="module")
def made() -> OpenCost:
    rows = []
    for workers, gain in ((1, 1.0), (2, GAIN)):
        for job in JOBS:
            seconds = float(PRICES @ job.terms()) / gain
            rows.append(row(UNIVERSE, workers, seconds, job.series, job.months, job.dates, 0))
        for draws in (199, 499, 999):
            seconds = float(DRAW_PRICES @ (1, 8 * draws)) / gain
            rows.append(row(BOOTSTRAP, workers, seconds, 8, 144, 0, draws))
        rows.append(row(NOTHING, workers, 1_000 * HAND_OUT, 0, 0, 0, 1_000))
    return OpenCost(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def committed() -> OpenCost:
    return OpenCost(typed_results(COST, read_table(COST)))


def test_known_prices_are_shown_in_nanoseconds(made):
    frame = cost_model_table(made).frame
    one = frame[frame["workers"] == 1]
    assert one["nanoseconds"].to_numpy() == pytest.approx(
        1e9 * np.concatenate([PRICES, DRAW_PRICES]), rel=1e-6
    )
    two = frame[frame["workers"] == 2]["nanoseconds"].to_numpy()
    assert one["nanoseconds"].to_numpy() / two == pytest.approx(GAIN, rel=1e-6)
    assert frame["r_squared"].to_numpy() == pytest.approx(1)
    assert (frame["lowest"] <= frame["highest"]).all()


def test_every_measured_job_stands_beside_its_model(made):
    frame = cost_measured_table(made).frame
    assert len(frame) == len(made.table)
    has_model = frame["fitted"].notna()
    assert set(frame[~has_model]["work"]) == {"tasks that do nothing"}
    assert frame[has_model]["fitted"].to_numpy() == pytest.approx(
        frame[has_model]["seconds"].to_numpy()
    )
    for size in SIZES:
        assert (frame[size].dropna() > 0).all()


def test_residuals_belong_to_their_jobs(made):
    """One job that took a tenth longer is off by about that, and no other by more."""
    table = made.table.copy()
    slow = table.index[(table["series"] == 10_000) & (table["dates"] == 21)][0]
    table.loc[slow, "seconds"] *= 1.1
    frame = cost_measured_table(OpenCost(table)).frame
    worst = frame.loc[frame["residual_percent"].abs().idxmax()]
    assert (worst["series"], worst["dates"], worst["workers"]) == (10_000, 21, 1)
    off = 100 * (worst["seconds"] / worst["fitted"] - 1)
    assert worst["residual_percent"] == pytest.approx(off)


def test_a_size_grows_while_the_others_stay(made):
    expected = {"series": 5, "months": 3, "dates": 5}
    for size, values in expected.items():
        rows = made.along(size)
        assert rows.groupby("workers")[size].nunique().tolist() == [values] * 2
        assert rows[rows["workers"] == 1][size].is_monotonic_increasing
        others = {"series", "months"} - {size}
        assert all(len(set(rows[other])) == 1 for other in others)


def test_clusters_are_reckoned_from_one_worker(made):
    frame = cost_cluster_table(made).frame
    assert list(zip(frame["series"], frame["workers"], strict=True)) == [
        (series, workers) for series in (USUAL, LARGE) for workers in CLUSTERS
    ]
    assert (frame["least"] <= frame["seconds"] + 1e-9).all()
    first = frame.iloc[0]
    work = float(PRICES @ Job(USUAL, 120, 61).terms())
    assert first["measured"] == pytest.approx(work)
    assert first["seconds"] == pytest.approx(work + first["tasks"] * 2 * HAND_OUT)
    assert frame["measured"].notna().tolist() == [True, True, *[False] * 6]
    assert (frame.groupby("series")["seconds"].diff().dropna() < 0).all()


def test_what_was_not_measured_is_named(made):
    frame = cost_cluster_table(made).frame.set_index(["series", "workers"])
    assert frame.loc[(USUAL, 2), "beyond"] == ""
    assert frame.loc[(USUAL, 50), "beyond"] == "workers"
    assert frame.loc[(LARGE, 1), "beyond"] == "series"
    assert frame.loc[(LARGE, 50), "beyond"] == "series, workers"


def test_the_figure_draws_every_mark_and_tells_its_finding(made):
    figure = cost_growth_figure(made)
    rows = growth_rows(made)
    assert rows.groupby("panel")["size"].nunique().to_dict() == {
        "series": 5,
        "months": 3,
        "dates": 5,
        "draws": 3,
    }
    assert rows["model_seconds"].to_numpy() == pytest.approx(rows["seconds"].to_numpy())
    largest = float(PRICES @ Job(80_000, 120, 61).terms())
    assert f"take {largest:.1f} seconds on 1 worker and {largest / GAIN:.1f} on 2" in figure.alt
    assert f"{GAIN:.1f} times as fast" in figure.alt
    with drawing():
        canvas = figure.draw()
        texts = [text.get_text() for axes in canvas.axes for text in axes.texts]
    assert len(canvas.axes) == 8
    assert texts == ["1 worker", "2 workers"] * 8


def test_a_machine_that_was_busy_is_told_of(made):
    assert "Other work" not in cost_model_table(made).note
    busy = OpenCost(made.table.assign(load=1.8))
    for table in (cost_measured_table(busy), cost_model_table(busy), cost_cluster_table(busy)):
        assert "Other work ran on the machine (1.8 busy processors)" in table.note
    assert "Other work" in cost_growth_figure(busy).alt


def test_every_exhibit_of_the_committed_measurement_says_what_it_is(committed):
    for exhibit in COMMON_EXHIBITS:
        if exhibit.notebook == NOTEBOOK:
            found = exhibit.make(committed)
            assert found.name == exhibit.name
            assert MADE in (found.note if exhibit.kind == "table" else found.alt)


def test_time_of_the_committed_measurement_is_linear_in_series(committed):
    """R² of a line through seconds by series, on one worker and on two.

    The least of few short runs; the benchmark of the universe holds longer ones to 0.99.
    """
    rows = committed.along("series")
    for _, own in rows.groupby("workers"):
        assert np.corrcoef(own["series"], own["seconds"])[0, 1] ** 2 > 0.98
    assert len(jobs_of(rows)) == 10
