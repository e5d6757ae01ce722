"""The forms in which tables print their columns, read from the programs that make them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

CALL: Final = "Column"
DEFAULT_FORM: Final = "text"


def column_forms(module: Path, function: str) -> Mapping[str, str]:
    """Return the form of every column that a program names, by the key of the column.

    Columns named inside the function that makes the table come before those of the module around
    it; a key that the module prints in two forms and the function in none is left out.

    Parameters
    ----------
    module
        The file that holds the function.
    function
        Name of the function that makes the table.
    """
    tree = _tree(module)
    own = next((node for node in tree.body if _is_function(node, function)), None)
    return _single_forms(tree) | (_single_forms(own) if own else {})


def _single_forms(tree: ast.AST) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for key, form in _columns(tree):
        found.setdefault(key, set()).add(form)
    return {key: next(iter(forms)) for key, forms in found.items() if len(forms) == 1}


def _columns(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == CALL:
            words = [_word(argument) for argument in node.args]
            words += [_word(item.value) for item in node.keywords if item.arg == "form"]
            form = words[2] if len(words) > 2 else DEFAULT_FORM
            if words and words[0] and form:
                yield words[0], form


def _word(node: ast.expr) -> str:
    """Return the text of a literal, and nothing for what is only known when it runs."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_function(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))
