"""The coverage picture has a bar for every observation, over the days that it speaks about."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

from analysis.exhibits.coverage import coverage_data, coverage_figure
from analysis.exhibits.style import CONFIDENCE_COLOURS, ROLE_COLOURS
from analysis.exhibits.timeline import day_number
from exhibits.conftest import drawn
from exhibits.made import CLOSURE, PORT, SISTER, made_study, observation, outcome, series_register


def bars_of(*observations: dict[str, object]) -> pd.DataFrame:
    return coverage_data(pd.DataFrame(list(observations)), series_register())


def test_a_level_has_a_bar_over_its_own_days():
    bars = bars_of(observation("L1", "2020-03-01", "2020-06-30", 5.0))
    assert bars.loc[0, ["start", "end"]].tolist() == [
        pd.Timestamp("2020-03-01"),
        pd.Timestamp("2020-06-30"),
    ]
    assert bars.loc[0, "kind"] == "level"


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2021-01-01", "2021-12-31", "2020-01-01", "2020-12-31"),
        ("2022-10-01", "2023-03-31", "2021-10-01", "2022-03-31"),
        ("2024-02-01", "2024-02-29", "2023-02-01", "2023-02-28"),
        ("2021-02-01", "2021-02-28", "2020-02-01", "2020-02-29"),
        ("2021-01-20", "2021-02-28", "2020-01-20", "2020-02-28"),
    ],
)
def test_a_growth_rate_has_a_bar_one_year_earlier(start, end, first, last):
    bars = bars_of(observation("G1", start, end, 1.2, kind="growth"))
    assert bars["kind"].tolist() == ["growth"]
    assert [str(bars.loc[0, side].date()) for side in ("start", "end")] == [first, last]


def test_a_report_with_level_and_growth_has_two_bars_in_the_row_of_its_series():
    bars = bars_of(
        observation("B1", "2021-01-01", "2021-06-30", 5.0),
        observation("B1", "2021-01-01", "2021-06-30", 1.1, kind="growth"),
        observation("B2", "2020-01-01", "2020-12-31", 5.0, series=SISTER),
    )
    assert bars[["series", "report_id", "kind", "place", "label"]].to_numpy().tolist() == [
        [PORT, "B1", "growth", "Here", "Here: trade value (office)"],
        [PORT, "B1", "level", "Here", "Here: trade value (office)"],
        [SISTER, "B2", "level", "There", "There: vehicles (office)"],
    ]


def test_every_observation_of_a_study_has_a_bar_with_its_confidence(opened):
    data = coverage_figure(opened).data
    columns = ["report_id", "series", "kind", "confidence"]
    bars, observations = (
        frame[columns].sort_values(columns, ignore_index=True)
        for frame in (data, opened.observations)
    )
    pd.testing.assert_frame_equal(bars, observations)
    assert set(opened.observations["report_id"]) <= set(opened.reports["report_id"])


def test_every_growth_bar_of_a_study_lies_on_the_year_before_its_report(opened):
    growth = opened.observations.query("kind == 'growth'").set_index("report_id")
    bars = coverage_figure(opened).data.query("kind == 'growth'").set_index("report_id")
    for side in ("start", "end"):
        own, before = growth[side], bars[side].reindex(growth.index)
        assert (before.dt.year == own.dt.year - 1).all()
        assert (before.dt.month == own.dt.month).all()
        assert ((before.dt.day == own.dt.day) | (own.dt.strftime("%m-%d") == "02-29")).all()


# The picture


def picture() -> tuple[pd.DataFrame, list[np.ndarray], PolyCollection]:
    low = observation("L3", "2020-08-01", "2020-08-01", 1.0, series=SISTER) | {"confidence": "low"}
    observations = pd.DataFrame(
        [
            observation("L1", "2020-01-01", "2020-06-30", 5.0),
            observation("G2", "2021-03-01", "2021-06-30", 1.1, kind="growth"),
            low,
        ]
    )
    figure = coverage_figure(made_study(outcome("trade", CLOSURE), observations=observations))
    [axes] = drawn(figure).axes
    [bars] = [item for item in axes.collections if isinstance(item, PolyCollection)]
    return figure.data, [path.vertices for path in bars.get_paths()], bars


def test_a_bar_reaches_from_its_first_day_to_the_end_of_its_last():
    data, corners, _ = picture()
    spans = sorted((v[:, 0].min(), v[:, 0].max()) for v in corners)
    expected = [(day_number(row.start), day_number(row.end) + 1) for row in data.itertuples()]
    assert spans == sorted(expected)
    assert (day_number(date(2020, 8, 1)), day_number(date(2020, 8, 2))) in spans


def test_bars_do_not_lie_on_each_other():
    _, corners, _ = picture()
    rows = sorted((v[:, 1].min(), v[:, 1].max()) for v in corners)
    assert all(above[1] < below[0] for above, below in pairwise(rows))


def test_levels_are_filled_by_confidence_and_growth_rates_are_hollow():
    data, corners, bars = picture()
    looks = {}
    for corner, face, edge in zip(corners, bars.get_facecolor(), bars.get_edgecolor(), strict=True):
        looks[corner[:, 0].min()] = (to_hex(face) if face[3] else None, to_hex(edge))
    starts = {row.report_id: day_number(row.start) for row in data.itertuples()}
    high, low = CONFIDENCE_COLOURS["high"].lower(), CONFIDENCE_COLOURS["low"].lower()
    assert looks[starts["L1"]] == (high, high)
    assert looks[starts["L3"]] == (low, low)
    assert looks[starts["G2"]] == (None, ROLE_COLOURS["growth"].lower())


def test_the_picture_of_a_study_has_as_many_bars_as_its_data(opened, canvases):
    [bars] = [
        item
        for item in canvases["coverage"].axes[0].collections
        if isinstance(item, PolyCollection)
    ]
    assert len(bars.get_paths()) == len(opened.observations)


def test_every_series_has_a_row_with_its_count_and_every_place_a_heading(opened, canvases):
    axes = canvases["coverage"].axes[0]
    labels = [text.get_text().replace("\n", " ") for text in axes.get_yticklabels()]
    counts = opened.observations.groupby("series").size()
    register = opened.series.set_index("series").loc[counts.index]
    rows = [
        f"{label.removeprefix(f'{place}: ')}  {counts[series]}"
        for series, place, label in register[["place", "label"]].itertuples()
    ]
    assert Counter(labels) == Counter(rows) + Counter(set(register["place"]))


def test_the_alt_text_counts_what_is_drawn(opened):
    figure = coverage_figure(opened)
    kinds = opened.observations["kind"].value_counts()
    assert figure.alt.startswith(opened.study.title)
    assert f"{kinds['level']} published levels" in figure.alt
    assert f"{kinds['growth']} growth rates" in figure.alt
    assert f"{opened.observations['series'].nunique()} series" in figure.alt
