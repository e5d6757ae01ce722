"""The seeds behind an exhibit: in its settings, in its program, in simulations that it shows."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from analysis.data_management.results import RESULTS
from analysis.provenance.places import PlacedExhibit
from analysis.simulation.registry import INTERVAL, STUDIES
from analysis.study_yaml import read_yaml

ONE: Final = "seed"
SEVERAL: Final = "seeds"
CONSTANT: Final = "SEED"


def seeds_of(
    placed: PlacedExhibit, source: Path, function: str, raw: Iterable[str]
) -> dict[str, int]:
    """Return every seed by what it is for, sorted.

    Parameters
    ----------
    source, function
        The file and the name of the function that makes the exhibit.
    raw
        Names of the raw tables behind it; results of simulations bring the seeds they were made
        with.
    """
    found = {**_of_settings(placed.settings), **_of_program(source, function)}
    found |= {f"simulation.{name}": STUDIES[name].seed for name in _simulations(raw)}
    return dict(sorted(found.items()))


def _of_settings(files: tuple[Path, ...]) -> dict[str, int]:
    """Return the seeds of parameter files; the name of the file leads where there are several."""
    several = len(files) > 1
    return {
        f"{path.stem}.{name}" if several else name: seed
        for path in files
        for name, seed in _seeds_in(read_yaml(path), ())
    }


def _seeds_in(content: Any, where: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Walk settings: `bootstrap` of `seeds: {bootstrap: 1}`, `dengue` of `dengue: {seed: 1}`."""
    if isinstance(content, list):
        content = {str(place): item for place, item in enumerate(content, 1)}
    if not isinstance(content, Mapping):
        return
    for key, value in content.items():
        if key == ONE and isinstance(value, int):
            yield ".".join(where) or ONE, value
        elif isinstance(value, int) and where and where[-1] == SEVERAL:
            yield ".".join([*where[:-1], str(key)]), value
        else:
            yield from _seeds_in(value, (*where, str(key)))


def _of_program(source: Path, function: str) -> dict[str, int]:
    """Return whole-number constants named SEED that a function reaches inside its own file."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    bodies = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    constants = dict(filter(None, map(_constant, tree.body)))
    reached, waiting = set[str](), [function]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            nodes = ast.walk(bodies[name]) if name in bodies else ()
            waiting += [node.id for node in nodes if isinstance(node, ast.Name)]
    return {f"{source.stem}.{name}": constants[name] for name in reached & constants.keys()}


def _constant(node: ast.stmt) -> tuple[str, int] | None:
    """Return name and value of `SEED = 1` or `SEED: Final = 1`; None for another statement."""
    targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
    value = getattr(getattr(node, "value", None), "value", None)
    if len(targets) != 1 or not isinstance(targets[0], ast.Name) or not isinstance(value, int):
        return None
    return (targets[0].id, value) if CONSTANT in targets[0].id else None


def _simulations(raw: Iterable[str]) -> list[str]:
    """Return the simulation studies whose results are among some raw tables."""
    tables = [name for name in raw if name in RESULTS]
    return sorted({name if name in STUDIES else INTERVAL for name in tables})
