"""A table with exact values, and the forms in which it is shown and saved."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.exhibits.inert import latex_text, spreadsheet_frame
from analysis.exhibits.steady import steady

MISSING: Final = "–"
NARROW_NO_BREAK_SPACE: Final = "\u202f"

Formatter = Callable[[object], str]


def _text(value: object) -> str:
    return str(value)


def _number(digits: int) -> Formatter:
    def formatted(value: object) -> str:
        text = f"{float(str(value)):z,.{digits}f}".replace(",", NARROW_NO_BREAK_SPACE)
        return text.replace("-", "−")

    return formatted


def _significant(value: object) -> str:
    number = float(str(value))
    digits = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2 if abs(number) >= 1 else 3
    return _number(digits)(number)


def _percent(value: object) -> str:
    text = f"{float(str(value)):+z.1f}"
    return text.replace("-", "−")


def _day(value: object) -> str:
    return f"{pd.Timestamp(str(value)):%Y-%m-%d}"


FORMATS: Final[Mapping[str, Formatter]] = {
    "text": _text,
    "day": _day,
    "count": _number(0),
    "1": _number(1),
    "2": _number(2),
    "3": _number(3),
    "significant": _significant,
    "percent": _percent,
}


@dataclass(frozen=True)
class Column:
    """How one column of a table is labelled and shown."""

    key: str
    label: str
    form: str = "text"


@dataclass(frozen=True)
class Table:
    """One table: exact values in `frame`, shown through `columns`.

    Attributes
    ----------
    name
        File stem of the table.
    title
        Caption.
    note
        What a reader must know: units, conventions, what an empty cell means.
    """

    name: str
    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    note: str = ""

    def shown(self) -> pd.DataFrame:
        """Return the table as text, rounded as printed, with labels as column names."""
        cells = {column.label: _shown(self.frame[column.key], column) for column in self.columns}
        return pd.DataFrame(cells, dtype="str")

    def csv(self) -> str:
        """Return the values as CSV text, with the digits that every processor agrees on."""
        return csv_text(steady(self.frame))

    def html(self) -> str:
        """Return an HTML fragment; every cell is escaped."""
        shown = self.shown()
        heads = "".join(f'<th scope="col">{_escaped(name)}</th>' for name in shown.columns)
        rows = "\n".join(_html_row(cells) for cells in shown.itertuples(index=False, name=None))
        note = f'<p class="note">{_escaped(self.note)}</p>\n' if self.note else ""
        return (
            f'<table class="exhibit" id="{_escaped(self.name)}">\n{self._style()}'
            f"<caption>{_escaped(self.title)}</caption>\n<thead><tr>{heads}</tr></thead>\n"
            f"<tbody>\n{rows}\n</tbody>\n</table>\n{note}"
        )

    def _style(self) -> str:
        """Return style for this table alone: text to the left, numbers and days unbroken."""
        cells = [f"#{self.name} td:nth-child({n})" for n in self._unbroken()]
        rules = f"#{self.name} td {{text-align: left; vertical-align: top}}"
        if cells:
            rules += f" {', '.join(cells)} {{text-align: right; white-space: nowrap}}"
        return f"<style>{rules}</style>\n"

    def _unbroken(self) -> list[int]:
        return [n for n, column in enumerate(self.columns, 1) if column.form != "text"]

    def markdown(self) -> str:
        """Return a pipe table."""
        shown = self.shown().map(_pipe_safe).rename(columns=_pipe_safe)
        lines = [_pipe_row(shown.columns), _pipe_row(["---"] * shown.shape[1])]
        lines += [_pipe_row(row) for row in shown.itertuples(index=False, name=None)]
        note = f"\n{_pipe_safe(self.note)}\n" if self.note else ""
        return f"**{_pipe_safe(self.title)}**\n\n" + "\n".join(lines) + f"\n{note}"

    def latex(self) -> str:
        """Return a LaTeX longtable for the booktabs package."""
        shown = self.shown()
        alignment = "".join("l" if column.form == "text" else "r" for column in self.columns)
        lines = [
            rf"\begin{{longtable}}{{{alignment}}}",
            rf"\caption{{{latex_text(self.title)}}} \label{{tab:{self.name}}} \\",
            r"\toprule",
            _latex_row(shown.columns),
            r"\midrule",
            r"\endhead",
            r"\bottomrule",
            r"\endlastfoot",
            *(_latex_row(cells) for cells in shown.itertuples(index=False, name=None)),
            r"\end{longtable}",
        ]
        lines += [f"% {latex_text(self.note)}"] if self.note else []
        return "\n".join(lines) + "\n"

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002
        exclude: object = None,  # noqa: ARG002
    ) -> dict[str, str]:
        """Show in a notebook: HTML for the screen, plain text for comparison."""
        plain = self.shown().to_string(index=False, justify="left", max_colwidth=None)
        parts = [self.title, plain, self.note]
        return {"text/html": self.html(), "text/plain": "\n".join(part for part in parts if part)}


def csv_text(frame: pd.DataFrame) -> str:
    """Return a frame as CSV text: days as YYYY-MM-DD, missing as empty, no text a formula."""
    inert = spreadsheet_frame(frame)
    return str(inert.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


def _shown(values: pd.Series, column: Column) -> list[str]:
    formatter = FORMATS[column.form]
    return [MISSING if _is_missing(value) else formatter(value) for value in values]


def _is_missing(value: object) -> bool:
    return bool(pd.isna(value)) or value == ""  # type: ignore[call-overload]


def _escaped(text: str) -> str:
    return html.escape(text)


def _html_row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in cells) + "</tr>"


def _latex_row(cells: Iterable[str]) -> str:
    row = " & ".join(latex_text(cell) for cell in cells)
    start = "{}" if row.startswith("[") else ""  # or it would be the option of the row break before
    return f"{start}{row} " + r"\\"


def _pipe_safe(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _pipe_row(cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"  # type: ignore[attr-defined]
