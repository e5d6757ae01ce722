"""Read a study file as YAML without losing anything: no silent dates, no silent duplicate keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from analysis.errors import StudyError


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the keys of a study file, months as text.

    Raises
    ------
    StudyError
        When the file is missing, empty, not YAML, or holds a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise StudyError(
            "there is no such study file",
            file=path.name,
            allowed=", ".join(sorted(other.stem for other in path.parent.glob("*.yaml"))),
            remedy=f"create notebooks/parameters/{path.name} or name one of the studies above",
        ) from error
    try:
        content = yaml.load(text, Loader=_StudyLoader)
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


class _StudyLoader(_FASTEST):  # type: ignore[misc,valid-type]
    """YAML without silent dates, and without dropping the first of two equal keys."""


def _mapping_without_duplicates(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for place, (key_node, _) in enumerate(node.value):
        if keys[place] in keys[:place]:
            raise yaml.MarkedYAMLError(
                problem=f"the key '{keys[place]}' is there twice",
                problem_mark=key_node.start_mark,
            )
    return dict(loader.construct_mapping(node, deep=True))


_StudyLoader.add_constructor("tag:yaml.org,2002:map", _mapping_without_duplicates)
_StudyLoader.add_constructor(
    "tag:yaml.org,2002:timestamp",
    lambda loader, node: loader.construct_scalar(node),
)
