"""Files of health data in the form of their publishers."""

from __future__ import annotations

from tests.connectors import formats
from tests.connectors.server import Reply

POLICY_COLUMNS = (
    *("CountryName", "CountryCode", "RegionName", "Jurisdiction", "Date"),
    *("StringencyIndex_Average", "GovernmentResponseIndex_Average"),
    *("ContainmentHealthIndex_Average", "EconomicSupportIndex"),
)


def policy_file(columns=POLICY_COLUMNS):
    days = [f"202001{day:02d}" for day in range(1, 32)]
    rows = [("Laos", "LAO", "", "NAT_TOTAL", day, 0, 31, 1.5, "") for day in days]
    rows += [("China", "CHN", "Yunnan", "STATE_TOTAL", days[0], 99, 99, 99, 99)]
    return formats.csv(columns, rows)


def csv_reply(body, **options):
    return Reply(body, media_type="text/csv", **options)


DENGUE_COLUMNS = (
    *("adm_0_name", "ISO_A0", "calendar_start_date", "calendar_end_date", "Year"),
    *("dengue_total", "S_res", "T_res", "UUID"),
)


def dengue_file(cases=11):
    rows = [
        ("LAOS", "LAO", "2019-01-01", "2019-01-31", 2019, cases, "Admin0", "Month", "a"),
        ("LAOS", "LAO", "2019-01-06", "2019-01-12", 2019, 500, "Admin0", "Week", "b"),
        ("LAOS", "LAO", "2019-02-24", "2019-03-02", 2019, 3, "Admin0", "Week", "c"),
        ("LAOS", "LAO", "2019-02-03", "2019-02-09", 2019, 4, "Admin0", "Week", "d"),
        ("LAOS", "LAO", "2019-01-01", "2019-12-31", 2019, 9999, "Admin0", "Year", "e"),
    ]
    return formats.zipped("National_extract_V1_3.csv", formats.csv(DENGUE_COLUMNS, rows))


def zip_reply(body):
    return Reply(body, media_type="application/zip")
