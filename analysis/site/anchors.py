"""Where raw rows stand on the site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from analysis.site.inputs import RawTable
from analysis.site.sheets import sheets_of

_TELLING: Final = re.compile(r"[A-Z]{1,2}\d{2,4}|[a-z0-9_-]+(/[a-z0-9_-]+){2,}")


def page_of(table: str) -> str:
    """Return the address of the page of a raw table."""
    return f"data/{table}.html"


def table_behind(entry: Mapping[str, Any]) -> str:
    """Return the table that an input of a sidecar names: a register, or a part of a study."""
    return PurePosixPath(str(entry["file"])).stem


def anchors_in(tables: Mapping[str, RawTable], register: str) -> Mapping[str, str]:
    """Return where each row of a register and of its parts stands, by its key."""
    names = [name for name in tables if name == register or name.startswith(f"{register}_")]
    found: dict[str, str] = {}
    for name in names:
        if tables[name].columns == tables[register].columns:
            found |= anchors_of(tables[name])
    return found


def anchors_of(table: RawTable) -> Mapping[str, str]:
    """Return where each row stands, by its key; the parts of a key are joined by a slash."""
    return dict(_anchors(table))


def _anchors(table: RawTable) -> Iterator[tuple[str, str]]:
    sheets = sheets_of(table)
    for part, (first, after) in enumerate(sheets.parts):
        address = f"{sheets.docname(part)}.html"
        for row in range(first, after):
            yield "/".join(table.key_of(table.rows[row])), f"{address}#{sheets.anchors[row]}"


def telling_anchors(tables: Mapping[str, RawTable]) -> Mapping[str, str]:
    """Return the keys that say by themselves which row is meant, such as R0041 or EV023.

    Where two tables share a key, it means the row of the first: events before their coding.
    """
    found: dict[str, str] = {}
    for table in tables.values():
        if len(table.key) == 1:
            for key, target in anchors_of(table).items():
                if _TELLING.fullmatch(key):
                    found.setdefault(key, target)
    return found
