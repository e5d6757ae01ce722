"""Tables of a page: those the build has saved, let through cell by cell, and the site's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from analysis.site.inert import Html, site_link, text

LET_THROUGH: Final = frozenset({"table", "caption", "thead", "tbody", "tr", "th", "td", "p"})
_UNBROKEN: Final = re.compile(r"nth-child\((\d+)\)")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_KEY: Final = re.compile(r"\b[A-Z]{1,2}\d{2,4}\b")

Anchors = Mapping[str, str]
"""Where a raw row stands on the site, by its key."""


@dataclass(frozen=True)
class SavedTable:
    """A table as the build saved it.

    Attributes
    ----------
    rows
        Head and body, as HTML without caption.
    note
        What stands below the table.
    """

    caption: str
    rows: Html
    note: str


def read_table(content: str, anchors: Anchors) -> SavedTable:
    """Read a saved table; every element that no table needs becomes visible text.

    Parameters
    ----------
    content
        HTML of `analysis.exhibits.table.Table.html`, or of a notebook's output.
    anchors
        Cells that name one of these keys link to the raw row.
    """
    reader = _Reader(anchors)
    reader.feed(content)
    reader.close()
    caption, note = " ".join(reader.caption), " ".join(reader.note)
    return SavedTable(caption.strip(), Html("".join(reader.parts)), note.strip())


class _Reader(HTMLParser):
    def __init__(self, anchors: Anchors) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors = anchors
        self.parts: list[str] = []
        self.caption: list[str] = []
        self.note: list[str] = []
        self.open: list[str] = []
        self.cell = 0
        self.unbroken: frozenset[int] = frozenset()
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "style":
            self.in_style = True
        elif tag not in LET_THROUGH:
            self.handle_data(self.get_starttag_text() or "")
        else:
            self.open.append(tag)
            self._start(tag)

    def _start(self, tag: str) -> None:
        self.cell = 0 if tag == "tr" else self.cell + (tag in {"td", "th"})
        kind = ' class="n"' if tag in {"td", "th"} and self.cell in self.unbroken else ""
        if tag == "th":
            self.parts.append(f'<th scope="col"{kind}>')
        elif tag not in {"caption", "p", "table"}:
            self.parts.append(f"<{tag}{kind}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self.in_style = False
        elif tag not in LET_THROUGH:
            self.handle_data(f"</{tag}>")
        elif tag in self.open:
            while self.open.pop() != tag:
                pass
            if tag not in {"caption", "p", "table"}:
                self.parts.append(f"</{tag}>" + (" " if tag in {"td", "th"} else ""))

    def handle_data(self, data: str) -> None:
        if self.in_style:
            self.unbroken = frozenset(int(number) for number in _UNBROKEN.findall(data))
        elif "caption" in self.open:
            self.caption.append(data)
        elif {"td", "th"} & set(self.open):
            self.parts.append(linked(data, self.anchors))
        elif data.strip():
            self.note.append(data)


def linked(value: str, anchors: Anchors) -> Html:
    """Return text in which each known key of a raw row is a link to that row."""
    if _DAY.fullmatch(value):
        return Html(f'<span class="day">{value}</span>')
    if value in anchors:
        return _row_link(value, anchors[value])
    pieces, last = [], 0
    for found in _KEY.finditer(value):
        if found[0] in anchors:
            pieces += [_kept(value[last : found.start()]), _row_link(found[0], anchors[found[0]])]
            last = found.end()
    return Html("".join([*pieces, _kept(value[last:])]))


def _kept(value: str) -> str:
    """Return text with the spaces at its ends."""
    head = " " if value[:1].isspace() else ""
    tail = " " if value.strip() and value[-1:].isspace() else ""
    return f"{head}{text(value)}{tail}"


def _row_link(key: str, target: str) -> Html:
    return site_link(target, key)


def scrolling(rows: str, label: str, caption: str = "", css: str = "") -> Html:
    """Return a table that scrolls by itself where the page is narrow, also with the keyboard."""
    shown = f"<caption>{text(caption)}</caption>" if caption else ""
    kind = f"rows {css}".strip()
    return Html(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(label)}">'
        f'<table class="{kind}">{shown}{rows}</table></div>'
    )


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Html]],
    label: str,
    ids: Sequence[str] = (),
    css: str = "",
) -> Html:
    """Return a table of cells that are HTML already.

    Parameters
    ----------
    label
        Name of the table for those who do not see it.
    ids
        Anchor of each row, or none.
    """
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in heads)
    lines = []
    for number, cells in enumerate(rows):
        anchor = f' id="{text(ids[number])}"' if ids else ""
        body = " ".join(f"<td>{cell}</td>" for cell in cells)
        lines.append(f"<tr{anchor}>{body}</tr>")
    rows_html = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return scrolling(rows_html, label, css=css)


def definitions(entries: Iterable[tuple[str, Html]]) -> Html:
    """Return a list of terms with what each one is; entries without content are left out."""
    lines = [f"<dt>{text(term)}</dt><dd>{value}</dd>" for term, value in entries if value]
    return Html(f'<dl class="facts">{"".join(lines)}</dl>')
