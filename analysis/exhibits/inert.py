"""Text from data that stays text wherever a table is opened: in spreadsheets and in LaTeX.

Source: OWASP, CSV Injection. A spreadsheet takes a cell that begins with one of a few signs for a
formula, also where the cell is quoted in the file.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import pandas as pd

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
TEXT_SIGN: Final = "'"
NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

_LATEX: Final = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})  # control signs, line and paragraph separators


def spreadsheet_text(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula.

    Text that begins like a formula gets an apostrophe before it. A number stays a number, with its
    sign, also where a column holds it as text: a spreadsheet reads it as that number and runs
    nothing. A carriage return becomes a line end, which is quoted: alone it would begin a row.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"{TEXT_SIGN}{text}" if _is_formula(text) else text


def spreadsheet_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose texts and column names are inert in a spreadsheet; see above.

    A column without such a text is returned as it is, with its type.
    """
    cells = {name: _inert(frame[name]) for name in frame.columns if _may_hold_text(frame[name])}
    return frame.assign(**cells).rename(columns=spreadsheet_text)


def _inert(column: pd.Series[Any]) -> pd.Series[Any]:
    values = list(column)
    texts = [spreadsheet_text(value) for value in values]
    if all(new is old for new, old in zip(texts, values, strict=True)):
        return column
    return pd.Series(texts, index=column.index, dtype="object")


def _is_formula(text: str) -> bool:
    return text.startswith(FORMULA_SIGNS) and NUMBER.fullmatch(text) is None


def _may_hold_text(column: pd.Series[Any]) -> bool:
    kind = column.dtype
    return pd.api.types.is_object_dtype(kind) or isinstance(
        kind, pd.StringDtype | pd.CategoricalDtype
    )


def latex_text(text: object) -> str:
    """Return text that LaTeX prints and never runs: no command, comment, cell or row comes of it.

    Control signs and line ends become spaces, so that text in a comment stays in the comment.
    """
    return "".join(_LATEX.get(sign, _unbroken(sign)) for sign in str(text))


def _unbroken(sign: str) -> str:
    return " " if unicodedata.category(sign) in BREAKS else sign
