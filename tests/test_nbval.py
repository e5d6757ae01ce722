"""nbval passes on the notebooks as committed, and names what was altered in a stored output."""

from __future__ import annotations

import json
import re

import pytest

pytestmark = pytest.mark.slow

NOTEBOOK = "notebooks/02_zone_trade.ipynb"
MARK = "# NBVAL_CHECK_OUTPUT"
COMMAND = ("-m", "pytest", "-p", "analysis.reporting.nbval_ipc", "-p", "no:cacheprovider", "-q")


def test_nbval_passes_as_committed_and_names_an_altered_number_count_and_word(shared_project):
    passed = shared_project.python(*COMMAND, "--nbval", NOTEBOOK)
    assert passed.returncode == 0, passed.stdout
    path = shared_project.root / NOTEBOOK
    notebook = json.loads(path.read_text(encoding="utf-8"))
    stored, altered = _alter_one_number(notebook)
    _alter(notebook, "load", "reports in", "rumours in")
    count = _alter_one_count(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    failed = shared_project.python(*COMMAND, "--nbval", NOTEBOOK)
    assert failed.returncode == 1
    assert "3 failed" in failed.stdout
    assert f"stored {altered}, computed {stored}, allowed ±0.05" in failed.stdout
    assert f"stored {count + 1}, computed {count}, allowed none (integer)" in failed.stdout
    assert re.search(r"cell 'load'.*rumours in.*computed.*reports in", failed.stdout)


def test_nbval_lax_passes_as_well(project):
    result = project.python(*COMMAND, "--nbval-lax", NOTEBOOK)
    assert result.returncode == 0, result.stdout


def test_every_cell_that_shows_a_result_is_compared(shared_project):
    for path in sorted((shared_project.root / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code" and cell["outputs"]:
                assert cell["source"][0].strip() == MARK, (path.name, cell["id"])


def test_every_executed_copy_holds_the_cells_of_its_own_notebook(shared_project):
    built = (shared_project.root / "notebooks").glob("[0-9][0-9]_*.ipynb")
    notebooks = {path.name: path for path in built}
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


def _alter_one_number(notebook: dict) -> tuple[str, str]:
    """Move the last digit of the first effect in the stored table, in both of its forms."""
    number = re.search(r"[+−]\d+\.\d", _plain(notebook, "effects")).group()
    altered = number[:-1] + str((int(number[-1]) + 1) % 10)
    _alter(notebook, "effects", number, altered)
    return number, altered


def _alter_one_count(notebook: dict) -> int:
    """Add one to the observations of the first model, in the plain form of the stored table."""
    row = _plain(notebook, "models").splitlines()[2]
    count = re.search(r"(?<= )\d+(?= )", row).group()
    _alter(notebook, "models", f" {count} ", f" {int(count) + 1} ", ("text/plain",))
    return int(count)


def _plain(notebook: dict, cell: str) -> str:
    return "".join(_data(notebook, cell)["text/plain"])


def _data(notebook: dict, cell: str) -> dict:
    return next(item for item in notebook["cells"] if item["id"] == cell)["outputs"][0]["data"]


def _alter(notebook: dict, cell: str, old: str, new: str, forms: tuple[str, ...] = ()) -> None:
    data = _data(notebook, cell)
    for form in forms or data:
        data[form] = "".join(data[form]).replace(old, new, 1)
