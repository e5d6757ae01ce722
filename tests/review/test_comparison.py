"""Two versions of a table: what moved is named with its row, and nothing else is."""

from __future__ import annotations

import pytest

from analysis.exhibits.exhibit import module_file
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.review.comparison import compare_tables, one_sided
from analysis.review.forms import column_forms
from analysis.review.verdicts import Verdict, overall_verdict

TABLE = """\
outcome,name,estimate,p_value,df,sentence
trade,border_controls,-19.2177,0.517532,16,It fell by 19.2 per cent.
trade,coup,-67.2033,0.00168754,17,It fell by 67.2 per cent.
cargo,coup,12.4944,0.211,17,It rose by 12.5 per cent.
"""
FORMS = {"estimate": "percent", "p_value": "3"}


def compared(*edits: tuple[str, str], before: str = TABLE):
    after = before
    for old, new in edits:
        assert old in after
        after = after.replace(old, new, 1)
    return compare_tables(before, after, FORMS)


def test_the_same_table_is_full_and_every_cell_was_looked_at():
    result = compared()
    assert result.verdict is Verdict.FULL
    assert (result.cells, result.numbers) == (18, 6)
    assert result.largest is None


def test_the_last_saved_digit_is_full_but_counted():
    result = compared(("-19.2177", "-19.2178"))
    assert (result.verdict, result.within) == (Verdict.FULL, 1)
    assert not result.moved


def test_a_change_is_named_with_row_column_and_size():
    result = compared(("-67.2033", "-60.2033"))
    assert (result.verdict, result.material, result.minor) == (Verdict.PARTIAL, 1, 0)
    change = result.largest
    assert (change.row, change.column) == ("outcome = trade, name = coup", "estimate")
    assert (change.before, change.after, change.difference) == ("-67.2033", "-60.2033", 7.0)


def test_the_largest_change_is_the_one_that_matters_most():
    result = compared(("0.517532", "0.517832"), ("-67.2033", "-66.2033"), ("19.2 per", "19.1 per"))
    assert (result.material, result.minor) == (2, 1)
    assert result.largest.column == "estimate"


def test_differences_that_print_hides_are_minor():
    assert compared(("-67.2033", "-67.2133")).verdict is Verdict.MINOR


def test_words_and_counts_are_exact():
    assert compared(("rose by", "went up by")).verdict is Verdict.PARTIAL
    assert compared(("0.517532,16", "0.517532,15")).largest.kind == "count"


def test_a_changed_key_is_one_row_missing_and_one_new():
    result = compared(("trade,coup", "trade,curbs"))
    assert result.missing_rows == ("outcome = trade, name = coup",)
    assert result.added_rows == ("outcome = trade, name = curbs",)
    assert (result.verdict, result.material) == (Verdict.PARTIAL, 0)
    assert result.cells == 12


def test_rows_in_another_order_are_the_same_rows():
    head, first, second, third = TABLE.splitlines(keepends=True)
    result = compare_tables(TABLE, head + third + first + second, FORMS)
    assert (result.verdict, result.cells) == (Verdict.FULL, 18)


def test_a_row_between_others_moves_no_other_row():
    new = "trade,curbs,1.5,0.5,17,It rose by 1.5 per cent.\n"
    lines = TABLE.splitlines(keepends=True)
    result = compare_tables(TABLE, "".join([*lines[:2], new, *lines[2:]]), FORMS)
    assert result.added_rows == ("outcome = trade, name = curbs",)
    assert (result.missing_rows, result.material) == ((), 0)


def test_columns_that_come_and_go_are_named():
    result = compare_tables("a,b\nx,1\n", "a,c\nx,1\n")
    assert (result.missing_columns, result.added_columns) == (("b",), ("c",))
    assert result.verdict is Verdict.PARTIAL


def test_more_than_half_of_the_numbers_changed_is_not_reproduced():
    edits = [("-19.2177", "-29.2177"), ("-67.2033", "-87.2033"), ("12.4944", "99.4944")]
    assert compared(*edits).verdict is Verdict.PARTIAL
    assert compared(*edits, ("0.211", "0.911")).verdict is Verdict.NONE


def test_rows_that_no_column_names_are_compared_by_their_place():
    lags = "lag,value\n1,0.5\n1,0.7\n2,0.9\n"
    result = compare_tables(lags, lags.replace("0.7", "0.8"))
    assert result.largest.row == "lag = 1, row 2 of these"
    assert compare_tables("v\n0.5\n0.7\n", "v\n0.5\n0.8\n").largest.row == "row 2"


def test_a_table_without_rows_gains_some():
    result = compare_tables("outcome,reason\n", "outcome,reason\ntrade,no report\n")
    assert len(result.added_rows) == 1
    assert result.verdict is Verdict.PARTIAL


def test_changed_words_of_a_note_are_minor():
    result = compare_tables(TABLE, TABLE, FORMS, ("effects.md",))
    assert (result.verdict, result.texts) == (Verdict.MINOR, ("effects.md",))


def test_an_exhibit_on_one_side_alone():
    assert one_sided(before=True).verdict is Verdict.NONE
    assert one_sided(before=False).verdict is Verdict.PARTIAL


@pytest.mark.parametrize(
    ("verdicts", "built", "expected"),
    [
        ([Verdict.FULL, Verdict.FULL], True, Verdict.FULL),
        ([Verdict.FULL, Verdict.MINOR], True, Verdict.MINOR),
        ([Verdict.FULL, Verdict.FULL, Verdict.NONE], True, Verdict.PARTIAL),
        ([Verdict.FULL, Verdict.NONE, Verdict.NONE], True, Verdict.NONE),
        ([Verdict.FULL], False, Verdict.PARTIAL),
        ([], True, Verdict.NONE),
    ],
)
def test_the_whole_is_judged_by_its_parts(verdicts, built, expected):
    assert overall_verdict(verdicts, built) is expected


def test_forms_are_read_from_the_programs_of_tables():
    maker = next(item.maker for item in EXHIBITS if item.name == "effects")
    forms = column_forms(module_file(maker), maker.rpartition(".")[2])
    assert forms["estimate"] == "percent"
    assert forms["reports_before"] == "count"
    assert forms["verdict"] == "text"


def test_most_tables_tell_the_forms_of_their_columns():
    tables = [item for item in (*EXHIBITS, *COMMON_EXHIBITS) if item.kind == "table"]
    known = [column_forms(module_file(item.maker), item.maker.split(".")[1]) for item in tables]
    assert sum(map(bool, known)) >= 0.9 * len(tables)
