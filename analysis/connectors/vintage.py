"""A vintage: what one fetch brought, kept whole beside a record of where it came from.

`.external/<source>/<vintage>/` holds table.csv (tidy), drift.csv, every answer as it came, and
vintage.json. The folder is made under another name and renamed when it is complete; a vintage is
never changed or overwritten. Git ignores .external, and no exhibit reads it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis import config
from analysis.connectors.errors import SourceError
from analysis.connectors.session import Answer

EXTERNAL: Final = config.ROOT / ".external"
RECORD: Final = "vintage.json"
TABLE: Final = "table.csv"
DRIFT: Final = "drift.csv"
SCHEMA: Final = "1"
SHORT: Final = 8  # digits of the hash in a vintage's name


@dataclass(frozen=True)
class Vintage:
    """One vintage on disk.

    Attributes
    ----------
    record
        Content of vintage.json.
    """

    folder: Path
    record: Mapping[str, Any]

    @property
    def table(self) -> pd.DataFrame:
        """The tidy table; `value` is a number, all else text."""
        return pd.read_csv(self.folder / TABLE, dtype="str", keep_default_na=False).astype(
            {"value": float}
        )

    @property
    def drift(self) -> pd.DataFrame:
        """The comparison with data_raw."""
        return pd.read_csv(self.folder / DRIFT, dtype={"in_data_raw": "str"})


@contextmanager
def growing(source: str, external: Path) -> Iterator[Path]:
    """Give an empty folder for a fetch; whatever is still in it at the end is removed."""
    parent = external / source
    folder = parent / f".{datetime.now(UTC):%Y%m%dT%H%M%S%f}.tmp"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            parent.rmdir()  # only where it is empty
            external.rmdir()


def settle(
    folder: Path, table: pd.DataFrame, drift: pd.DataFrame, about: Mapping[str, Any]
) -> Vintage:
    """Write table, drift and record into a growing folder and give it its final name.

    Raises
    ------
    SourceError
        When a vintage of this name exists.
    """
    taken = datetime.now(UTC)
    content = table.to_csv(index=False).encode()
    digest = hashlib.sha256(content).hexdigest()
    (folder / TABLE).write_bytes(content)
    (folder / DRIFT).write_text(drift.to_csv(index=False), encoding="utf-8")
    record = {
        "schema": SCHEMA,
        "taken": taken.isoformat(timespec="seconds"),
        "table": {"file": TABLE, "rows": len(table), "sha256": digest},
        **about,
    }
    text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")
    final = folder.with_name(f"{taken:%Y%m%dT%H%M%SZ}-{digest[:SHORT]}")
    if final.exists():
        raise SourceError(
            "a vintage of this second and content exists",
            where=str(final),
            remedy="use that one",
        )
    folder.rename(final)
    return Vintage(final, record)


def keep_answers(folder: Path, answers: Sequence[Answer]) -> list[dict[str, object]]:
    """Write every answer as it came; return where each came from and its hash."""
    kept = folder / "answers"
    kept.mkdir()
    entries: list[dict[str, object]] = []
    for number, answer in enumerate(answers, start=1):
        name = f"{number:04d}{_suffix(answer)}"
        (kept / name).write_bytes(answer.content)
        entries.append(
            {
                "file": f"answers/{name}",
                "address": answer.address,
                "received": answer.received,
                "media_type": answer.media_type,
                "bytes": len(answer.content),
                "sha256": answer.sha256,
            }
        )
    return entries


def vintages(source: str, external: Path = EXTERNAL) -> list[Vintage]:
    """Return the vintages of a source, oldest first."""
    found = sorted((external / source).glob(f"[0-9]*/{RECORD}"))
    return [Vintage(path.parent, _read(path)) for path in found]


def known_sha256(source: str, external: Path) -> str | None:
    """Return the checksum that a release had when it was fetched before, or None."""
    for vintage in reversed(vintages(source, external)):
        return str(vintage.record["answers"][-1]["sha256"])
    return None


def _read(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _suffix(answer: Answer) -> str:
    suffix = Path(answer.address.partition("?")[0]).suffix
    if suffix in (".csv", ".zip"):
        return suffix
    return {"application/json": ".json"}.get(
        answer.media_type, ".xml" if answer.media_type.endswith("xml") else ".bin"
    )
