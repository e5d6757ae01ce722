"""Which source files a module or notebook runs: the import closure inside this project."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from analysis.config import ANALYSIS, LOCK, ROOT

IMPORTS = ROOT / ".pytask" / "imports.json"


@cache
def module_sources(path: Path) -> tuple[Path, ...]:
    """Return the source files that a module of the project needs, itself included, sorted.

    Parameters
    ----------
    path
        A Python file under analysis/.
    """
    return _closure((path.resolve(),))


def notebook_sources(path: Path) -> tuple[Path, ...]:
    """Return the source files under analysis/ that a notebook's code cells need, sorted."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return _closure(tuple(sorted(_imports_of(code))))


def fingerprint(path: Path) -> str:
    """Return a short hash of a module, all that it imports, and the packages.

    Results that are kept between runs stand in a folder of this name: a changed program finds none.
    """
    files = (*module_sources(path), *environment_sources())
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:12]


def line_of(path: Path, function: str) -> int:
    """Return the line on which a file defines a function."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.startswith(f"def {function}("))


def environment_sources() -> tuple[Path, ...]:
    """Return the files that fix the software: a changed package version re-runs everything."""
    return (LOCK,)


def _closure(start: tuple[Path, ...]) -> tuple[Path, ...]:
    seen: set[Path] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting.extend(_imports(path))
    return tuple(sorted(seen, key=str))


@cache
def _imports(path: Path) -> frozenset[Path]:
    return _imports_of(path.read_text(encoding="utf-8"))


def _imports_of(source: str) -> frozenset[Path]:
    digest = sha256(source.encode()).hexdigest()
    known = _remembered()
    if digest not in known:
        known[digest] = _modules_in(source)
    return frozenset(file for module in known[digest] for file in _files(module))


def _modules_in(source: str) -> list[str]:
    """Return every name of this project that may be a module, from the import statements."""
    found: set[str] = set()
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return sorted(name for name in found if name.split(".")[0] == ANALYSIS.name)


@cache
def _remembered() -> dict[str, list[str]]:
    """Return what earlier builds found in sources, by the hash of the source."""
    try:
        known = json.loads(IMPORTS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def remember_imports() -> None:
    """Keep what was found in sources for the next build, which then parses only what changed."""
    text = json.dumps(_remembered(), sort_keys=True)
    if IMPORTS.is_file() and IMPORTS.read_text(encoding="utf-8") == text:
        return
    IMPORTS.parent.mkdir(exist_ok=True)
    temporary = IMPORTS.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(IMPORTS)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk the statements of a program, not their expressions, where no import can stand."""
    for parts in ("body", "orelse", "handlers", "finalbody", "cases"):
        for statement in getattr(tree, parts, ()):
            yield statement
            yield from _statements(statement)


@cache
def _files(module: str) -> frozenset[Path]:
    """Return the file of a module and the __init__ files of the packages around it."""
    parts = module.split(".")
    if parts[0] != ANALYSIS.name:
        return frozenset()
    candidates = [ROOT.joinpath(*parts).with_suffix(".py")]
    candidates += [
        ROOT.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)
    ]
    return frozenset(path for path in candidates if path.is_file())
