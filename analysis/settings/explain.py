"""Check a parameter file against its blocks; tell a fault so that it can be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from analysis.errors import StudyError, nearest, spelling_hint

B = TypeVar("B", bound=BaseModel)
Location = tuple[int | str, ...]
Mistake = tuple[str, str, str]
UNKNOWN: Final = "extra_forbidden"
_PROBLEMS: Final = {
    UNKNOWN: "this parameter is not known",
    "missing": "this parameter is missing",
}


def validated(path: Path, content: Mapping[str, Any], block: type[B]) -> B:
    """Return the content of a parameter file as typed blocks.

    Raises
    ------
    StudyError
        On an unknown or missing key or a wrong type; the message names the file, the key, what is
        allowed and the nearest match.
    """
    try:
        return block.model_validate(content)
    except ValidationError as error:
        raise _explained(path, error, block) from error


def _explained(path: Path, error: ValidationError, block: type[BaseModel]) -> StudyError:
    """Turn the first finding of pydantic into one message that a student can act on."""
    # A misspelt key is both unknown and missing; the unknown one tells what was meant.
    found = sorted(error.errors(), key=lambda item: item["type"] != UNKNOWN)
    meant = {_meant(item["loc"], block) for item in found if item["type"] == UNKNOWN}
    first, *others = [item for item in found if (item["type"], item["loc"]) not in meant]
    location = first["loc"]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    allowed, remedy = _allowed_at(location, first, block)
    return StudyError(
        f"{_PROBLEMS.get(first['type'], first['msg'])}{_more(_same(first), map(_same, others))}",
        file=path.name,
        where=f"key {key}",
        allowed=allowed,
        remedy=remedy,
    )


def _meant(location: Location, block: type[BaseModel]) -> tuple[str, Location]:
    """Return the finding that the key meant by an unknown one is missing."""
    key = str(location[-1])
    match = nearest(key, _fields_at(location[:-1], block))
    return "missing", (*location[:-1], match or key)


def _same(finding: Mapping[str, Any]) -> Mistake:
    """Return what two findings of one mistake, made at several places, have in common."""
    return finding["type"], str(finding["loc"][-1]), repr(finding["input"])


def _more(first: Mistake, others: Iterable[Mistake]) -> str:
    """Say at how many places the mistake is, and how many other ones follow it."""
    counts = Counter(others)
    again = counts.pop(first, 0)
    parts = [f"{again} more of the same"] * bool(again)
    parts += [f"{counts.total()} more after this one"] * bool(counts)
    return f" ({', '.join(parts)})" if parts else ""


def _allowed_at(
    location: Location, finding: Mapping[str, Any], block: type[BaseModel]
) -> tuple[str, str]:
    fields = _fields_at(location[:-1], block)
    if finding["type"] == "extra_forbidden":
        return ", ".join(sorted(fields)), spelling_hint(str(location[-1]), fields)
    if finding["type"] == "missing":
        return f"all of: {', '.join(sorted(fields))}", f"add '{location[-1]}:' to the file"
    if finding["type"] == "literal_error":
        options = finding["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return ", ".join(options), spelling_hint(str(finding["input"]), options)
    return finding["msg"], f"correct the value {finding['input']!r}"


def _fields_at(location: Location, block: type[BaseModel]) -> tuple[str, ...]:
    """Return the parameter names that are allowed at a place of the file."""
    for part in location:
        field = block.model_fields.get(str(part))
        block = next(_blocks_in(field.annotation), block) if field else block
    return tuple(block.model_fields)


def _blocks_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Find the blocks inside an annotation such as `list[Block]` or `Block | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _blocks_in(part)
