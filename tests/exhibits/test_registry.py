"""Every exhibit has one name, all its files, and a cell in its notebook that shows it."""

from __future__ import annotations

import ast
import csv
import io
import json

import pytest
from PIL import Image

from analysis.config import NOTEBOOKS
from analysis.exhibits.exhibit import EXTENSIONS
from analysis.exhibits.figure import Figure
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.exhibits.table import Table

LEAST_ALT_LETTERS = 40
ALL = (*EXHIBITS, *COMMON_EXHIBITS)
OPENERS = {"open_study", *(exhibit.opener.rsplit(".", 1)[-1] for exhibit in ALL)}


def code_of(notebook: str) -> str:
    cells = json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def calls_in(code: str) -> set[str]:
    """Return every function that is called, as it is written."""
    return {
        ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)
    }


def test_no_two_exhibits_share_a_name_or_a_function():
    assert len({item.name for item in ALL}) == len(ALL)
    assert len({item.program for item in ALL}) == len(ALL)


@pytest.mark.parametrize("exhibit", ALL, ids=lambda item: item.name)
def test_the_notebook_of_an_exhibit_calls_its_function(exhibit):
    assert (NOTEBOOKS / f"{exhibit.notebook}.ipynb").is_file()
    module, function = exhibit.program.rsplit(".", 1)
    assert f"{module.rsplit('.', 1)[-1]}.{function}" in calls_in(code_of(exhibit.notebook))


def test_every_call_of_a_notebook_is_an_exhibit_or_opens_the_tables():
    programs = {".".join(item.program.rsplit(".", 2)[1:]) for item in ALL}
    for notebook in {item.notebook for item in ALL}:
        calls = calls_in(code_of(notebook))
        assert len({call.rsplit(".", 1)[-1] for call in calls} & OPENERS) == 1
        assert {call for call in calls if call.rsplit(".", 1)[-1] not in OPENERS} <= programs


def test_every_exhibit_is_what_it_says_and_saved_under_its_name(opened):
    made = [(exhibit, exhibit.make(exhibit.open(opened.study.name))) for exhibit in EXHIBITS]
    made += [(exhibit, exhibit.make(exhibit.open())) for exhibit in COMMON_EXHIBITS[:2]]
    for exhibit, result in made:
        assert isinstance(result, Figure if exhibit.kind == "figure" else Table)
        assert result.name == exhibit.name


def assert_complete(exhibits, files) -> None:
    assert set(files) == {item.name for item in exhibits}
    for exhibit in exhibits:
        forms = files[exhibit.name]
        assert set(forms) == set(EXTENSIONS[exhibit.kind])
        assert all(forms.values()), exhibit.name


def test_every_file_of_every_exhibit_is_there_and_not_empty(files, method_files):
    assert_complete(EXHIBITS, files)
    assert_complete(COMMON_EXHIBITS, method_files)


def test_every_file_is_of_the_kind_that_its_name_says(files, method_files):
    for name, forms in {**files, **method_files}.items():
        for ending, content in forms.items():
            if ending == "png":
                with Image.open(io.BytesIO(content)) as image:
                    image.verify()
            elif ending == "svg":
                assert b"<svg" in content
                assert content.rstrip().endswith(b"</svg>")
            elif ending == "csv":
                rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
                assert {len(row) for row in rows} == {len(rows[0])}, name
            elif ending == "html":
                assert content.count(b"<table") == content.count(b"</table>") == 1
            elif ending == "tex":
                assert b"\\begin{longtable}" in content
                assert b"\\end{longtable}" in content
            elif ending == "md":
                assert content.startswith(b"**")


def test_every_file_ends_with_a_line_break_and_holds_no_windows_line(files, method_files):
    for name, forms in {**files, **method_files}.items():
        for ending in set(forms) - {"png"}:
            assert forms[ending].endswith(b"\n"), (name, ending)
            assert b"\r" not in forms[ending], (name, ending)


def test_every_figure_says_in_words_what_it_shows(opened, files):
    for exhibit in (item for item in EXHIBITS if item.kind == "figure"):
        alt = files[exhibit.name]["alt.txt"].decode("utf-8").strip()
        nothing = files[exhibit.name]["csv"].decode("utf-8").splitlines() == ["reason", alt]
        assert nothing or opened.study.title in alt
        assert nothing or len(alt) >= LEAST_ALT_LETTERS + len(opened.study.title)
        assert alt == exhibit.make(exhibit.open(opened.study.name)).alt


def test_a_figure_about_the_method_says_what_it_is_and_gives_numbers(method_files):
    for exhibit in (item for item in COMMON_EXHIBITS if item.kind == "figure"):
        alt = method_files[exhibit.name]["alt.txt"].decode("utf-8").strip()
        title = exhibit.make(exhibit.open()).title
        assert alt.split()[0].lower() == title.split()[0].lower()
        assert len(alt) >= LEAST_ALT_LETTERS
        assert any(letter.isdigit() for letter in alt)


def test_every_table_has_a_title_a_note_and_labels_of_its_own(opened):
    titles = set()
    for exhibit in EXHIBITS:
        made = exhibit.make(exhibit.open(opened.study.name))
        titles.add(made.title)
        if isinstance(made, Table):
            assert made.note.strip()
            labels = [column.label for column in made.columns]
            assert len(set(labels)) == len(labels) == made.shown().shape[1]
            assert len(made.shown()) == len(made.frame)
    assert len(titles) == len(EXHIBITS)
