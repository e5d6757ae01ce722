from __future__ import annotations

import pytest

from analysis.data_management.load import load_table
from analysis.data_management.load_panels import (
    load_country_pairs,
    load_country_year,
    load_covid,
    load_policy,
)
from analysis.data_management.pipeline import KEYS
from analysis.data_management.save import save_table
from analysis.errors import DataError

TABLES = ("policy", "covid", "country_year", "country_pairs")


@pytest.fixture(scope="module")
def saved(processed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("panels")
    for name in TABLES:
        save_table(processed[name], KEYS[name], folder / f"{name}.csv")
    return folder


def test_nothing_chosen_is_everything(saved):
    loaders = (load_policy, load_covid, load_country_year, load_country_pairs)
    for name, load in zip(TABLES, loaders, strict=True):
        assert load(folder=saved).equals(load_table(name, saved))


def test_part_of_a_panel(saved):
    df = load_policy("stringency", ["LAO", "CHN-YN"], saved)
    assert df.groupby("unit").size().to_dict() == {"CHN-YN": 38, "LAO": 36}
    assert set(df["index"]) == {"stringency"}
    assert list(df.index) == list(range(len(df)))
    assert set(load_covid("deaths", "VNM", saved)["unit"]) == {"VNM"}
    assert len(load_country_year(["gdp", "population"], "LAO", saved)) == 38


def test_pairs_among_some_countries(saved):
    df = load_country_pairs(["LAO", "CHN", "VNM"], saved)
    assert df[["iso3_a", "iso3_b"]].to_numpy().tolist() == [
        ["CHN", "LAO"],
        ["CHN", "VNM"],
        ["LAO", "VNM"],
    ]
    assert df["contiguous"].all()


@pytest.mark.parametrize(
    ("load", "arguments", "said"),
    [
        (load_policy, ("stringenci", None), "did you mean 'stringency'?"),
        (load_policy, (None, ["LAO", "LOA"]), "did you mean"),
        (load_covid, ("case", None), "did you mean 'cases'?"),
        (load_country_year, ("gdpp", None), "did you mean 'gdp'?"),
        (load_country_year, ("gdp", "Laos"), "column iso3"),
        (load_country_pairs, (["LAO", "UNK"],), "country_pairs.csv"),
    ],
)
def test_unknown_name(saved, load, arguments, said):
    with pytest.raises(DataError, match="the table holds nothing for") as caught:
        load(*arguments, folder=saved)
    assert said in str(caught.value)
