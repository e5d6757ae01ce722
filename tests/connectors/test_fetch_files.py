"""Files through pooch: means, sums, checksums, releases, and what is refused."""

from __future__ import annotations

import hashlib

import pytest

from analysis.connectors.errors import SourceError, UnreachableError
from analysis.connectors.vintage import vintages
from tests.connectors import formats
from tests.connectors.made import (
    POLICY_COLUMNS,
    csv_reply,
    dengue_file,
    policy_file,
    zip_reply,
)
from tests.connectors.server import Reply, in_turn, publisher


def test_oxcgrt_means_of_the_days_of_a_nation(desk):
    with publisher(in_turn(csv_reply(policy_file()))) as server:
        vintage = desk.fetch("oxcgrt", server, first=2020, last=2022)
    assert server.calls[0].path.endswith("/OxCGRT_compact_national_v1.csv")
    found = vintage.table.set_index("indicator")["value"]
    assert found.to_dict() == {
        "containment_health": 1.5,
        "government_response": 31.0,
        "stringency": 0.0,
    }
    assert set(vintage.table["unit_code"]) == {"LAO"}


@pytest.mark.parametrize("reply", [csv_reply(policy_file(), cut=100), Reply(b"", 503)])
def test_a_file_that_never_comes_whole_leaves_nothing(desk, reply):
    with publisher(in_turn(reply)) as server, pytest.raises(UnreachableError):
        desk.fetch("oxcgrt", server, first=2020, last=2022)
    assert len(server.calls) == desk.policy.attempts
    assert desk.nothing_stays()


def test_a_wrong_checksum_is_refused_and_a_right_one_is_not(desk):
    body = policy_file()
    right = hashlib.sha256(body).hexdigest()
    with publisher(in_turn(csv_reply(body))) as server:
        with pytest.raises(SourceError, match=right):
            desk.fetch("oxcgrt", server, first=2020, last=2022, sha256="0" * 64)
        assert desk.nothing_stays()
        vintage = desk.fetch("oxcgrt", server, first=2020, last=2022, sha256=right)
    assert vintage.record["answers"][0]["sha256"] == right


def test_a_file_of_unknown_length_needs_a_checksum(desk):
    body = policy_file()
    with publisher(in_turn(csv_reply(body, length=False))) as server:
        with pytest.raises(SourceError, match="how long the file is"):
            desk.fetch("oxcgrt", server, first=2020, last=2022)
        right = hashlib.sha256(body).hexdigest()
        desk.fetch("oxcgrt", server, first=2020, last=2022, sha256=right)


def test_changed_columns_of_a_file_are_named(desk):
    columns = [name.replace("_Average", "") for name in POLICY_COLUMNS]
    with (
        publisher(in_turn(csv_reply(policy_file(columns)))) as server,
        pytest.raises(SourceError, match="StringencyIndex_Average") as refused,
    ):
        desk.fetch("oxcgrt", server, first=2020, last=2022)
    assert "are missing" in str(refused.value)
    assert desk.nothing_stays()


def test_owid_sums_days_and_takes_the_last_report(desk):
    columns = ("iso_code", "continent", "location", "date", "new_cases", "new_deaths")
    columns += ("people_vaccinated", "people_fully_vaccinated")
    rows = [
        ("LAO", "Asia", "Laos", "2021-05-02", 7, 0, 500, ""),
        ("LAO", "Asia", "Laos", "2021-05-01", 5, 1, 400, ""),
        ("LAO", "Asia", "Laos", "2021-06-01", "", "", "", ""),
        ("FRA", "Europe", "France", "2021-05-01", 1, 1, 1, 1),
    ]
    with publisher(in_turn(csv_reply(formats.csv(columns, rows)))) as server:
        vintage = desk.fetch("owid", server, first=2020, last=2022)
    found = vintage.table.set_index(["indicator", "month"])["value"].to_dict()
    assert found == {
        ("cases", "2021-05"): 12,
        ("deaths", "2021-05"): 1,
        ("vaccinated", "2021-05"): 500,
    }


def test_opendengue_prefers_months_to_weeks(desk):
    with publisher(in_turn(zip_reply(dengue_file()))) as server:
        vintage = desk.fetch("opendengue", server)
    found = vintage.table.set_index("month")["value"].to_dict()
    assert found == {"2019-01": 11, "2019-02": 7}
    assert (vintage.folder / "answers" / "0001.zip").is_file()


def test_a_numbered_release_must_not_change(desk):
    with publisher(in_turn(zip_reply(dengue_file()), zip_reply(dengue_file(12)))) as server:
        desk.fetch("opendengue", server)
        with pytest.raises(SourceError, match="SHA-256 of the file is"):
            desk.fetch("opendengue", server)
    assert len(vintages("opendengue", desk.external)) == 1


def test_a_damaged_archive_is_refused(desk):
    with (
        publisher(in_turn(zip_reply(dengue_file()[:-30]))) as server,
        pytest.raises(SourceError, match="cannot be read"),
    ):
        desk.fetch("opendengue", server)
    assert desk.nothing_stays()


def test_ucdp_by_area_and_month(desk):
    columns = ("id", "country_id", "adm_1", "latitude", "date_start", "best", "low", "high")
    rows = [
        (1, 775, "Shan state", 23.5, "2018-01-05 00:00:00.000", 4, 2, 9),
        (2, 775, "Shan state", 20.5, "2018-01-09 00:00:00.000", 1, 1, 1),
        (3, 775, "Ayeyarwady region", 16.5, "2018-02-09 00:00:00.000", 0, 0, 3),
        (4, 800, "Shan state", 23.5, "2018-01-05 00:00:00.000", 50, 50, 50),
    ]
    body = formats.zipped("GEDEvent_v24_1.csv", formats.csv(columns, rows))
    with publisher(in_turn(zip_reply(body))) as server:
        vintage = desk.fetch("ucdp", server)
    found = vintage.table.set_index(["series", "month"])["value"]
    assert found["conflict/national/events", "2018-01"] == 2
    assert found["conflict/shan/deaths_high", "2018-01"] == 10
    assert found["conflict/northern_shan/deaths_best", "2018-01"] == 4
    assert found["conflict/ayeyarwady/deaths_best", "2018-02"] == 0
    verdicts = vintage.drift.set_index(["series", "month"])["verdict"]
    assert verdicts["conflict/ayeyarwady/deaths_low", "2018-02"] == "only fetched"
