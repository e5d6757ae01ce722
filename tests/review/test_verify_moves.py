"""One digit, one line, one package: the report names the exhibits that moved, and by how much."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import pytest

from analysis.data_management.checksums import write_register

pytestmark = pytest.mark.slow

AUDIT = ("--study", "mohan_boten", "--notebook", "01_data_audit")
TRADE = ("--study", "mohan_boten", "--notebook", "02_zone_trade")
MONTHLY = ("--study", "mohan_boten", "--notebook", "04_monthly_context")
ROUNDING = 1e-4  # a ratio of two numbers saved to six digits, with room for what the report rounds


@contextmanager
def edited(path: Path, before: str, after: str) -> Iterator[None]:
    """Replace a text that stands once in a file, and put the file back afterwards."""
    kept = path.read_text(encoding="utf-8")
    assert kept.count(before) == 1
    path.write_text(kept.replace(before, after), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(kept, encoding="utf-8")


def verified(project, out: Path, *options: str, **environment: str):
    """Verify the files as they stand; return the command's result and its report."""
    result = project.run("verify", "--worktree", "--output", str(out), *options, **environment)
    assert (out / "verify.json").is_file(), result.stdout + result.stderr
    report = json.loads((out / "verify.json").read_text(encoding="utf-8"))
    assert report["build"]["complete"], report["build"]["problem"]
    return result, report


def moved(items):
    return {item["name"]: item for item in items if item["verdict"] != "full"}


def test_one_digit_of_a_raw_figure(shared_project, tmp_path):
    raw = shared_project.root / "data_raw"
    register = raw / "checksums.sha256"
    registered = register.read_text(encoding="utf-8")
    with edited(
        raw / "reports.csv", "2022-12-31,661.5,,LAK billion", "2022-12-31,671.5,,LAK billion"
    ):
        refused = shared_project.run("verify", "--worktree", *AUDIT)
        assert refused.returncode == 1
        assert "data_raw/reports.csv: the file was changed" in refused.stderr
        assert "nothing was built" in refused.stderr
        assert "python -m analysis register" in refused.stderr
        write_register(raw)
        result, report = verified(shared_project, tmp_path, *AUDIT)
    register.write_text(registered, encoding="utf-8")
    exhibits = moved(report["exhibits"])
    assert list(exhibits) == ["mohan_boten/reports"]
    assert len(report["exhibits"]) > 5
    largest = exhibits["mohan_boten/reports"]["largest"]
    assert "R0001" in largest["row"]
    assert (largest["before"], largest["after"]) == ("661500.0", "671500.0")
    tables = moved(report["processed_tables"])
    assert sorted(tables) == ["data_processed/observations", "data_processed/reports"]
    assert set(tables) <= {
        f"data_processed/{name}" for name in ("reports", "observations", "series")
    }
    assert report["verdict"] == "partial"
    assert result.returncode == 1
    assert "mohan_boten/reports" in result.stdout
    assert report["software"]["differences"] == []


def test_one_line_of_a_model(shared_project, tmp_path):
    module = shared_project.root / "analysis" / "models" / "interval_influence.py"
    line = "    return float(shift @ information @ shift / state.subspace.rank)"
    with edited(module, line, line.replace("rank)", "rank / 2)")):
        result, report = verified(shared_project, tmp_path, *TRADE)
    exhibits = moved(report["exhibits"])
    assert list(exhibits) == ["mohan_boten/influence"]
    assert len(report["exhibits"]) > 5
    assert moved(report["processed_tables"]) == {}
    table = exhibits["mohan_boten/influence"]
    assert table["largest"]["column"] == "cook"
    assert table["largest"]["relative"] == pytest.approx(0.5, abs=ROUNDING)
    assert not table["missing_rows"]
    assert result.returncode == 1


def test_one_package_version(shared_project, tmp_path):
    packages = tmp_path / "packages"
    path = os.pathsep.join([str(packages), str(shared_project.root)])
    newer_statsmodels(packages)
    result, report = verified(shared_project, tmp_path / "out", *MONTHLY, PYTHONPATH=path)
    differences = report["software"]["differences"]
    assert [(item["name"], item["installed"]) for item in differences] == [("statsmodels", "99.0")]
    assert "statsmodels 99.0 (locked" in result.stdout
    exhibits = moved(report["exhibits"])
    assert list(exhibits) == ["mohan_boten/monthly_diagnostics"]
    assert moved(report["processed_tables"]) == {}
    table = exhibits["mohan_boten/monthly_diagnostics"]
    assert table["largest"]["column"] == "statistic"
    assert "Jarque-Bera" in table["largest"]["row"]
    assert table["largest"]["relative"] == pytest.approx(0.5, abs=ROUNDING)
    assert not table["missing_rows"]
    assert not table["added_rows"]


def newer_statsmodels(folder: Path) -> None:
    """Lay a newer release over the installed one: other metadata, and one statistic doubled."""
    installed = Path(str(distribution("statsmodels").locate_file("statsmodels")))
    metadata = folder / "statsmodels-99.0.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: statsmodels\nVersion: 99.0\n")
    first = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
    for part in ("", "stats"):
        target = folder / "statsmodels" / part / "__init__.py"
        target.parent.mkdir(exist_ok=True)
        target.write_text(first + (installed / part / "__init__.py").read_text())
    module = folder / "statsmodels" / "stats" / "stattools.py"
    shutil.copy(installed / "stats" / "stattools.py", module)
    with module.open("a", encoding="utf-8") as file:
        file.write(
            "\n_before = jarque_bera\n\n"
            "def jarque_bera(resids, axis=0):\n"
            "    statistic, *others = _before(resids, axis)\n"
            "    return (2 * statistic, *others)\n"
        )
