"""The IMF through sdmx1, in both forms of SDMX-ML."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.config import DATA_RAW
from analysis.connectors.errors import SourceError
from analysis.connectors.registry import IMF_KEY
from analysis.connectors.session import KEY_HEADER
from tests.connectors import formats
from tests.connectors.desk import KEY, RATE, XML
from tests.connectors.server import Reply, in_turn, publisher


@pytest.mark.parametrize("message", [formats.sdmx_generic, formats.sdmx_specific])
def test_imf_exchange_rates(desk, message):
    raw = pd.read_csv(DATA_RAW / "macro_monthly.csv", dtype=str).set_index(["series", "month"])
    printed = raw.loc[("exchange_rate/LAO", "2018-01"), "value"]
    body = message("ER", [(RATE, {"2018-M01": printed, "2018-M02": "8000"})])
    with publisher(in_turn(Reply(body, media_type=XML))) as server:
        vintage = desk.fetch("imf_exchange_rates", server)
    assert server.calls[0].path == "/data/ER/CHN+KHM+LAO+MMR+THA+VNM.XDC_USD.PA_RT.M"
    assert server.calls[0].query == {"startPeriod": ["2018"], "endPeriod": ["2019"]}
    assert vintage.drift["verdict"].tolist() == ["agrees", "differs"]


@pytest.mark.parametrize("key", [None, KEY])
def test_an_optional_key_is_sent_where_it_is_set(desk, key):
    body = formats.sdmx_specific("ER", [(RATE, {"2018-M01": "8000"})])
    with publisher(in_turn(Reply(body, media_type=XML))) as server:
        desk.fetch("imf_exchange_rates", server, environment={IMF_KEY: key} if key else {})
    assert server.calls[0].headers.get(KEY_HEADER) == key


def trade_series(value="105500000", **change):
    key = {"COUNTRY": "CHN", "COUNTERPART_COUNTRY": "LAO", "FREQUENCY": "M", "SCALE": "6"} | change
    months = {f"2018-M{month:02d}": value for month in range(1, 10)}
    empty = (key | {"INDICATOR": "XG_FOB_USD", "COUNTERPART_COUNTRY": "VNM"}, {})
    return [(key | {"INDICATOR": name}, months) for name in ("XG_FOB_USD", "MG_CIF_USD")] + [empty]


@pytest.mark.parametrize("message", [formats.sdmx_generic, formats.sdmx_specific])
def test_imf_trade_is_in_dollars_whatever_multiple_it_is_shown_in(desk, message):
    body = message("IMTS", trade_series())
    with publisher(in_turn(Reply(body, media_type=XML))) as server:
        vintage = desk.fetch("imf_trade", server)
    assert server.calls[0].path == "/data/IMTS/CHN.XG_FOB_USD+MG_CIF_USD.LAO+MMR+VNM.M"
    assert set(vintage.table["value"]) == {105.5e6}
    drift = vintage.drift.set_index("report_id")
    assert drift.loc["R0106", "fetched"] == pytest.approx(9 * 105.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"value": "105.5"}, "the largest value, 105.5, is less than one"), ({"SCALE": "M"}, "'M'")],
)
def test_imf_trade_divided_by_its_multiple_or_in_an_unknown_one_is_refused(desk, change, message):
    body = formats.sdmx_specific("IMTS", trade_series(**change))
    with (
        publisher(in_turn(Reply(body, media_type=XML))) as server,
        pytest.raises(SourceError, match=message),
    ):
        desk.fetch("imf_trade", server)
    assert desk.nothing_stays()


def test_imf_trade_without_a_scale_is_refused(desk):
    series = [
        ({name: key[name] for name in key if name != "SCALE"}, values)
        for key, values in trade_series()
    ]
    body = formats.sdmx_specific("IMTS", series)
    with (
        publisher(in_turn(Reply(body, media_type=XML))) as server,
        pytest.raises(SourceError, match="SCALE is missing"),
    ):
        desk.fetch("imf_trade", server)


def test_xml_that_is_no_sdmx_is_refused(desk):
    with (
        publisher(in_turn(Reply(b"<html/>", media_type=XML))) as server,
        pytest.raises(SourceError, match="no SDMX data message"),
    ):
        desk.fetch("imf_trade", server)
    assert desk.nothing_stays()
