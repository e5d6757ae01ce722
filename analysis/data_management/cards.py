"""Provenance cards: what data_raw/<table>.card.yaml must say."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import DataError, spelling_hint
from analysis.study_yaml import strict_yaml

EARLIEST_CLOCK: Final = datetime.timezone(datetime.timedelta(hours=14))
"""Where on earth a day begins first: no card can have been taken on a later day than theirs."""


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Publisher(_Block):
    """Who published the figures; `address` is a public home page or empty for this project."""

    name: str = Field(min_length=1)
    address: str = Field(pattern=r"^(https?://\S+)?$")


class Terms(_Block):
    """Licence or legal ground, and whether the table may be passed on."""

    licence: str = Field(min_length=1)
    redistribution: bool


class Checked(_Block):
    """A row that looks like a mistake and is none: by which rule, and why it stays."""

    row: str = Field(min_length=1)
    rule: str = Field(min_length=1)
    why: str = Field(min_length=1)


class Card(_Block):
    """The provenance of one raw table; `checked` answers the doubts that `check` raises."""

    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    publishers: list[Publisher] = Field(min_length=1)
    terms: Terms
    how_taken: str = Field(min_length=1)
    taken_on: datetime.date
    coverage: str = Field(min_length=1)
    columns: dict[str, str] = Field(min_length=1)
    known_faults: list[str]
    citation: str = Field(min_length=1)
    checked: list[Checked] = []


def read_card(path: Path) -> Card:
    """Read and validate one card.

    Raises
    ------
    DataError
        If the card is missing, is not YAML, a field is missing, unknown or of a wrong type, or the
        table was taken on a day that is still to come.
    """
    file = f"{path.parent.name}/{path.name}"
    card = _parsed(path, file)
    if card.taken_on > datetime.datetime.now(EARLIEST_CLOCK).date():
        raise DataError(
            f"the table was taken on {card.taken_on}, a day that is still to come",
            file=file,
            where="field taken_on",
            why="figures are held to be published by that day; none could be told to lie ahead",
            allowed="today or an earlier day, YYYY-MM-DD",
            remedy="correct the year; if it is right, set the clock of this machine",
        )
    return card


def _parsed(path: Path, file: str) -> Card:
    try:
        return Card.model_validate(strict_yaml(path.read_bytes()))
    except FileNotFoundError as error:
        raise DataError(
            "the table has no provenance card",
            file=file,
            remedy="write the card; any other *.card.yaml in the folder shows the fields",
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DataError(
            f"the card is not valid YAML: {getattr(error, 'problem', None) or error}",
            file=file,
            where=f"line {mark.line + 1}" if mark else None,
            remedy="correct the line; text with a colon or a dash goes in quotes",
        ) from error
    except ValidationError as error:
        raise _card_error(file, error) from error


def _card_error(file: str, error: ValidationError) -> DataError:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    unknown = first["type"] == "extra_forbidden"
    return DataError(
        f"unknown field '{field}'" if unknown else f"{first['msg']}",
        file=file,
        where=f"field {field}" if field else None,
        allowed=", ".join(Card.model_fields) if unknown else None,
        remedy=spelling_hint(field, Card.model_fields) if unknown else f"correct {field or 'it'}",
    )
