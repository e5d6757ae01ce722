"""The program that made an exhibit: its line, and its text with colours."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from analysis.errors import BuildError
from analysis.site.inert import Html


def function_lines(source: Path, name: str) -> tuple[int, str]:
    """Return the first line of a function and its text.

    Raises
    ------
    BuildError
        If the file holds no such function.
    """
    content = source.read_text(encoding="utf-8")
    for node in _functions(content):
        if node.name == name:
            lines = content.splitlines()[node.lineno - 1 : node.end_lineno]
            return node.lineno, "\n".join(lines)
    raise BuildError(
        f"the program of an exhibit is not there: function {name}",
        file=source.name,
        remedy="correct the maker in analysis/exhibits/registry.py",
    )


@cache
def _functions(content: str) -> tuple[ast.FunctionDef, ...]:
    return tuple(node for node in ast.parse(content).body if isinstance(node, ast.FunctionDef))


def coloured(content: str, language: str) -> Html:
    """Return a listing as HTML; a listing that is wide scrolls by itself."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    listing = highlight(content, get_lexer_by_name(language), HtmlFormatter(nowrap=True))
    return Html(
        f'<div class="highlight"><pre tabindex="0">{listing.replace("`", "&#96;")}</pre></div>'
    )
