"""A CSV file of China's customs: bytes to rows of cells, in UTF-8 or in the national encoding."""

from __future__ import annotations

import csv
import io
from typing import Final

from analysis.connectors.errors import SourceError

ENCODINGS: Final = ("utf-8-sig", "gb18030")  # GB 18030 holds GBK and GB 2312
SEPARATORS: Final = (",", "\t", ";")


def read_cells(content: bytes, where: str) -> list[list[str]]:
    """Return the rows of a table without empty rows.

    Raises
    ------
    SourceError
        When the file is a workbook, or text in neither encoding.
    """
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise SourceError("this is a workbook", where=where, remedy="save the sheet as CSV")
    text = _decoded(content, where)
    head = text[:4096]
    separator = max(SEPARATORS, key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    return [cells for row in rows if any(cells := [cell.strip() for cell in row])]


def _decoded(content: bytes, where: str) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(
        "the text is in neither encoding",
        where=where,
        allowed="UTF-8, or GB 18030 (GBK)",
        remedy="save the file as CSV in UTF-8",
    )
