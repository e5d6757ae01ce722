"""CITATION.cff: how the package is cited, read by the fields of the Citation File Format 1.2."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from analysis.config import ROOT
from analysis.errors import BuildError, spelling_hint

CITATION: Final = ROOT / "CITATION.cff"
CFF_VERSION: Final = "1.2.0"
SPDX: Final = ("MIT", "CC-BY-4.0")
"""Licences that the package is given under, by their SPDX identifiers."""

Text = Annotated[str, Field(min_length=1)]
Address = Annotated[str, Field(pattern=r"^(https?|ftp|sftp)://\S+$")]
Doi = Annotated[str, Field(pattern=r"^10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]]+$")]
Orcid = Annotated[str, Field(pattern=r"^https://orcid\.org/(\d{4}-){3}\d{3}[\dX]$")]


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("a value stands twice")
    return values


UniqueTexts = Annotated[list[Text], Field(min_length=1), AfterValidator(_unique)]


class _Block(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class Author(_Block):
    """A person (given and family names) or a body (name)."""

    name: Text | None = None
    given_names: Text | None = None
    family_names: Text | None = None
    affiliation: Text | None = None
    orcid: Orcid | None = None
    website: Address | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Author:
        if bool(self.name) == bool(self.given_names or self.family_names):
            raise ValueError("an author has either a name, or given and family names")
        return self

    @property
    def is_person(self) -> bool:
        """Tell a person from a body."""
        return self.name is None

    @property
    def shown(self) -> str:
        """The name as it is printed."""
        return self.name or " ".join(filter(None, (self.given_names, self.family_names)))


class Identifier(_Block):
    """A persistent identifier of the work."""

    type: Literal["doi", "url", "swh", "other"]
    value: Text
    description: Text | None = None


class Reference(_Block):
    """A source that the package builds on."""

    type: Literal["data", "article", "report", "software", "dictionary", "generic"]
    title: Text
    authors: Annotated[list[Author], Field(min_length=1)]
    url: Address | None = None
    doi: Doi | None = None
    year: int | None = None
    notes: Text | None = None


class Citation(_Block):
    """The fields of CITATION.cff; fields of CFF 1.2 that are not listed here are refused."""

    cff_version: Literal["1.2.0"]
    title: Text
    message: Text
    type: Literal["software", "dataset"]
    version: Text
    date_released: datetime.date
    license: Literal["MIT", "CC-BY-4.0"]
    authors: Annotated[list[Author], Field(min_length=1)]
    keywords: UniqueTexts
    abstract: Text
    references: list[Reference] = []
    identifiers: Annotated[list[Identifier], Field(min_length=1)] | None = None
    doi: Doi | None = None
    repository_code: Address | None = None
    url: Address | None = None


def read_citation(path: Path = CITATION) -> Citation:
    """Read and validate CITATION.cff.

    Raises
    ------
    BuildError
        If the file is missing, is not YAML, or a field is missing, unknown or of a wrong form.
    """
    try:
        return Citation.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise BuildError(
            "the file is missing", file=path.name, remedy="restore it with git checkout"
        ) from error
    except yaml.YAMLError as error:
        raise BuildError(
            f"this is not YAML: {str(error).splitlines()[0]}",
            file=path.name,
            remedy="correct the line; text with a colon goes in quotes",
        ) from error
    except ValidationError as error:
        raise _field_error(path, error) from error


def _field_error(path: Path, error: ValidationError) -> BuildError:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    unknown = first["type"] == "extra_forbidden"
    known = sorted(name.replace("_", "-") for name in Citation.model_fields)
    return BuildError(
        f"unknown field '{field}'" if unknown else str(first["msg"]),
        file=path.name,
        where=f"field {field}" if field else None,
        allowed=", ".join(known) if unknown else f"a field of CFF {CFF_VERSION}",
        remedy=spelling_hint(field, known) if unknown else f"correct {field or 'the file'}",
    )
