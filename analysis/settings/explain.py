"""Check a parameter file against its blocks; tell a fault so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from analysis.errors import StudyError, spelling_hint

B = TypeVar("B", bound=BaseModel)
Location = tuple[int | str, ...]
_PROBLEMS: Final = {
    "extra_forbidden": "this parameter is not known",
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
    first, *others = sorted(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    location = first["loc"]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    allowed, remedy = _allowed_at(location, first, block)
    more = f" ({len(others)} more after this one)" if others else ""
    return StudyError(
        f"{_PROBLEMS.get(first['type'], first['msg'])}{more}",
        file=path.name,
        where=f"key {key}",
        allowed=allowed,
        remedy=remedy,
    )


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
