"""Printed numbers, their bounds and units: what a report says is kept, no more and no less."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_settings import few, intervals, properties

from analysis.config import DATA_RAW
from analysis.data_management.observations import build_observations
from analysis.data_management.read_raw import read_table
from analysis.data_management.reports import level_bounds, process_reports
from analysis.data_management.rounding import growth_ratio, interval_of, range_of, step_of
from analysis.data_management.units import BASE_UNIT_SLUG, UNITS, units_of
from analysis.data_management.vocabularies import QUALIFIERS
from analysis.errors import DataError

FLOAT = 1e-12  # relative; one conversion from decimal and one product
qualifiers = st.sampled_from(sorted(QUALIFIERS))
places = st.integers(0, 4)
sizes = st.decimals(min_value="0.0001", max_value="99999999", places=6)
numbers = st.builds(lambda size, digits: f"{size:.{digits}f}", sizes, places).filter(
    lambda text: Decimal(text) > 0
)
ALIKE = tuple(
    pair for pair in combinations(sorted(UNITS), 2) if UNITS[pair[0]].base == UNITS[pair[1]].base
)


@properties
@given(numbers, qualifiers)
def test_bounds_enclose_the_printed_number(number, qualifier):
    bounds = interval_of(number, qualifier)
    assert bounds.lower <= Decimal(number) <= bounds.upper
    assert bounds.lower > 0
    assert bounds.lower < bounds.upper


@properties
@given(sizes, places)
def test_rounding_a_true_value_gives_bounds_that_hold_it(true, digits):
    printed = true.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    if printed > 0:
        bounds = interval_of(str(printed), "exact")
        assert bounds.lower <= true <= bounds.upper


@properties
@given(numbers, qualifiers)
def test_a_fall_mirrors_a_rise(number, qualifier):
    rise, fall = interval_of(number, qualifier), interval_of(f"-{number}", qualifier)
    assert (fall.lower, fall.upper) == (-rise.upper, -rise.lower)


@properties
@given(numbers)
def test_over_and_nearly_lie_on_either_side(number):
    assert interval_of(number, "over").lower == Decimal(number)
    assert interval_of(number, "nearly").upper == Decimal(number)
    assert interval_of(number, "about").lower <= interval_of(number, "exact").lower


@properties
@given(numbers, qualifiers)
def test_the_step_is_a_power_of_ten_that_divides_the_number(number, qualifier):
    step = step_of(number, qualifier)
    assert step.normalize().as_tuple().digits == (1,)
    assert Decimal(number) % step == 0


@properties
@given(st.tuples(numbers, numbers))
def test_a_range_is_its_two_ends(pair):
    low, high = sorted(pair, key=Decimal)
    bounds = range_of(low, high)
    assert bounds.lower <= bounds.middle <= bounds.upper
    assert (bounds.lower, bounds.upper) == (Decimal(low), Decimal(high))


@properties
@given(st.decimals("-99.9", "900", places=2), qualifiers)
def test_a_growth_ratio_is_positive_and_encloses_what_was_printed(growth, qualifier):
    bounds = growth_ratio(str(growth), qualifier)
    assert 0 < bounds.lower <= 1 + growth / 100 <= bounds.upper


@properties
@given(numbers, st.sampled_from(sorted(UNITS)), qualifiers)
def test_a_level_is_converted_by_the_factor_of_its_unit_alone(number, unit, qualifier):
    value, half_width, lower, upper = level_bounds(number, "", unit, qualifier)
    printed = interval_of(number, qualifier)
    factor = UNITS[unit].factor
    assert lower == pytest.approx(float(printed.lower) * factor, rel=FLOAT)
    assert upper == pytest.approx(float(printed.upper) * factor, rel=FLOAT)
    assert lower <= value <= upper
    assert value + half_width == pytest.approx(upper, rel=FLOAT)


@properties
@given(st.integers(1, 10**6), st.sampled_from(ALIKE))
def test_the_same_amount_in_two_units_is_the_same_number(amount, pair):
    """One unit written out in the other: 3 billion is 3000 million, to the last digit."""
    small, large = sorted(pair, key=lambda unit: UNITS[unit].factor)
    times = UNITS[large].factor // UNITS[small].factor
    whole = level_bounds(f"{amount * times}.0", "", small, "exact")
    other = level_bounds(f"{amount}.0", "", large, "exact")
    assert whole[0] == pytest.approx(other[0], rel=FLOAT)
    assert other[2] <= whole[2]
    assert whole[3] <= other[3]


def test_units_never_mix_what_they_measure():
    for name, unit in UNITS.items():
        assert name in units_of(unit.dimension)
        assert unit.factor >= 1
        assert (unit.dimension == "money") == bool(unit.currency)
        assert unit.currency in unit.base
    for base in {unit.base for unit in UNITS.values()}:
        alike = [unit for unit in UNITS.values() if unit.base == base]
        assert len({(unit.dimension, unit.currency, unit.is_rate) for unit in alike}) == 1
    assert len(set(BASE_UNIT_SLUG.values())) == len(BASE_UNIT_SLUG)


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return read_table("reports", DATA_RAW)


@few
@given(data=st.data())
def test_a_report_is_processed_alone_as_among_others(raw, data):
    """No row depends on another one: neither on its order nor on its presence."""
    picked = data.draw(st.lists(st.sampled_from(list(raw.index)), min_size=1, max_size=5))
    some = raw.loc[sorted(set(picked), reverse=True)]
    together = process_reports(some)
    alone = pd.concat([process_reports(some.loc[[line]]) for line in some.index])
    alone = alone.sort_values("report_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(together, alone, check_dtype=False)


@few
@given(interval=intervals, number=numbers, unit=st.sampled_from(sorted(UNITS)))
def test_a_report_keeps_its_days_and_what_was_printed(raw, interval, number, unit):
    first, last = (day.isoformat() for day in interval)
    row = raw.iloc[[0]].assign(
        start=first, end=last, value=number, value_to="", unit=unit, qualifier="exact",
        growth_percent="", growth_qualifier="",
    )  # fmt: skip
    made = process_reports(row).iloc[0]
    assert made["days"] == (interval[1] - interval[0]).days + 1
    assert (made["value_printed"], made["unit_printed"]) == (number, unit)
    assert made["is_rate"] == UNITS[unit].is_rate
    observed = build_observations(process_reports(row))
    assert len(observed) == (0 if UNITS[unit].is_rate else 1)
    assert (observed["end"] >= observed["start"]).all()


NEAR = (
    "5", "0.50", "-3.5", "1e3", "1,000", "1_000", " 5", "5 ", "+5", "0", "nan", "inf", "-", "５",
    "٣", "三", "5万", "2020-02-29", "2019-02-29", "2020-2-1", "2020-02-30", "20200201", "1/2/2020",
)  # fmt: skip
cells = st.one_of(st.sampled_from(NEAR), st.text(max_size=6))


@properties
@given(text=cells, column=st.sampled_from(("value", "start", "growth_percent")))
def test_a_cell_is_read_as_it_is_printed_or_refused_by_its_name(
    raw, tmp_path_factory, text, column
):
    """No text becomes another number: it is refused, or it comes back letter by letter."""
    changed = raw.iloc[:1].copy()
    changed.loc[changed.index[0], column] = text
    kept, message = read_or_message(changed, tmp_path_factory.mktemp("raw"))
    if kept is None:
        assert "reports.csv" in message
        assert "to do:" in message
        return
    assert kept.iloc[0][column] == text
    made = process_reports(kept).iloc[0]
    if column == "start":
        assert f"{made['start']:%Y-%m-%d}" == text
    elif column == "value" and text:
        assert interval_of(text, kept.iloc[0]["qualifier"]).lower >= 0
        assert text.isascii()


def read_or_message(table: pd.DataFrame, folder: Path) -> tuple[pd.DataFrame | None, str]:
    table.to_csv(folder / "reports.csv", index=False, lineterminator="\n")
    try:
        return read_table("reports", folder), ""
    except DataError as error:
        return None, str(error)


def test_plain_cells_are_read(raw, tmp_path):
    changed = raw.iloc[:1].assign(value="0.50", value_to="", start="2020-02-29", end="2020-03-01")
    kept, message = read_or_message(changed, tmp_path)
    assert message == ""
    assert kept.iloc[0]["value"] == "0.50"
