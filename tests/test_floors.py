"""A room of analysis/ imports only from its own floor and the floors below."""

from __future__ import annotations

import ast
from pathlib import Path

from analysis.config import ANALYSIS

FLOORS = {
    "config": 0,
    "errors": 0,
    "engine": 0,
    "nodes": 0,
    "program": 0,
    "workers": 0,
    "study": 1,
    "study_file": 1,
    "study_yaml": 1,
    "study_blocks": 1,
    "study_monthly": 1,
    "study_names": 1,
    "settings": 1,
    "data_management": 1,
    "connectors": 1,
    "models": 2,
    "inference": 2,
    "exhibits": 3,
    "simulation": 3,
    "universe": 3,
    "reporting": 4,
    "provenance": 4,
    "review": 4,
    "site": 4,
    "explorer": 4,
    "newstudy": 4,
    "validation": 4,
    "commands": 5,
    "__main__": 5,
    "__init__": 0,
}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("analysis")}
        elif isinstance(node, ast.ImportFrom) and node.module == "analysis":
            found |= {f"analysis.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis."):
            found.add(str(node.module))
    return found


def test_every_room_has_a_floor():
    rooms = {path.relative_to(ANALYSIS).parts[0].removesuffix(".py") for path in sources()}
    assert rooms <= set(FLOORS)


def test_no_room_imports_from_a_floor_above():
    for path in sources():
        own = path.relative_to(ANALYSIS).parts[0].removesuffix(".py")
        for module in imports(path):
            assert FLOORS[room(module)] <= FLOORS[own], f"{path.name} imports {module}"


def test_models_are_pure_functions_on_arrays_and_frames():
    """No model knows where a table lies."""
    for path in sorted((ANALYSIS / "models").glob("*.py")):
        assert not any("data_management" in module for module in imports(path)), path.name
        assert "analysis.config" not in imports(path), path.name


def sources() -> list[Path]:
    return sorted(ANALYSIS.rglob("*.py"))
