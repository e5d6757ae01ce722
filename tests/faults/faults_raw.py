"""Faults in raw tables and in their register of checksums."""

from __future__ import annotations

from functools import partial

from tests.faults.damage import (
    Fault,
    cell,
    cell_at,
    content,
    emptied,
    folder_instead,
    half,
    in_gbk,
    in_utf_16,
    linked,
    moved_behind_link,
    once_more,
    one_bit_flipped,
    put,
    renamed,
    rows,
    table,
    text,
    with_bom,
    with_crlf,
    with_null,
    without,
)

REPORTS, EVENTS, SERIES = table("reports"), table("events"), table("series")
REGISTER = "data_raw/checksums.sha256"
report = partial(cell, REPORTS, "R0215")
event = partial(cell, EVENTS, "EV037")

VALUES = {
    "thousands separator": "43,340",
    "decimal comma": "43,34",
    "thin space between thousands": "43 340",
    "full-width digits": "４３.３４",
    "Chinese numerals": "四十三",
    "unit 亿 in the cell": "433.4亿",
    "unit 万 in the cell": "4334万",
    "negative": "-43.34",
    "zero": "0",
    "text": "about 43",
    "not a number": "NaN",
    "infinite": "inf",
    "exponent": "4.3e1",
    "space before": " 43.34",
    "line end after": "43.34\n",
    "currency sign": "¥43.34",
    "formula": "=43+0.34",
    "Arabic digits": "٤٣.٣٤",
    "thousand times too large": "43340",
    "thousand times too small": "0.04334",
}
DATES = {
    "no day of the calendar": "2022-02-30",
    "day and month swapped": "2022-13-01",
    "slashes": "2022/01/01",
    "day first": "01-01-2022",
    "Chinese date": "2022年1月1日",
    "with a time": "2022-01-01T00:00",
    "serial number of a spreadsheet": "44562",
    "empty": "",
    "after the end": "2023-01-01",
    "two digits of the year": "22-01-01",
    "full-width digits": "２０２２-01-01",
}
WORDS = {
    "metric": "trade_valeu",
    "scope": "prot",
    "basis": "cn_port_offices",
    "unit": "CNY bilion",
    "qualifier": "exactly",
    "confidence": "High",
    "availability": "orginal",
    "publisher": "",
    "place": "Mohan ",
    "url": "www.example.org",
}
FILES = {
    "empty": emptied,
    "cut in the middle": half,
    "UTF-16": in_utf_16,
    "GBK": in_gbk,
    "a null byte": with_null,
    "byte order mark": with_bom,
    "Windows line ends": with_crlf,
    "semicolons for commas": lambda found: found.replace(b",", b";"),
    "tabs for commas": lambda found: found.replace(b",", b"\t"),
    "an open quotation mark": lambda found: found.replace(b"R0002,", b'R0002,"', 1),
    "an empty line": lambda found: found.replace(b"\nR0003", b"\n\nR0003", 1),
    "a header without rows": lambda found: found.split(b"\n")[0] + b"\n",
    "header twice": lambda found: found.split(b"\n")[0] + b"\n" + found,
    "no header": lambda found: found.split(b"\n", 1)[1],
    "marks of a merge": lambda found: b"<<<<<<< HEAD\n" + found + b">>>>>>> other\n",
    "a column renamed": lambda found: found.replace(b"start", b"begin", 1),
    "a column twice": lambda found: found.replace(b"counterpart", b"place", 1),
    "a cell too many": lambda found: found.replace(b"R0003,", b"R0003,,", 1),
}
TITLES = {
    "script": "<script>alert(1)</script>",
    "picture that runs a program": '<img src=x onerror="alert(1)">',
    "formula": '=HYPERLINK("http://example.org","click")',
    "command of a spreadsheet": "@SUM(1+1)*cmd|' /C calc'!A0",
    "LaTeX command": r"\input{/etc/passwd} 100% & more",
    "template": "{{ 7*7 }} ${7*7}",
    "from right to left": "abc‮fdp.exe",
    "path": "../../etc/passwd",
}
NUMBERS = (
    ("end before its start", report(end="2021-12-31")),
    ("published before its start", report(published="2011")),
    ("published in the future", report(published="2062-01-01")),
    ("period in the future", report(start="2062-01-01", end="2062-12-31", published="")),
    ("growth that leaves nothing", report(growth_percent="-117.15")),
    ("growth with a decimal comma", report(growth_percent="-17,15")),
    ("growth with a per cent sign", report(growth_percent="-17.15%")),
    ("growth without qualifier", report(growth_percent="5", growth_qualifier="")),
    ("value without qualifier", report(qualifier="")),
    ("range upside down", report(value_to="40")),
    ("unit of another kind", report(unit="million tonnes")),
    ("another currency", report(unit="USD billion")),
    ("the same report twice", once_more(REPORTS, "R0215", report_id="R9999")),
    ("the same key twice", once_more(REPORTS, "R0215", value="50")),
    ("key of another form", report(report_id="215")),
    ("path for a key", report(report_id="../R0215")),
    ("path for a place", report(place="../../etc")),
    ("undeclared series", report(place="Atlantis")),
)
OTHER_TABLES = (
    ("events: end before its start", event(end="2021-07-07")),
    ("events: no day of the calendar", event(start="2021-02-29")),
    ("events: unknown category", event(category="closed")),
    ("events: countries by commas", event(countries="China,Laos")),
    ("events: the same key twice", once_more(EVENTS, "EV037", description="again")),
    (
        "series: currency changed",
        cell(SERIES, "mohan/port/trade_value/cn_port_office/cny", unit="million USD"),
    ),
    (
        "series: row dropped",
        rows(
            SERIES, lambda found: [row for row in found if not row["series"].startswith("mohan/")]
        ),
    ),
    ("macro_monthly: month 13", cell_at(table("macro_monthly"), 0, month="2010-13")),
    ("macro_monthly: month twice", cell_at(table("macro_monthly"), 1, month="2010-01")),
    ("macro_monthly: unit changed", cell_at(table("macro_monthly"), 1, unit="percent")),
    ("macro_monthly: negative", cell_at(table("macro_monthly"), 0, value="-98.7")),
    ("conflict_monthly: half a death", cell_at(table("conflict_monthly"), 0, value="0.5")),
    ("conflict_monthly: sum broken", cell_at(table("conflict_monthly"), 0, value="7")),
    ("countries: latitude of no place", cell_at(table("countries"), 0, latitude="125")),
    ("countries: code of two letters", cell_at(table("countries"), 0, iso3="AW")),
    ("countries: a country missing", rows(table("countries"), lambda found: found[1:])),
    ("country_annual: unknown indicator", cell_at(table("country_annual"), 0, indicator="fdi")),
    ("country_annual: year 3005", cell_at(table("country_annual"), 0, year="3005")),
    ("country_annual: a year twice", cell_at(table("country_annual"), 1, year="2005")),
    ("policy_monthly: index above 100", cell_at(table("policy_monthly"), 0, stringency="1000")),
    ("indicators: bounds swapped", cell_at(table("indicators"), 0, lowest="9", highest="1")),
    ("second_coding: unknown unit", cell(table("second_coding"), "P001", unit="USD millions")),
    ("second_coding: negative", cell(table("second_coding"), "P001", value="-5200")),
    ("places: country unknown", cell(table("places"), "mohan", iso3="XXX")),
    ("claims: figure that is none", cell(table("claims"), "C001", figures="R9999")),
    ("claims: printed with a sign", cell(table("claims"), "C001", printed="99%")),
)
UNREGISTERED = (
    ("one digit changed", text(REPORTS, "43.34", "44.34")),
    ("one bit flipped", content(REPORTS, one_bit_flipped)),
    ("table missing", without(EVENTS)),
    ("table emptied", content(SERIES, emptied)),
    ("table cut in the middle", content(table("country_annual"), half)),
    ("a file too many", put("data_raw/reports (copy).csv", b"report_id\n")),
    ("folder instead of a table", folder_instead(EVENTS)),
    ("link to nothing", linked(EVENTS, "nowhere.csv")),
    ("link to itself", linked(EVENTS, "events.csv")),
    ("link to the same bytes elsewhere", moved_behind_link(EVENTS)),
    ("table renamed", renamed(EVENTS, "Events.csv")),
    ("Windows line ends", content(EVENTS, with_crlf)),
)
OF_THE_REGISTER = (
    ("missing", without(REGISTER)),
    ("empty", content(REGISTER, emptied)),
    ("cut in the middle", content(REGISTER, half)),
    ("wrong checksum", content(REGISTER, lambda found: b"0" * 64 + found[64:])),
    ("a line twice", content(REGISTER, lambda found: found + found.split(b"\n")[0] + b"\n")),
    ("path out of the folder", content(REGISTER, lambda found: found + b"0" * 64 + b"  ../x\n")),
    ("bytes that are no text", content(REGISTER, lambda found: b"\xff\xfe" + found)),
    ("byte order mark", content(REGISTER, with_bom)),
    ("Windows line ends", content(REGISTER, with_crlf)),
)
RAW = (
    *(Fault("reports", f"value: {name}", report(value=new), True) for name, new in VALUES.items()),
    *(Fault("reports", f"start: {name}", report(start=new), True) for name, new in DATES.items()),
    *(
        Fault("reports", f"{name}: not in the vocabulary", report(**{name: new}), True)
        for name, new in WORDS.items()
    ),
    *(Fault("reports", name, content(REPORTS, change), True) for name, change in FILES.items()),
    *(Fault("reports", f"title: {name}", report(title=new), True) for name, new in TITLES.items()),
    *(Fault("reports", name, damage, True) for name, damage in NUMBERS),
    *(Fault("raw tables", name, damage, True) for name, damage in OTHER_TABLES),
    *(Fault("raw files", name, damage) for name, damage in UNREGISTERED),
    *(Fault("register", name, damage) for name, damage in OF_THE_REGISTER),
)
