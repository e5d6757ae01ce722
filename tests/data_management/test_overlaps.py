from __future__ import annotations

from analysis.data_management.overlaps import build_overlaps


def test_relations_and_days(make_reports):
    df = build_overlaps(
        make_reports(
            {"start": "2020-01-01", "end": "2020-01-31", "value": "1"},
            {"start": "2020-01-11", "end": "2020-01-20", "value": "2"},
            {"start": "2020-01-22", "end": "2020-02-10", "value": "3"},
            {"start": "2020-01-11", "end": "2020-01-20", "value": "4"},
        )
    )
    assert df.drop(columns="series").to_dict("split")["data"] == [
        ["R0001", "R0002", "contains", 10, 21, 0],
        ["R0001", "R0003", "overlaps", 10, 21, 10],
        ["R0001", "R0004", "contains", 10, 21, 0],
        ["R0002", "R0004", "identical", 10, 0, 0],
    ]


def test_series_and_rates_are_not_paired(make_reports):
    other_basis = {"basis": "cn_customs"}
    rate = {"metric": "vehicles_per_day", "unit": "vehicles per day"}
    df = build_overlaps(make_reports({}, other_basis, rate, rate | {"publisher": "B"}))
    assert df.empty


def test_every_pair_of_a_series_that_shares_days_is_listed_once(processed):
    levels = processed["observations"][processed["observations"]["kind"] == "level"]
    key = "muse/port/trade_value/mm_commerce/usd"
    muse = levels[levels["series"] == key]
    expected = {
        frozenset((a.report_id, b.report_id))
        for a in muse.itertuples()
        for b in muse.itertuples()
        if a.report_id < b.report_id and a.start <= b.end and b.start <= a.end
    }
    rows = processed["overlaps"][processed["overlaps"]["series"] == key]
    listed = [frozenset(pair) for pair in zip(rows["report_id"], rows["other_id"], strict=True)]
    assert len(listed) == len(set(listed))
    assert set(listed) == expected
