"""Events are drawn where they fall, with their date, and their labels make room for each other."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text
from scipy.optimize import minimize

from analysis.exhibits.figure import Margins, drawing, new_canvas
from analysis.exhibits.timeline import (
    CLEAR_INCHES,
    ROOM_STEP,
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    label_room,
    set_years,
    spread,
    visible,
)

TINY = 1e-9
BEFORE = EventLine(date(2011, 12, 31), "Before")
FIRST = EventLine(date(2012, 1, 1), "On the first day")
CLOSURE = EventLine(date(2021, 7, 8), "Last gates shut")
REOPENING = EventLine(date(2023, 1, 8), "Reopening")
LAST = EventLine(date(2024, 3, 31), "On the last day")
AFTER = EventLine(date(2024, 4, 1), "After")


def axis(start: date = FIRST.day, end: date = LAST.day):
    _, (axes,) = new_canvas(8.0, [1.0], Margins(left=0.9, right=0.1, top=1.5, bottom=0.5))
    set_years(axes, start, end)
    return axes


def labels_of(axes) -> list[Text]:
    return list(axes.texts)


def lines_of(axes) -> np.ndarray:
    """Ends of the drawn lines, shape (lines, 2 ends, x and y)."""
    [drawn] = axes.collections
    return np.array(drawn.get_segments())


# Labels make room


@st.composite
def label_rows(draw) -> tuple[np.ndarray, np.ndarray]:
    number = draw(st.integers(0, 12))
    place = st.floats(-1.0, 2.0, allow_nan=False)
    size = st.floats(0.001, 0.5, allow_nan=False)
    wanted = draw(st.lists(place, min_size=number, max_size=number))
    sizes = draw(st.lists(size, min_size=number, max_size=number))
    return np.array(sorted(wanted)), np.array(sizes)


def least_gaps(sizes: np.ndarray) -> np.ndarray:
    return (sizes[1:] + sizes[:-1]) / 2


def offsets(gaps: np.ndarray, number: int) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(gaps)])[:number]


@settings(max_examples=100, deadline=None)
@given(label_rows())
def test_labels_keep_their_order_and_their_distance(row):
    wanted, sizes = row
    places = spread(wanted, sizes)
    assert len(places) == len(wanted)
    assert (np.diff(places) >= least_gaps(sizes) - TINY).all()


@settings(max_examples=100, deadline=None)
@given(label_rows())
def test_labels_that_do_not_overlap_stay_where_they_are(row):
    wanted, sizes = row
    apart = wanted + offsets(least_gaps(sizes), len(wanted))
    assert spread(apart, sizes) == pytest.approx(apart, abs=TINY)


@settings(max_examples=100, deadline=None)
@given(label_rows(), st.floats(-2.0, 2.0), st.lists(st.floats(0.0, 1.0), min_size=12, max_size=12))
def test_no_other_arrangement_is_closer(row, start, room):
    wanted, sizes = row
    moved = float(np.sum((spread(wanted, sizes) - wanted) ** 2))
    gaps = least_gaps(sizes)
    other = start + offsets(gaps + room[: len(gaps)], len(wanted))
    assert moved <= float(np.sum((other - wanted) ** 2)) + TINY


@pytest.mark.parametrize(
    ("wanted", "sizes"),
    [
        ([0.5, 0.5], [0.2, 0.2]),
        ([0.5, 0.52, 0.9], [0.2, 0.1, 0.3]),
        ([0.1, 0.11, 0.12, 0.8, 0.81], [0.05, 0.2, 0.05, 0.1, 0.3]),
        ([0.0, 0.3, 0.31, 0.33, 0.6, 1.0], [0.1, 0.1, 0.25, 0.1, 0.4, 0.1]),
    ],
)
def test_labels_move_as_little_as_a_general_optimiser_finds(wanted, sizes):
    wanted, sizes = np.array(wanted), np.array(sizes)
    apart = {"type": "ineq", "fun": lambda places: np.diff(places) - least_gaps(sizes)}
    found = minimize(
        lambda places: np.sum((places - wanted) ** 2),
        x0=np.cumsum(sizes),
        method="SLSQP",
        constraints=[apart],
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert found.success
    assert spread(wanted, sizes) == pytest.approx(found.x, abs=1e-5)


def test_one_label_and_no_label_stay():
    assert spread(np.array([0.3]), np.array([5.0])).tolist() == [0.3]
    assert spread(np.array([]), np.array([])).size == 0


# Events on an axis


def test_only_events_inside_the_axis_are_drawn_and_by_date():
    axes = axis()
    events = [AFTER, REOPENING, LAST, BEFORE, CLOSURE, FIRST]
    inside = [FIRST, CLOSURE, REOPENING, LAST]
    assert visible(axes, events) == inside
    draw_event_lines(axes, events)
    days = [day_number(event.day) for event in inside]
    assert lines_of(axes)[:, 0].tolist() == [[day, 0] for day in days]
    assert lines_of(axes)[:, 1].tolist() == [[day, 1] for day in days]
    draw_event_labels(axes, events)
    assert [label.get_text() for label in labels_of(axes)] == [event.text for event in inside]


def test_a_label_carries_the_date_and_points_to_its_day():
    axes = axis()
    draw_event_labels(axes, [CLOSURE])
    [label] = labels_of(axes)
    assert label.get_text() == "Last gates shut\n8 Jul 2021"
    [(foot, head)] = lines_of(axes)
    low, high = axes.get_xlim()
    assert low + foot[0] * (high - low) == pytest.approx(day_number(CLOSURE.day))
    assert foot[1] == 1.0  # the upper edge of the axis
    place, bottom = label.get_position()
    assert head[0] == place
    assert foot[1] < head[1] < bottom


def test_a_long_label_is_broken_and_keeps_every_word():
    event = EventLine(date(2020, 3, 31), "Passenger clearance suspended at every gate of the port")
    *words, day = event.text.split("\n")
    assert " ".join(words) == event.label
    assert max(map(len, words)) < len(event.label) / 2
    assert day == "31 Mar 2020"


def test_two_events_close_to_each_other_get_labels_apart_in_their_order():
    axes = axis()
    close = [EventLine(CLOSURE.day + timedelta(days=days), f"Event {days}") for days in (0, 1, 2)]
    draw_event_labels(axes, close)
    labels = labels_of(axes)
    assert [label.get_text().split("\n")[0] for label in labels] == [
        "Event 0",
        "Event 1",
        "Event 2",
    ]
    places = np.array([label.get_position()[0] for label in labels])
    line_height = labels[0].get_fontsize() / 72 / 7.0  # the axis is 7 inches wide
    assert (np.diff(places) > 2 * line_height).all()


def test_the_room_above_follows_the_longest_label_inside_the_axis():
    with drawing():
        room = label_room([CLOSURE, REOPENING], FIRST.day, LAST.day, most=2.0)
        axes = axis()
        draw_event_labels(axes, [CLOSURE, REOPENING])
        tops = [label.get_window_extent().y1 for label in labels_of(axes)]
        base = axes.get_window_extent().y1
    written = (max(tops) - base) / axes.get_figure().dpi
    assert written < room < written + CLEAR_INCHES + 2 * ROOM_STEP
    assert label_room([REOPENING], FIRST.day, LAST.day, most=2.0) < room
    assert label_room([CLOSURE], FIRST.day, CLOSURE.day - timedelta(days=1), most=2.0) < room / 2
    assert label_room([CLOSURE], FIRST.day, LAST.day, most=0.5) == 0.5


def test_a_figure_without_events_is_drawn():
    axes = axis()
    draw_event_lines(axes, [])
    draw_event_labels(axes, [])
    assert len(axes.collections) == len(axes.texts) == 0


def test_event_lines_move_no_limit_of_the_axis():
    axes = axis()
    before = axes.dataLim.get_points().tolist(), axes.get_ylim()
    draw_event_lines(axes, [CLOSURE, REOPENING])
    draw_event_labels(axes, [CLOSURE, REOPENING])
    assert axes.dataLim.get_points().tolist() == before[0]
    assert axes.get_ylim() == before[1]


# The years of an axis


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2021, 1, 1), date(2024, 1, 1), [2021, 2022, 2023, 2024]),
        (date(2021, 1, 2), date(2023, 12, 31), [2022, 2023]),
        (date(2010, 6, 1), date(2022, 6, 1), list(range(2011, 2023))),
        (date(2009, 6, 1), date(2025, 6, 1), [2011, 2013, 2015, 2017, 2019, 2021, 2023, 2025]),
    ],
)
def test_an_axis_has_a_tick_at_the_first_day_of_its_years(start, end, years):
    axes = axis(start, end)
    assert axes.get_xlim() == (day_number(start), day_number(end))
    assert axes.get_xticks().tolist() == [day_number(date(year, 1, 1)) for year in years]
    assert [text.get_text() for text in axes.get_xticklabels()] == [str(year) for year in years]


def test_a_day_number_counts_days():
    assert day_number(date(2021, 7, 8)) - day_number(date(2020, 7, 8)) == 365
    assert day_number(date(2024, 3, 1)) - day_number(date(2024, 2, 28)) == 2
