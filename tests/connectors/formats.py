"""Small answers in the formats that the publishers document; all figures are made up."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence

from tests.connectors.server import Call, Reply, Script

COUNTRY = {"418": 120e6, "104": 700e6, "704": 9e9}
WORLD_BANK_PER_PAGE = 4


def comtrade(change: Callable[[dict], dict] = dict, lost: int = 0) -> Script:
    """Answer as UN Comtrade does: every partner, flow and period that was asked for."""

    def script(call: Call) -> Reply:
        assert call.path.startswith("/data/v1/get/C/")
        first = {name: values[0] for name, values in call.query.items()}
        rows = [
            change(comtrade_record(partner, flow, period))
            for partner in first["partnerCode"].split(",")
            for flow in first["flowCode"].split(",")
            for period in first["period"].split(",")
        ]
        body = {"elapsedTime": "0.1 secs", "count": len(rows), "data": rows[lost:], "error": ""}
        return Reply(json.dumps(body).encode())

    return script


def comtrade_record(partner: str, flow: str, period: str) -> dict:
    return {
        "typeCode": "C",
        "freqCode": "M" if len(period) == 6 else "A",
        "refYear": int(period[:4]),
        "period": period,
        "reporterCode": 156,
        "flowCode": flow,
        "partnerCode": int(partner),
        "partner2Code": 0,
        "cmdCode": "TOTAL",
        "customsCode": "C00",
        "motCode": 0,
        "primaryValue": COUNTRY[partner] * (1.0 if flow == "X" else 1.5),
    }


def world_bank(
    rows: Mapping[str, Sequence[tuple[str, str, float | None]]], lost: int = 0
) -> Script:
    """Answer as the Indicators API does, in pages of four."""

    def script(call: Call) -> Reply:
        code = call.path.rpartition("/")[2]
        every = [wdi_row(code, *row) for row in rows.get(code, ())]
        page = int(call.query["page"][0])
        start = (page - 1) * WORLD_BANK_PER_PAGE
        head = {
            "page": page,
            "pages": -(-len(every) // WORLD_BANK_PER_PAGE),
            "per_page": WORLD_BANK_PER_PAGE,
            "total": len(every),
            "sourceid": "2",
            "lastupdated": "2026-01-01",
        }
        shown = every[start : start + WORLD_BANK_PER_PAGE]
        return Reply(json.dumps([head, shown[: len(shown) - lost]]).encode())

    return script


def wdi_row(code: str, iso3: str, year: str, value: float | None) -> dict:
    return {
        "indicator": {"id": code, "value": "name"},
        "country": {"id": "XX", "value": "name"},
        "countryiso3code": iso3,
        "date": year,
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 0,
    }


SDMX_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<message:{kind} xmlns:message="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"'
    ' xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"'
    ' xmlns:common="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:ss="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific">'
    "<message:Header><message:ID>X</message:ID><message:Test>false</message:Test>"
    "<message:Prepared>2026-01-01T00:00:00</message:Prepared>"
    '<message:Sender id="IMF"/>'
    '<message:Structure structureID="S" namespace="urn:x" dimensionAtObservation="TIME_PERIOD">'
    '<common:Structure><Ref agencyID="IMF.STA" id="{flow}" version="1.0"/></common:Structure>'
    "</message:Structure></message:Header>"
)


def sdmx_generic(flow: str, series: Sequence[tuple[Mapping[str, str], Mapping[str, str]]]) -> bytes:
    """Return a generic data message; SCALE is an attribute of the series, all else its key."""
    parts = [SDMX_HEAD.format(kind="GenericData", flow=flow), '<message:DataSet structureRef="S">']
    for key, values in series:
        dimensions = "".join(
            f'<g:Value id="{name}" value="{word}"/>'
            for name, word in key.items()
            if name != "SCALE"
        )
        scale = key.get("SCALE")
        attributes = (
            f'<g:Attributes><g:Value id="SCALE" value="{scale}"/></g:Attributes>' if scale else ""
        )
        observations = "".join(
            f'<g:Obs><g:ObsDimension value="{month}"/><g:ObsValue value="{value}"/></g:Obs>'
            for month, value in values.items()
        )
        parts.append(
            f"<g:Series><g:SeriesKey>{dimensions}</g:SeriesKey>{attributes}{observations}</g:Series>"
        )
    return ("".join(parts) + "</message:DataSet></message:GenericData>").encode()


def sdmx_specific(
    flow: str, series: Sequence[tuple[Mapping[str, str], Mapping[str, str]]]
) -> bytes:
    """Return a structure-specific data message in the form that the IMF sends.

    Attributes of an indicator stand in a group, those of a series beside its key; a series of the
    key without any observation is sent empty.
    """
    parts = [
        SDMX_HEAD.format(kind="StructureSpecificData", flow=flow),
        '<message:DataSet ss:structureRef="S" ss:dataScope="DataStructure" action="Replace"'
        ' LANGUAGE="EN" PUBLISHER="IMF" xmlns:ns1="urn:x">',
    ]
    for indicator in sorted({key["INDICATOR"] for key, _ in series}):
        parts.append(f'<Group xsi:type="ns1:GROUP_INDICATOR" INDICATOR="{indicator}" UNIT="USD"/>')
    for key, values in series:
        words = " ".join(f'{name}="{word}"' for name, word in key.items())
        observations = "".join(
            f'<Obs TIME_PERIOD="{month}" OBS_VALUE="{value}" DERIVATION_TYPE="O"/>'
            for month, value in values.items()
        )
        parts.append(f"<Series {words}>{observations}</Series>")
    return ("".join(parts) + "</message:DataSet></message:StructureSpecificData>").encode()


def csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()
