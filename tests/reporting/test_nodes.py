"""What a step depends on beside single files: sets of files, and notebooks by what they say."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from analysis.config import ROOT
from analysis.nodes import (
    NotebookSource,
    changed_files,
    file_set,
    shown_path,
    source_hash,
)

CELLS = [
    {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title\n", "text"]},
    {
        "cell_type": "code",
        "id": "b",
        "metadata": {},
        "source": ["1 + 1"],
        "outputs": [],
        "execution_count": None,
    },
]


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("one.txt", "two words.txt", "three.txt"):
        (tmp_path / name).write_text(f"what {name} says")
    return tmp_path


def files_in(folder: Path):
    return file_set("the files", folder.glob("*.txt"))


def rewrite(path: Path, text: str) -> None:
    """Write a file and make sure that its time moves, however coarse the clock."""
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def notebook(path: Path, cells: list[dict], **metadata: object) -> Path:
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


# Sets of files


def test_the_state_of_a_set_is_the_same_until_a_file_changes(folder):
    before = files_in(folder).state()
    assert files_in(folder).state() == before
    assert len(before.splitlines()) == 3
    rewrite(folder / "one.txt", "what one.txt says")
    assert files_in(folder).state() == before
    rewrite(folder / "one.txt", "something else")
    assert files_in(folder).state() != before


def test_the_file_that_changed_is_named_and_no_other(folder):
    before = files_in(folder).state()
    rewrite(folder / "two words.txt", "something else")
    changed = changed_files(before, files_in(folder).state())
    assert changed == ((folder / "two words.txt").as_posix(),)


def test_a_file_that_came_or_went_is_a_change(folder):
    before = files_in(folder).state()
    (folder / "new.txt").write_text("new")
    (folder / "three.txt").unlink()
    changed = changed_files(before, files_in(folder).state())
    assert changed == tuple((folder / name).as_posix() for name in ("new.txt", "three.txt"))


def test_nothing_changed_names_nothing(folder):
    state = files_in(folder).state()
    assert changed_files(state, state) == ()


def test_a_set_with_a_missing_file_has_no_state(folder):
    files = files_in(folder)
    (folder / "one.txt").unlink()
    assert files.state() is None


def test_the_order_in_which_files_are_given_does_not_matter(folder):
    paths = sorted(folder.glob("*.txt"))
    one, other = file_set("the files", paths), file_set("the files", reversed(paths))
    assert one.state() == other.state()
    assert one.signature == other.signature
    assert one.load() == tuple(paths)


def test_two_sets_are_told_apart_by_name_and_files(folder):
    paths = sorted(folder.glob("*.txt"))
    signatures = {
        file_set("the files", paths).signature,
        file_set("other files", paths).signature,
        file_set("the files", paths[:2]).signature,
    }
    assert len(signatures) == 3


def test_a_set_of_files_is_never_a_product(folder):
    with pytest.raises(TypeError, match="the files cannot be saved"):
        files_in(folder).save("text")


def test_a_file_of_the_project_is_shown_from_its_root():
    assert shown_path(ROOT / "analysis" / "config.py") == "analysis/config.py"
    outside = ROOT.parent / "elsewhere.txt"
    assert shown_path(outside) == outside.as_posix()


# Notebooks


def test_outputs_and_metadata_of_a_notebook_are_not_what_it_says(tmp_path):
    path = notebook(tmp_path / "made.ipynb", CELLS)
    before = NotebookSource(path).state()
    output = {"output_type": "stream", "name": "stdout", "text": ["2\n"]}
    ran = [CELLS[0], CELLS[1] | {"outputs": [output], "execution_count": 7, "metadata": {"t": 1}}]
    notebook(path, ran, kernelspec={"name": "other"})
    assert NotebookSource(path).state() == before


@pytest.mark.parametrize(
    "cells",
    [
        [CELLS[0], CELLS[1] | {"source": ["1 + 2"]}],
        [CELLS[0] | {"source": ["# Other title\n", "text"]}, CELLS[1]],
        [CELLS[0] | {"cell_type": "raw"}, CELLS[1]],
        [CELLS[1], CELLS[0]],
        [*CELLS, CELLS[0]],
    ],
    ids=["code", "words", "kind", "order", "number"],
)
def test_what_a_notebook_says_is_its_cells_in_order(tmp_path, cells):
    before = source_hash(notebook(tmp_path / "before.ipynb", CELLS))
    assert source_hash(notebook(tmp_path / "after.ipynb", cells)) != before


def test_a_cell_may_be_stored_as_text_or_as_lines(tmp_path):
    joined = [cell | {"source": "".join(cell["source"])} for cell in CELLS]
    one, other = tmp_path / "one.ipynb", tmp_path / "other.ipynb"
    assert source_hash(notebook(one, CELLS)) == source_hash(notebook(other, joined))


def test_a_missing_notebook_has_no_state_and_is_never_a_product(tmp_path):
    node = NotebookSource(tmp_path / "missing.ipynb")
    assert node.state() is None
    assert "missing.ipynb" in node.name
    with pytest.raises(TypeError, match=r"missing\.ipynb cannot be saved"):
        node.save("text")
