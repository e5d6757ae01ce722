"""What every source keeps of an answer, where it is described, and how it waits."""

from __future__ import annotations

import hashlib
import json
import sys

import pytest

from analysis.config import DATA_RAW, ROOT
from analysis.connectors.errors import SourceError
from analysis.connectors.fetch import find_source
from analysis.connectors.registry import SOURCES
from tests.connectors import formats
from tests.connectors.desk import RATE, XML
from tests.connectors.made import (
    dengue_file,
    zip_reply,
)
from tests.connectors.server import Reply, in_turn, publisher


def test_the_record_of_a_vintage(desk):
    with publisher(in_turn(zip_reply(dengue_file()))) as server:
        vintage = desk.fetch("opendengue", server)
    record = json.loads((vintage.folder / "vintage.json").read_text())
    (answer,) = record["answers"]
    kept = (vintage.folder / answer["file"]).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == answer["sha256"]
    assert (
        answer["address"]
        == f"{server.base}/OpenDengue/master-repo/main/data/releases/V1.3/National_extract_V1_3.zip"
    )
    assert record["client"]["name"] == "pooch"
    assert record["terms"] == "CC BY 4.0"
    assert record["drift"]["table"] == "dengue_monthly"
    assert (
        record["table"]["sha256"]
        == hashlib.sha256((vintage.folder / "table.csv").read_bytes()).hexdigest()
    )


def test_a_fetch_writes_only_into_its_own_folder(desk):
    before = {path.name: path.read_bytes() for path in DATA_RAW.iterdir()}
    with publisher(in_turn(zip_reply(dengue_file()))) as server:
        desk.fetch("opendengue", server)
    assert {path.name: path.read_bytes() for path in DATA_RAW.iterdir()} == before


def test_busy_publishers_are_asked_again_through_every_client(desk):
    busy = Reply(b"", 429, headers={"Retry-After": "3"})
    answer = formats.comtrade()
    waiting = [busy]
    with publisher(lambda call: waiting.pop() if waiting else answer(call)) as server:
        desk.fetch("comtrade_annual", server)
    rows = [(RATE, {"2018-M01": "8000"})]
    xml = Reply(formats.sdmx_specific("ER", rows), media_type=XML)
    with publisher(in_turn(busy, xml)) as server:
        desk.fetch("imf_exchange_rates", server)
    pages = formats.world_bank({"NY.GDP.MKTP.CD": [("LAO", "2019", 1.0)]})
    waiting = [busy]
    with publisher(lambda call: waiting.pop() if waiting else pages(call)) as server:
        desk.fetch("world_bank", server)
    with publisher(in_turn(busy, zip_reply(dengue_file()))) as server:
        desk.fetch("opendengue", server)
    assert desk.waits == [3.0] * 4


def test_every_source_says_where_it_is_described_and_what_it_is_compared_with():
    for source in SOURCES.values():
        assert source.base.startswith("https://")
        assert all(address.startswith("https://") for address in source.documentation)
        cited = sys.modules[source.fetch.__module__].__doc__
        assert all(address in cited for address in source.documentation), source.name
        assert source.terms
        assert (DATA_RAW / f"{source.table}.csv").is_file()


def test_an_unknown_source_is_refused_with_the_nearest_name():
    with pytest.raises(SourceError, match="did you mean 'comtrade_annual'"):
        find_source("comtrade_anual")


def test_vintages_are_ignored_by_git():
    assert ".external/" in (ROOT / ".gitignore").read_text().splitlines()
