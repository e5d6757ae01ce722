"""How a file is damaged: each function returns a damage, which is done to a copy of the project."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.data_management.checksums import write_register

Damage = Callable[[Path], None]
Row = dict[str, str]


@dataclass(frozen=True)
class Fault:
    """One fault: where it is, what it is and how it is made."""

    area: str
    name: str
    damage: Damage
    registered: bool = False

    def apply(self, root: Path) -> None:
        """Do the damage; renew the checksums where the content itself is to be tested."""
        self.damage(root)
        if self.registered:
            write_register(root / "data_raw")


def table(name: str) -> str:
    return f"data_raw/{name}.csv"


def rows_of(path: Path) -> list[Row]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def write_rows(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def rows(file: str, change: Callable[[list[Row]], list[Row]]) -> Damage:
    """Change the rows of a table."""

    def damage(root: Path) -> None:
        path = root / file
        before = rows_of(path)
        after = change([dict(row) for row in before])
        assert after != before
        write_rows(path, after)

    return damage


def cell(file: str, key: str, **cells: str) -> Damage:
    """Change cells of the first row with that key in its first column."""

    def change(found: list[Row]) -> list[Row]:
        row = next(row for row in found if next(iter(row.values())) == key)
        assert row.keys() >= cells.keys()
        row.update(cells)
        return found

    return rows(file, change)


def cell_at(file: str, place: int, **cells: str) -> Damage:
    """Change cells of the row at a place, for tables with more than one key column."""

    def change(found: list[Row]) -> list[Row]:
        assert found[place].keys() >= cells.keys()
        found[place].update(cells)
        return found

    return rows(file, change)


def once_more(file: str, key: str, **cells: str) -> Damage:
    """Append a row again, with some cells changed."""

    def change(found: list[Row]) -> list[Row]:
        row = next(row for row in found if next(iter(row.values())) == key)
        return [*found, row | cells]

    return rows(file, change)


def text(file: str, old: str, new: str) -> Damage:
    """Replace text once."""

    def damage(root: Path) -> None:
        path = root / file
        before = path.read_text(encoding="utf-8")
        assert old in before, (file, old)
        path.write_bytes(before.replace(old, new, 1).encode("utf-8"))

    return damage


def content(file: str, change: Callable[[bytes], bytes]) -> Damage:
    """Change the bytes of a file."""

    def damage(root: Path) -> None:
        path = root / file
        before = path.read_bytes()
        after = change(before)
        assert after != before
        path.write_bytes(after)

    return damage


def put(file: str, new: bytes) -> Damage:
    """Write a file."""

    def damage(root: Path) -> None:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(new)

    return damage


def without(file: str) -> Damage:
    return lambda root: (root / file).unlink()


def renamed(file: str, new: str) -> Damage:
    return lambda root: (root / file).rename((root / file).with_name(new)) and None


def linked(file: str, target: str) -> Damage:
    """Put a symbolic link in place of a file."""

    def damage(root: Path) -> None:
        (root / file).unlink()
        (root / file).symlink_to(target)

    return damage


def moved_behind_link(file: str) -> Damage:
    """Move a file out of the project and leave a symbolic link to it."""

    def damage(root: Path) -> None:
        away = root / f"away_{Path(file).name}"
        (root / file).rename(away)
        (root / file).symlink_to(away)

    return damage


def folder_instead(file: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink()
        (root / file).mkdir()

    return damage


def notebook(name: str, change: Callable[[dict[str, Any]], None]) -> Damage:
    """Change what a notebook says."""

    def damage(root: Path) -> None:
        path = root / "notebooks" / f"{name}.ipynb"
        found = json.loads(path.read_text(encoding="utf-8"))
        change(found)
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")

    return damage


BOM = b"\xef\xbb\xbf"


def with_bom(found: bytes) -> bytes:
    return BOM + found


def with_crlf(found: bytes) -> bytes:
    return found.replace(b"\n", b"\r\n")


def half(found: bytes) -> bytes:
    return found[: len(found) // 2]


def emptied(_: bytes) -> bytes:
    return b""


def in_utf_16(found: bytes) -> bytes:
    return found.decode("utf-8").encode("utf-16")


def in_gbk(found: bytes) -> bytes:
    return ("口岸" + found.decode("utf-8")).encode("gbk", errors="replace")


def one_bit_flipped(found: bytes) -> bytes:
    """Flip the lowest bit of the byte in the middle."""
    place = len(found) // 2
    return found[:place] + bytes([found[place] ^ 1]) + found[place + 1 :]


def with_null(found: bytes) -> bytes:
    return found[: len(found) // 2] + b"\0" + found[len(found) // 2 :]
