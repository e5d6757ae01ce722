"""A fault in data_raw or a study file stops before a kernel starts and leaves outputs whole."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.data_management.checksums import write_register

Damage = Callable[[Path], None]


def cell(table: str, key: str, **cells: str) -> Damage:
    """Change cells of one row of a raw table and register the new checksum."""

    def damage(root: Path) -> None:
        path = root / "data_raw" / f"{table}.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        [row] = [row for row in rows if next(iter(row.values())) == key]
        row.update(cells)
        _write(path, rows)

    return damage


def copied_row(table: str, key: str, **cells: str) -> Damage:
    """Append a copy of one row with some cells changed."""

    def damage(root: Path) -> None:
        path = root / "data_raw" / f"{table}.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        [row] = [row for row in rows if next(iter(row.values())) == key]
        _write(path, [*rows, row | cells])

    return damage


def without_column(table: str, column: str) -> Damage:
    def damage(root: Path) -> None:
        path = root / "data_raw" / f"{table}.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        for row in rows:
            del row[column]
        _write(path, rows)

    return damage


def without_file(name: str) -> Damage:
    return lambda root: (root / "data_raw" / name).unlink()


def edited_unregistered(root: Path) -> None:
    path = root / "data_raw" / "reports.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("43.34", "44.34"), encoding="utf-8")


def study(old: str, new: str, name: str = "mohan_boten") -> Damage:
    """Replace text in a study file."""

    def damage(root: Path) -> None:
        path = root / "notebooks" / "parameters" / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return damage


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_register(path.parent)


RAILWAY = "event: EV042, shape: step, label: Railway}"
FAULTS = {
    "end before start": (
        cell("reports", "R0215", end="2021-12-31"),
        ["data error", "reports.csv", "R0215", "2021-12-31", "2022-01-01"],
    ),
    "date that is none": (
        cell("reports", "R0215", start="2022-02-30"),
        ["reports.csv", "R0215", "column start", "YYYY-MM-DD"],
    ),
    "dates out of order": (
        cell("events", "EV037", end="2021-07-07"),
        ["events.csv", "EV037", "2021-07-08"],
    ),
    "unknown unit": (
        cell("reports", "R0215", unit="CNY bilion"),
        ["reports.csv", "R0215", "column unit", "did you mean 'CNY billion'?"],
    ),
    "duplicate report": (
        copied_row("reports", "R0215", report_id="R9999"),
        ["reports.csv", "R9999", "R0215"],
    ),
    "duplicate key": (
        copied_row("reports", "R0215", value="50"),
        ["reports.csv", "R0215"],
    ),
    "mixed currency in one series": (
        cell("reports", "R0215", unit="USD billion"),
        ["R0215", "mohan/port/trade_value/cn_port_office", "USD"],
    ),
    "mixed dimensions": (
        cell("reports", "R0215", unit="million tonnes"),
        ["reports.csv", "R0215", "tonnes"],
    ),
    "missing column": (
        without_column("reports", "basis"),
        ["reports.csv", "basis"],
    ),
    "wrong type": (
        cell("reports", "R0215", value="43,34"),
        ["reports.csv", "R0215", "column value", "43,34"],
    ),
    "missing file": (
        without_file("events.csv"),
        ["events.csv", "git checkout"],
    ),
    "edited raw file against its checksum": (
        edited_unregistered,
        ["reports.csv", "git checkout -- data_raw/reports.csv", "register"],
    ),
    "unknown event": (
        study("event: EV054", "event: EV540"),
        ["study error", "mohan_boten.yaml", "interventions.reopening.event", "'EV540'"],
    ),
    "unknown parameter": (
        study("seasonality: none", "seasonalty: none"),
        ["mohan_boten.yaml", "seasonalty", "did you mean 'seasonality'?"],
    ),
    "unknown series": (
        study("mohan/port/cargo_tonnage", "mohan/port/cargo_tonage"),
        ["mohan_boten.yaml", "outcomes.port_tonnage.series", "did you mean"],
    ),
    "unknown shape": (
        study(RAILWAY, RAILWAY.replace("step", "stepp")),
        ["mohan_boten.yaml", "shape", "did you mean 'step'?"],
    ),
    "wrong type in a study": (
        study("rho: ", "rho: much # "),
        ["mohan_boten.yaml", "key rho", "much"],
    ),
    "window that ends before it starts": (
        study("window: {start: 2014-01, end: 2025-12}", "window: {start: 2026-01, end: 2025-12}"),
        ["mohan_boten.yaml", "window", "swap"],
    ),
    "fault in the study that is not being built": (
        study("event: EV055", "event: EV555", name="ruili_muse"),
        ["ruili_muse.yaml", "'EV555'"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_stops_before_a_kernel_with_one_message(project, fault):
    damage, words = FAULTS[fault]
    damage(project.root)
    before = project.outputs()
    result = project.run("reproduce")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.count(" error ") == 1, result.stderr
    assert "to do:" in result.stderr
    for word in words:
        assert word in result.stderr
    assert project.kernels_started == 0
    assert project.outputs() == before


def test_an_unknown_study_on_the_command_line_is_refused(project):
    result = project.run("reproduce", "--study", "mohan_botten")
    assert result.returncode == 1
    assert "did you mean 'mohan_boten'?" in result.stderr
    assert project.kernels_started == 0


def test_check_says_the_same_as_reproduce(project):
    damage, words = FAULTS["unknown unit"]
    damage(project.root)
    result = project.run("check")
    assert result.returncode == 1
    assert all(word in result.stderr for word in words)
