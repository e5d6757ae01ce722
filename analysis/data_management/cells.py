"""What a cell of a raw table may hold: the patterns and columns that table schemas are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd
import pandera.pandas as pa

WHOLE = r"[0-9]+"
UNSIGNED = r"[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?"
REAL = f"-?{UNSIGNED}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
YEAR = r"(19|20)[0-9]{2}"
ADDRESS = r"https?://\S+"
WORD = r"[a-z][a-z0-9_.]*"
HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters other than tab and line end: no page shows them, some files break on them."""


def _exact(pattern: str) -> str:
    return rf"^(?:{pattern})\Z"


def _or_empty(pattern: str) -> str:
    return rf"^(?:{pattern})?\Z"


def is_day(text: pd.Series[str]) -> pd.Series[bool]:
    """Tell which texts are a day of the calendar, YYYY-MM-DD; an empty text passes."""
    known = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").notna()
    return (known & text.str.fullmatch(DAY)) | (text == "")


def words(allowed: Iterable[str]) -> pa.Column:
    """Return a column with a closed vocabulary."""
    return pa.Column(str, pa.Check.isin(list(allowed)))


def pattern(form: str, says: str | None = None) -> pa.Column:
    """Return a column of texts of one form; `says` describes the form where `EXPECTED` does not."""
    return pa.Column(str, pa.Check.str_matches(_exact(form)), description=says)


def optional(form: str, says: str | None = None) -> pa.Column:
    """Return a column of texts of one form or empty; see `pattern`."""
    return pa.Column(str, pa.Check.str_matches(_or_empty(form)), description=says)


def day(*, may_be_empty: bool = False) -> pa.Column:
    """Return a column of days of the calendar."""
    form = _or_empty(DAY) if may_be_empty else _exact(DAY)
    return pa.Column(str, [pa.Check.str_matches(form), pa.Check(is_day, name="day")])


def schema(columns: Mapping[str, pa.Column]) -> pa.DataFrameSchema:
    """Return the schema of a table with these columns and no other."""
    return pa.DataFrameSchema(dict(columns), strict=True)


ANY = pa.Column(str)
TEXT = pa.Column(str, pa.Check.str_length(min_value=1))
