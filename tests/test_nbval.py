"""nbval passes on the notebooks as committed, and fails when one stored number is altered."""

from __future__ import annotations

import json
import re

import pytest

pytestmark = pytest.mark.slow

NOTEBOOK = "notebooks/02_zone_trade.ipynb"
MARK = "# NBVAL_CHECK_OUTPUT"
COMMAND = ("-m", "pytest", "-p", "analysis.reporting.nbval_ipc", "-p", "no:cacheprovider", "-q")


def test_nbval_passes_as_committed_and_fails_on_one_altered_number(shared_project):
    passed = shared_project.python(*COMMAND, "--nbval", NOTEBOOK)
    assert passed.returncode == 0, passed.stdout
    path = shared_project.root / NOTEBOOK
    notebook = json.loads(path.read_text(encoding="utf-8"))
    _alter_one_number(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    failed = shared_project.python(*COMMAND, "--nbval", NOTEBOOK)
    assert failed.returncode == 1
    assert "1 failed" in failed.stdout


def test_nbval_lax_passes_as_well(project):
    result = project.python(*COMMAND, "--nbval-lax", NOTEBOOK)
    assert result.returncode == 0, result.stdout


def test_every_cell_that_shows_a_result_is_compared(shared_project):
    for path in sorted((shared_project.root / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code" and cell["outputs"]:
                assert cell["source"][0].strip() == MARK, (path.name, cell["id"])


def test_every_executed_copy_holds_the_cells_of_its_own_notebook(shared_project):
    notebooks = {path.name: path for path in (shared_project.root / "notebooks").glob("*.ipynb")}
    copies = sorted((shared_project.root / "figures").glob("*/notebooks/*.ipynb"))
    assert {copy.name for copy in copies} == set(notebooks)
    titles = set()
    for copy in copies:
        cells = json.loads(copy.read_text(encoding="utf-8"))["cells"]
        own = json.loads(notebooks[copy.name].read_text(encoding="utf-8"))["cells"]
        said = [cell["source"] for cell in cells if cell["id"] != "injected-parameters"]
        assert said == [cell["source"] for cell in own]
        titles.add((copy.name, "".join(cells[0]["source"])))
    assert len(titles) == len(notebooks)


def test_notebooks_are_thin(shared_project):
    """No def, no class, no path, no cleaning: parameters, load, one call a result, show."""
    for path in sorted((shared_project.root / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            code = [
                line for line in cell["source"] if not line.startswith(("#", "from ", "import "))
            ]
            assert len([line for line in code if line.strip()]) <= 2, (path.name, cell["id"])
            assert not re.search(r"\bdef\b|\bclass\b|\blambda\b|/|\.csv|open\(", "".join(code))


def _alter_one_number(notebook: dict) -> None:
    """Add one to the last digit of the first effect in the stored table, in both of its forms."""
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "effects")
    data = cell["outputs"][0]["data"]
    plain = "".join(data["text/plain"])
    number = re.search(r"[+−]\d+\.\d", plain).group()
    altered = number[:-1] + str((int(number[-1]) + 1) % 10)
    for form in ("text/plain", "text/html"):
        data[form] = "".join(data[form]).replace(number, altered, 1)
