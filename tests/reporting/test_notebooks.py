"""A notebook is the same text after every run, and takes its outputs from the right cells."""

from __future__ import annotations

import copy
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.config import COMMITTED_STUDY, COMMON_FOLDERS, FIGURES, NOTEBOOKS
from analysis.nodes import takes_study
from analysis.reporting.kernels import KERNEL_NAME
from analysis.reporting.notebooks import (
    INJECTED,
    normalised,
    notebook_text,
    read_notebook,
    with_outputs_of,
)

COMMITTED = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
EXECUTED = sorted(FIGURES.glob("*/notebooks/*.ipynb"))
TRACES = (
    "papermill",
    "start_time",
    "end_time",
    "duration",
    "iopub",
    "shell.execute",
    "version_info",
)


def result(text: str, count: int = 1):
    return new_output("execute_result", {"text/plain": text}, execution_count=count)


def template():
    return new_notebook(
        cells=[
            new_markdown_cell("# Title", id="title"),
            new_code_cell("study = 'a'", id="parameters", metadata={"tags": ["parameters"]}),
            new_code_cell("answer()", id="answer", outputs=[result("stale")], execution_count=9),
        ]
    )


def executed(seconds: str = "0.123", identity: str = "1f3a"):
    """Return the template as a run leaves it: times, counts, a cell with a random id."""
    notebook = template()
    injected = new_code_cell("study = 'b'", id=identity, metadata={"tags": [INJECTED]})
    notebook.cells.insert(2, injected)
    for count, cell in enumerate(notebook.cells, 20):
        cell.metadata["papermill"] = {"duration": seconds, "status": "completed"}
        cell.metadata["execution"] = {"iopub.status.busy": f"2024-01-01T00:00:0{seconds}"}
        if cell.cell_type == "code":
            cell.execution_count = count
    notebook.cells[3].outputs = [
        result("42", count=23),
        new_output("stream", name="stdout", text="said\n"),
    ]
    notebook.metadata = {
        "papermill": {"start_time": seconds, "version": "2"},
        "language_info": {"name": "python", "version": "3.11.7"},
    }
    return notebook


def test_two_runs_that_differ_in_time_and_ids_give_the_same_text():
    one = notebook_text(normalised(executed("0.123", "1f3a")))
    other = notebook_text(normalised(executed("9.876", "77bc")))
    assert one == other


def test_no_trace_of_a_run_is_left():
    text = notebook_text(normalised(executed()))
    assert [trace for trace in TRACES if trace in text] == []
    metadata = json.loads(text)["metadata"]
    assert metadata["kernelspec"]["name"] == KERNEL_NAME
    assert metadata["language_info"] == {"name": "python"}


def test_cells_are_counted_from_one_and_outputs_with_them():
    notebook = normalised(executed())
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert code[2].outputs[0].execution_count == 3


def test_tags_ids_and_outputs_stay():
    notebook = normalised(executed())
    assert [cell.id for cell in notebook.cells] == ["title", "parameters", INJECTED, "answer"]
    assert [dict(cell.metadata) for cell in notebook.cells] == [
        {},
        {"tags": ["parameters"]},
        {"tags": [INJECTED]},
        {},
    ]
    assert notebook.cells[3].outputs[0].data["text/plain"] == "42"
    assert notebook.cells[3].outputs[1].text == "said\n"


def test_normalising_twice_changes_nothing():
    once = notebook_text(normalised(executed()))
    again = normalised(nbformat.reads(once, as_version=4))
    assert notebook_text(again) == once


def test_the_template_takes_its_outputs_by_cell_and_nothing_else():
    fresh = with_outputs_of(template(), executed())
    assert [cell.id for cell in fresh.cells] == ["title", "parameters", "answer"]
    assert [cell.source for cell in fresh.cells] == [cell.source for cell in template().cells]
    assert fresh.cells[1].outputs == []
    assert fresh.cells[2].outputs[0].data["text/plain"] == "42"
    assert [cell.execution_count for cell in fresh.cells[1:]] == [1, 2]
    assert fresh.cells[2].outputs[0].execution_count == 2
    assert "stale" not in notebook_text(fresh)


def test_outputs_are_matched_by_id_and_not_by_place():
    moved = template()
    moved.cells.insert(1, new_code_cell("pass", id="extra"))
    run = executed()
    run.cells.insert(0, new_code_cell("pass", id="extra", outputs=[result("of the extra cell")]))
    fresh = with_outputs_of(moved, run)
    outputs = {cell.id: cell.outputs for cell in fresh.cells if cell.cell_type == "code"}
    assert outputs["extra"][0].data["text/plain"] == "of the extra cell"
    assert outputs["answer"][0].data["text/plain"] == "42"


def test_the_text_of_a_notebook_does_not_depend_on_the_order_of_its_keys():
    notebook = normalised(executed())
    turned = copy.deepcopy(notebook)
    for cell in turned.cells:
        for key in sorted(cell, reverse=True):
            cell[key] = cell.pop(key)
    assert notebook_text(turned) == notebook_text(notebook)


def test_a_notebook_is_read_back_as_it_was_written(tmp_path):
    notebook = normalised(executed())
    path = tmp_path / "made.ipynb"
    path.write_text(notebook_text(notebook), encoding="utf-8")
    assert read_notebook(path) == notebook
    assert path.read_text(encoding="utf-8").endswith("}\n")


@pytest.mark.parametrize(
    "path", [*COMMITTED, *EXECUTED], ids=lambda path: "/".join(path.parts[-3:])
)
def test_a_notebook_of_the_project_is_stored_in_its_normal_form(path):
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebook_text(normalised(notebook)) == text
    assert [trace for trace in TRACES if f'"{trace}' in text] == []


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_notebook_shows_the_outputs_of_its_own_run(path):
    folder = COMMITTED_STUDY if takes_study(path) else COMMON_FOLDERS[path.stem]
    run = read_notebook(FIGURES / folder / "notebooks" / path.name)
    text = notebook_text(with_outputs_of(read_notebook(path), run))
    assert text == path.read_text(encoding="utf-8")


def test_no_two_notebooks_are_the_same():
    sources = {"".join(cell.source for cell in read_notebook(path).cells) for path in COMMITTED}
    assert len(sources) == len(COMMITTED)
