"""The panel in Parquet and the rank of a break among all series, against one fit at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import statsmodels.api as sm

from analysis.errors import DataError, ModelError
from analysis.inference.batch_results import BatchOptions
from analysis.models.design import DesignSpec
from analysis.universe.panel import (
    SCHEMA,
    block_count,
    block_ends,
    blocks_in,
    read_block,
    write_panel,
)
from analysis.universe.plan import SCALES, UniversePlan, design_of
from analysis.universe.ranks import BLURRED, EXACT, SPANS_A_PROCESS, rank_in_universe, spans

SPEC = DesignSpec("2015-01", "2019-12", "linear", "none")
EVENT = date(2017, 7, 1)
MONTHS = pd.date_range("2015-01-01", "2019-12-01", freq="MS")
PLAN = UniversePlan(SPEC, EVENT, ("s07", "s31"), BatchOptions(bandwidth=3))
SAME = 1e-9  # relative, against one regression at a time


def made(series=40, seed=5):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(series, len(MONTHS))).cumsum(axis=1)
    values[7:8, 30:] += 25
    names = [f"s{number:02d}" for number in range(series)]
    return pd.DataFrame(values, names, MONTHS)


def long(wide):
    frame = wide.rename_axis("series").reset_index().melt("series", var_name="month")
    return frame.dropna()


@pytest.fixture
def panel(tmp_path):
    file = tmp_path / "panel.parquet"
    assert write_panel(blocks_in(long(made()), 7), file) == 40
    return file


def test_blocks_hold_whole_series_and_give_every_value_back(panel):
    wide = made()
    blocks = [read_block(panel, place, "2015-01", "2019-12") for place in range(block_count(panel))]
    assert [len(block.names) for block in blocks] == [7, 7, 7, 7, 7, 5]
    assert [name for block in blocks for name in block.names] == list(wide.index)
    np.testing.assert_array_equal(np.concatenate([b.numbers for b in blocks]), wide.to_numpy())


def test_months_outside_the_window_are_left_and_missing_ones_are_no_number(tmp_path):
    file = tmp_path / "panel.parquet"
    write_panel([long(made(1)).iloc[[0, 2, 59]]], file)
    block = read_block(file, 0, "2015-01", "2015-04")
    assert np.isfinite(block.numbers).tolist() == [[True, False, True, False]]


def test_ranks_are_those_of_one_regression_at_a_time(panel):
    told = []
    found = rank_in_universe(panel, PLAN, told=lambda *counts: told.append(counts))
    assert told == [(1, 6), (3, 6), (4, 6), (6, 6)]  # runs of one or two blocks
    design = design_of(PLAN)
    matrix = np.column_stack([design.base, design.columns[:, design.place["2017-07-01"], 0]])
    lags = {"maxlags": 3, "use_correction": True}
    fits = {
        name: sm.OLS(row.to_numpy(), matrix).fit(cov_type="HAC", cov_kwds=lags, use_t=True)
        for name, row in made().iterrows()
    }
    sizes = {name: abs(fit.tvalues[-1]) for name, fit in fits.items()}
    for row in found.table.itertuples():
        assert row.t == pytest.approx(fits[row.series].tvalues[-1], rel=SAME)
        assert row.estimate == pytest.approx(fits[row.series].params[-1], rel=SAME)
        assert row.rank == sum(size >= sizes[row.series] for size in sizes.values())
        assert row.p_among_series == row.rank / 40
    assert found.table["rank"].iloc[0] == 1
    assert found.table["sup_date"].iloc[0] == "2017-07-01"
    assert found.counts.sum() == found.series == 40
    assert found.regressions == 40 * len(design.dates)


def test_neither_blocks_nor_workers_change_a_number(panel, tmp_path):
    other = tmp_path / "other.parquet"
    write_panel(blocks_in(long(made()), 40), other)
    one, two = rank_in_universe(panel, PLAN, 2), rank_in_universe(other, PLAN)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    np.testing.assert_array_equal(one.counts, two.counts)


def test_series_that_say_nothing_are_left_out_and_counted_by_reason(tmp_path):
    wide = made()
    wide.loc["s01"] = 4.0
    wide.loc["s02", MONTHS[5:]] = np.nan
    wide.loc["s03"] = np.arange(60.0)
    wide.loc["s04"] = np.where(np.arange(60) >= 30, 2.0, 1.0)
    file = tmp_path / "panel.parquet"
    write_panel(blocks_in(long(wide), 9), file)
    found = rank_in_universe(file, PLAN)
    assert found.series == 36
    assert found.left_out == {
        "fewer than 9 months in the window": 1,
        "the same value in every month": 1,
        EXACT: 2,
    }


def test_an_unknown_series_is_named_with_the_nearest(panel):
    plan = UniversePlan(SPEC, EVENT, ("s7",))
    with pytest.raises(ModelError, match=r"'s7' is not in the panel(.|\n)*did you mean"):
        rank_in_universe(panel, plan)


def test_a_target_that_says_nothing_is_not_identified(tmp_path):
    wide = made()
    wide.loc["s07"] = 1.0
    file = tmp_path / "panel.parquet"
    write_panel(blocks_in(long(wide)), file)
    found = rank_in_universe(file, PLAN).table.set_index("series")
    assert found.loc["s07", "reason"] == "the same value in every month"
    assert found.loc["s07", ["estimate", "t", "rank", "p_among_series", "p_in_time"]].isna().all()
    alone = rank_in_universe(file, UniversePlan(SPEC, EVENT, ("s31",), PLAN.options)).table
    pd.testing.assert_series_equal(found.loc["s31"], alone.set_index("series").loc["s31"])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: [rows, rows.iloc[:3]], "comes after"),
        (lambda rows: [pd.concat([rows, rows.iloc[[0]]])], "has the month 2015-01 twice"),
    ],
)
def test_a_panel_out_of_order_is_refused_and_leaves_no_file(spoil, said, tmp_path):
    with pytest.raises(DataError, match=said):
        write_panel(spoil(long(made(3))), tmp_path / "panel.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_or_other_columns_is_refused(tmp_path):
    text = tmp_path / "panel.parquet"
    text.write_text("series,month,value\n")
    with pytest.raises(DataError, match="cannot be read"):
        block_count(text)
    long(made(3)).rename(columns={"value": "t"}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(DataError, match=r"allowed: series \(string\)"):
        block_count(tmp_path / "other.parquet")
    with pytest.raises(DataError, match="cannot be read"):
        block_count(tmp_path / "none.parquet")


def test_logarithms_are_taken_where_there_are_some_and_series_without_are_left_out(tmp_path):
    wide = np.exp(made() / 10)
    wide.loc["s01", MONTHS[3]] = 0.0
    wide.loc["s02", MONTHS[3]] = -1.0
    wide.loc["s03", MONTHS[3]] = np.inf
    file, logged = tmp_path / "panel.parquet", tmp_path / "logged.parquet"
    write_panel(blocks_in(long(wide)), file)
    write_panel(blocks_in(long(np.log(wide.drop(["s01", "s02", "s03"])))), logged)
    found = rank_in_universe(file, replace(PLAN, measure="log"))
    assert found.left_out == {SCALES["log"].reason: 3}
    pd.testing.assert_frame_equal(found.table, rank_in_universe(logged, PLAN).table)
    assert rank_in_universe(file, replace(PLAN, measure="log1p")).left_out == {
        SCALES["log1p"].reason: 2
    }
    assert rank_in_universe(file, PLAN).left_out == {SCALES["value"].reason: 1}


def test_months_on_one_side_of_a_date_only_are_no_break_and_are_told_as_such(tmp_path):
    wide = made()
    wide.loc["s09", MONTHS[20:]] = np.nan
    file = tmp_path / "panel.parquet"
    write_panel(blocks_in(long(wide), 7), file)
    assert rank_in_universe(file, PLAN).left_out == {BLURRED: 1}


def test_an_event_outside_the_placebo_dates_has_no_rank_in_time(panel):
    late = rank_in_universe(panel, replace(PLAN, event=date(2019, 11, 1))).table
    assert late["p_in_time"].isna().all()
    assert late["rank"].notna().all()


def test_a_series_cut_between_blocks_or_a_month_twice_is_refused(tmp_path):
    rows = long(made(3)).sort_values(["series", "month"])
    file, twice = tmp_path / "cut.parquet", tmp_path / "twice.parquet"
    pq.write_table(pa.Table.from_pandas(rows, SCHEMA, preserve_index=False), file, 100)
    plan = replace(PLAN, targets=("s01",))
    with pytest.raises(DataError, match="'s01' stands in or before the block of 's01'"):
        rank_in_universe(file, plan)
    again = pd.concat([rows, rows.iloc[[4]]])
    pq.write_table(pa.Table.from_pandas(again, SCHEMA, preserve_index=False), twice)
    with pytest.raises(DataError, match="'s00' has the month 2015-05 twice"):
        rank_in_universe(twice, plan)


def test_a_plan_that_cannot_be_asked_is_refused():
    with pytest.raises(ModelError, match=r"'logs' is not known(.|\n)*did you mean 'log'"):
        replace(PLAN, measure="logs")
    with pytest.raises(ModelError, match="asked about twice"):
        replace(PLAN, targets=("s07", "s07"))


def test_runs_of_blocks_hold_each_block_once_in_order():
    for blocks, takers in ((0, 1), (1, 2), (7, 1), (160, 2), (160, 50)):
        runs = spans(blocks, takers)
        assert [number for run in runs for number in run] == list(range(blocks))
        assert len(runs) == min(blocks, SPANS_A_PROCESS * takers)
        lengths = {len(run) for run in runs}
        assert max(lengths, default=0) - min(lengths, default=0) <= 1


def test_the_ends_of_blocks_are_those_of_their_series_whether_the_file_tells_them_or_not(
    panel, tmp_path
):
    silent = tmp_path / "silent.parquet"
    table = pq.read_table(panel)
    pq.write_table(table, silent, row_group_size=7 * len(MONTHS), write_statistics=False)
    wanted = [("s00", "s06"), ("s07", "s13"), ("s14", "s20"), ("s21", "s27"), ("s28", "s34")]
    assert block_ends(panel) == block_ends(silent) == [*wanted, ("s35", "s39")]
