from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.data_management.catalogue import open_vocabulary
from analysis.data_management.load import (
    load_agreement,
    load_agreement_summary,
    load_context,
    load_contradictions,
    load_events,
    load_observations,
    load_overlaps,
    load_reports,
    load_series,
    load_table,
)
from analysis.data_management.pipeline import KEYS, build_processed, vocabulary
from analysis.data_management.processed_tables import PROCESSED, check_processed
from analysis.data_management.save import save_table
from analysis.errors import DataError


@pytest.fixture(scope="module")
def saved(processed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "data_processed"
    for name, keys in KEYS.items():
        save_table(processed[name], keys, folder / f"{name}.csv")
    return folder


def test_every_processed_table_has_keys_and_a_schema(processed):
    assert set(processed) == set(KEYS) == set(PROCESSED)


@pytest.mark.parametrize("name", KEYS)
def test_table_loads_as_it_was_built(processed, saved, name):
    built = processed[name].sort_values(list(KEYS[name])).reset_index(drop=True)
    pd.testing.assert_frame_equal(load_table(name, saved), built, check_exact=True)


def test_loaders_load_their_table(saved):
    loaders = {
        "reports": load_reports,
        "series": load_series,
        "overlaps": load_overlaps,
        "contradictions": load_contradictions,
        "agreement": load_agreement,
        "agreement_summary": load_agreement_summary,
        "events": load_events,
    }
    for name, load in loaders.items():
        pd.testing.assert_frame_equal(load(folder=saved), load_table(name, saved))


def test_observations_of_some_series(saved):
    key = "muse/port/import_value/mm_commerce/usd"
    df = load_observations(key, saved)
    assert set(df["series"]) == {key}
    assert len(df) == 10
    both = load_observations([key, "muse/port/export_value/mm_commerce/usd"], saved)
    assert both["series"].nunique() == 2
    assert len(load_observations(folder=saved)) > len(both)


def test_context_is_never_filled_in(saved, raw):
    rate = load_context("exchange_rate/MMR", saved)
    assert (rate["month"].min(), rate["month"].max()) == (
        pd.Timestamp("2010-01-01"),
        pd.Timestamp("2021-04-01"),
    )
    everything = load_context(folder=saved)
    assert len(everything) == sum(map(len, raw.monthly)) == 13_450
    first = raw["macro_monthly"].iloc[0]
    assert first["series"] in set(everything["series"])
    same = (everything["series"] == first["series"]) & (everything["month"] == first["month"])
    assert everything[same]["value"].tolist() == [float(first["value"])]


def test_context_holds_zero_counts_and_leaves_missing_months_out(saved):
    events = load_context("conflict/muse_100km/events", saved)
    assert (len(events), events["value"].sum(), (events["value"] == 0).sum()) == (168, 189, 96)
    deaths = load_context("conflict/national/deaths_best", saved).set_index("month")["value"]
    assert deaths["2010-01":"2010-04"].tolist() == [4, 3, 31, 0]
    cases = load_context("dengue/LAO/cases", saved)
    assert set(cases["unit"]) == {"cases"}
    assert 2013 not in set(cases["month"].dt.year)
    assert cases["month"].max() == pd.Timestamp("2025-03-01")


def test_unknown_series_gets_a_hint(saved):
    with pytest.raises(DataError, match="did you mean 'muse/port/import_value/mm_commerce/usd'"):
        load_observations("muse/port/import_value/mm_comerce/usd", saved)


def test_unknown_table_gets_a_hint(saved):
    with pytest.raises(DataError, match="did you mean 'reports'"):
        load_table("report", saved)


def test_missing_table_says_make_reproduce(tmp_path):
    with pytest.raises(DataError) as caught:
        load_reports(tmp_path)
    assert "reports.csv: the table is not built" in str(caught.value)
    assert caught.value.remedy == "make reproduce"


@pytest.mark.parametrize(
    ("old", "new"),
    [(",level,", ",lvl,"), (",2015-01-01,", ",soon,"), ("observation_id,", "id,")],
)
def test_edited_table_is_refused(saved, tmp_path, old, new):
    text = (saved / "observations.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "observations.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match="make reproduce") as caught:
        load_observations(folder=tmp_path)
    assert "observations.csv" in str(caught.value)


def test_edited_flag_is_refused(saved, tmp_path):
    text = (saved / "events.csv").read_text(encoding="utf-8")
    (tmp_path / "events.csv").write_text(text.replace("True", "yes"), encoding="utf-8")
    with pytest.raises(DataError, match="more than True and False"):
        load_events(tmp_path)


def test_bounds_that_do_not_hold_the_value_are_refused(processed):
    df = processed["observations"].copy()
    df.loc[3, "lower"] = df.loc[3, "upper"] + 1
    with pytest.raises(DataError, match="0 < lower <= value <= upper") as caught:
        check_processed("observations", df)
    assert "row 3" in str(caught.value)


def test_events_keep_what_is_unknown(processed):
    events = processed["events"].set_index("event_id")
    assert events.loc[["EV007", "EV010", "EV019"], "to_check"].all()
    assert not events.loc[["EV007", "EV010", "EV019", "EV048"], "day_known"].any()
    assert events.loc["EV042", "day_known"]
    assert pd.isna(events.loc["EV042", "end"])


def test_vocabulary_names_what_studies_use(raw):
    words = vocabulary(raw.tables)
    assert "mohan/port/trade_value/cn_port_office/cny" in words.series
    assert {"Mohan", "Mohan-Boten", "Muse"} <= words.places
    assert {"exchange_rate/LAO", "cpi/MMR", "commodity/rubber_rss3"} <= words.context
    assert {"conflict/kachin/events", "dengue/LAO/cases"} <= words.context
    assert "R0215" in words.reports
    event = words.events["EV023"]
    assert (event.start.isoformat(), event.end.isoformat()) == ("2020-03-01", "2023-01-07")
    assert not event.day_known
    assert words.events["EV042"].end is None


def test_vocabulary_opens_verified_data_only(folder):
    assert open_vocabulary(folder) == open_vocabulary()
    (folder / "extra.csv").write_text("a\n")
    with pytest.raises(DataError, match="not registered"):
        open_vocabulary(folder)


def test_build_changes_nothing_in_the_raw_tables(raw):
    copies = {name: df.copy() for name, df in raw.tables.items()}
    build_processed(raw)
    for name, df in copies.items():
        pd.testing.assert_frame_equal(df, raw[name])


def test_no_processed_number_is_infinite(processed):
    for name in KEYS:
        numbers = processed[name].select_dtypes("number")
        assert not np.isinf(numbers.to_numpy(dtype=float)).any()
