"""Read a study file as YAML without losing anything: no silent dates, no silent duplicate keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from analysis.errors import StudyError

LONGEST_FILE: Final = 200_000
DEEPEST_LEVEL: Final = 12


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the keys of a study file, months as text.

    Raises
    ------
    StudyError
        When the file is missing, empty, not YAML, or holds a key twice.
    """
    try:
        content = strict_yaml(path.read_bytes(), _StudyLoader)
    except FileNotFoundError as error:
        raise StudyError(
            "there is no such study file",
            file=path.name,
            allowed=", ".join(sorted(other.stem for other in path.parent.glob("*.yaml"))),
            remedy=f"create notebooks/parameters/{path.name} or name one of the studies above",
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise StudyError(
            f"this is not valid YAML ({getattr(error, 'problem', None) or error})",
            file=path.name,
            where=f"line {mark.line + 1}" if mark else None,
            remedy="check the indentation, colons and quotation marks around that line",
        ) from error
    if not isinstance(content, dict):
        raise StudyError(
            "the file is empty or holds no keys",
            file=path.name,
            remedy="copy notebooks/parameters/mohan_boten.yaml and change it",
        )
    return content


_FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same loader, parsing in C


class StrictLoader(_FASTEST):  # type: ignore[misc,valid-type]
    """YAML that does not drop the first of two equal keys."""


class _StudyLoader(StrictLoader):
    """YAML without silent dates, too."""


def strict_yaml(content: bytes, loader: type[StrictLoader] = StrictLoader) -> Any:
    """Return what UTF-8 YAML says, if it is small, flat and free of references.

    A reference (`*name`) can make a small file endless, or larger than any memory; no file of
    this project needs one.

    Raises
    ------
    yaml.YAMLError
        If it is not such YAML, or a key is there twice.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start + 1} is not UTF-8; save the file in UTF-8"
        raise yaml.MarkedYAMLError(problem=problem) from error
    if len(text) > LONGEST_FILE:
        raise yaml.MarkedYAMLError(problem=f"it is longer than {LONGEST_FILE} characters")
    _refuse_references(text)
    return yaml.load(text, Loader=loader)


def _refuse_references(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_FASTEST):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            problem = f"the reference *{event.anchor} is not allowed; write the value itself"
            raise _refusal(problem, event)
        if depth > DEEPEST_LEVEL:
            problem = f"it is nested deeper than {DEEPEST_LEVEL} levels"
            raise _refusal(problem, event)


def _refusal(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _mapping_without_duplicates(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for place, (key_node, _) in enumerate(node.value):
        if keys[place] in keys[:place]:
            raise yaml.MarkedYAMLError(
                problem=f"the key '{keys[place]}' is there twice",
                problem_mark=key_node.start_mark,
            )
    return dict(loader.construct_mapping(node, deep=True))


StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping_without_duplicates)
_StudyLoader.add_constructor(
    "tag:yaml.org,2002:timestamp",
    lambda loader, node: loader.construct_scalar(node),
)
