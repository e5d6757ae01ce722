"""Text from data is text in a spreadsheet and in LaTeX; numbers stay numbers."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import FIGURES
from analysis.exhibits.figure import Figure
from analysis.exhibits.inert import FORMULA_SIGNS, NUMBER, latex_text, spreadsheet_text
from analysis.exhibits.table import Column, Table, csv_text

FORMULAS = (
    '=HYPERLINK("https://example.org","click")',
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\n=1+1",
    "＝1+1",
    "+99 per cent on the year before",
    "--",
)
NUMBERS = ("-17.15", "+99", "-.5", "-1e-05", "0", "-3.")
quick = settings(max_examples=60, derandomize=True, deadline=None, database=None)


def cells(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("formula", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_marked_as_text(formula):
    assert spreadsheet_text(formula) == f"'{formula}"
    frame = pd.DataFrame({"note": [formula, "plain"], "value": [-1.5, 2.0]})
    assert cells(csv_text(frame))[1:] == [[f"'{formula}", "-1.5"], ["plain", "2.0"]]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_stays_a_number_also_as_text(number):
    assert spreadsheet_text(number) == number
    assert csv_text(pd.DataFrame({"printed": [number]})) == f"printed\n{number}\n"


@quick
@given(st.text(), st.sampled_from(("", *FORMULA_SIGNS)))
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(text, sign):
    frame = pd.DataFrame({"note": [sign + text]}, dtype="str")
    (cell,) = cells(csv_text(frame))[1] or [""]
    assert not cell.startswith(FORMULA_SIGNS) or NUMBER.fullmatch(cell)
    whole = (sign + text).replace("\r\n", "\n").replace("\r", "\n")
    assert cell in (whole, f"'{whole}")


@pytest.mark.parametrize("text", ["plain\r=1+1", "plain\r\n=1+1", "\r=1+1"])
def test_a_carriage_return_does_not_begin_a_row(text):
    rows = cells(csv_text(pd.DataFrame({"note": [text], "value": [1]})))
    assert len(rows) == 2
    assert rows[1][1] == "1"


@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_every_type_of_text_column_is_marked(kind):
    frame = pd.DataFrame({"note": pd.Series(["=1", "b", None], dtype=kind)})
    assert [row or [""] for row in cells(csv_text(frame))] == [["note"], ["'=1"], ["b"], [""]]


def test_names_of_columns_are_marked():
    assert csv_text(pd.DataFrame({"=1": [1]})) == "'=1\n1\n"


def test_other_columns_keep_their_bytes():
    frame = pd.DataFrame(
        {
            "real": [-0.5, np.nan],
            "whole": pd.Series([1, None], dtype="object"),
            "day": pd.to_datetime(["2020-02-29", None]),
            "true": [True, False],
            "text": ["a", None],
        }
    )
    plain = frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    assert csv_text(frame) == plain


def test_the_downloads_of_tables_and_figures_are_marked():
    frame = pd.DataFrame({"note": ["=1+1"]})
    table = Table("made", "Made", frame, (Column("note", "Note"),))
    figure = Figure("made", "Made", "Nothing.", frame, lambda: None)
    assert table.csv() == figure.csv() == "note\n'=1+1\n"
    assert frame.loc[0, "note"] == "=1+1"


def test_no_download_holds_a_formula():
    found = {}
    for path in sorted(FIGURES.glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            running = [
                cell
                for row in csv.reader(stream)
                for cell in row
                if cell.startswith(FORMULA_SIGNS) and not NUMBER.fullmatch(cell)
            ]
        if running:
            found[path.relative_to(FIGURES).as_posix()] = running
    assert found == {}


@quick
@given(st.text(alphabet=st.sampled_from("\\%{}&$#_~^\r\n\x0b\x0c\x85\u2028\u2029ab ")))
def test_text_in_latex_stays_on_its_line_and_runs_nothing(text):
    printed = latex_text(text)
    assert len(printed.splitlines()) <= 1
    for word in ("textbackslash{}", "textasciitilde{}", "textasciicircum{}", *"&%$#_{}"):
        printed = printed.replace(f"\\{word}", "")
    assert not set(printed) & set("\\%{}&$#_~^")


def test_a_note_cannot_leave_its_comment():
    note = "units\n\\input{secret}\r\\write18{x}"
    table = Table("made", "Made", pd.DataFrame({"a": [1]}), (Column("a", "A"),), note)
    last = table.latex().splitlines()[-1]
    assert last.startswith("% units ")
    assert "\\input" not in last
