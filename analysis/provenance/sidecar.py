"""The provenance sidecar of an exhibit: what it must say, how it is read and written.

`figures/<folder>/<exhibit>.provenance.json` holds what is the same on every machine. What differs
from run to run (commit, time, platform, seconds, memory) is in `.pytask/build_record.json`, see
`analysis.reporting.build_record`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import BuildError, spelling_hint

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1)]
Function = Annotated[str, Field(pattern=r"^analysis(\.[a-z_][a-z0-9_]*)+$")]
SourceFile = Annotated[str, Field(pattern=r"^analysis/.+\.py$")]
ParameterFile = Annotated[str, Field(pattern=r"^notebooks/parameters/.+\.yaml$")]
ProcessedFile = Annotated[str, Field(pattern=r"^data_processed/.+\.(csv|parquet)$")]
RawFile = Annotated[str, Field(pattern=r"^data_raw/.+$")]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Program(_Block):
    """The function that makes an exhibit, the one that opens its data, and all that they import."""

    maker: Function
    file: SourceFile
    line: Annotated[int, Field(ge=1)]
    opener: Function
    sources: Annotated[dict[SourceFile, Sha256], Field(min_length=1)]


class Parameters(_Block):
    """The settings; seeds by what they are for."""

    files: dict[ParameterFile, Sha256]
    seeds: dict[Text, int]


class Span(_Block):
    """Values from one to another: numbers by size, all else as text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    first: Text = Field(alias="from")
    last: Text = Field(alias="to")


class Selection(_Block):
    """Many rows of a file: how many of how many, and in which boxes.

    A box gives some columns the values that they may have; an empty box holds every row. The rows
    that are taken are those of any box, and no other.
    """

    taken: Annotated[int, Field(ge=0)]
    rows: Annotated[int, Field(ge=0)]
    where: list[dict[Text, list[Text] | Span]]

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The boxes as in JSON."""
        found: list[dict[str, Any]] = self.model_dump(by_alias=True)["where"]
        return found


class Input(_Block):
    """A raw table behind the exhibit.

    `rows` are the rows that it takes: their keys in order, or a selection of many; null where none
    is known.
    """

    table: Text
    file: RawFile
    sha256: Sha256
    card: RawFile
    publisher: Text
    terms: Text
    rows: list[Text] | Selection | None


class Environment(_Block):
    """The hash of the lock file and the versions of Python that the package runs on."""

    lock: Sha256
    python: Text


class Sidecar(_Block):
    """Where one exhibit comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    form: Literal["1"] = Field(alias="schema")
    exhibit: Annotated[str, Field(pattern=r"^[a-z0-9_]+/[a-z0-9_]+$")]
    kind: Literal["table", "figure"]
    notebook: Annotated[str, Field(pattern=r"^\d\d_[a-z0-9_]+$")]
    files: Annotated[dict[Text, Sha256], Field(min_length=1)]
    program: Program
    parameters: Parameters
    processed: dict[ProcessedFile, Sha256]
    inputs: list[Input]
    environment: Environment


def sidecar_text(sidecar: Sidecar) -> str:
    """Return the sidecar as JSON: sorted keys, one a line, the same bytes for the same content."""
    content = sidecar.model_dump(by_alias=True)
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_sidecar(path: Path) -> Sidecar:
    """Read and validate a sidecar.

    Raises
    ------
    BuildError
        If the file is missing, is not JSON, or a key is missing, unknown or of a wrong form.
    """
    file = f"{path.parent.name}/{path.name}"
    try:
        return Sidecar.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise BuildError("the sidecar is not built", file=file, remedy="make reproduce") from error
    except json.JSONDecodeError as error:
        raise BuildError(f"this is not JSON: {error}", file=file, remedy=_AGAIN) from error
    except ValidationError as error:
        raise _key_error(file, error) from error


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a sidecar, for readers that do not use this package."""
    return Sidecar.model_json_schema(by_alias=True)


_AGAIN = "delete it and run make reproduce"


def _key_error(file: str, error: ValidationError) -> BuildError:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    unknown = first["type"] == "extra_forbidden"
    known = sorted(field.alias or name for name, field in Sidecar.model_fields.items())
    hint = spelling_hint(str(first["loc"][-1]), known) if unknown else _AGAIN
    return BuildError(
        f"unknown key '{key}'" if unknown else str(first["msg"]),
        file=file,
        where=f"key {key}" if key else None,
        allowed=", ".join(known) if unknown else None,
        remedy=hint,
    )
