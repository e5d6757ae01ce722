"""Formulas as drawings inside the page, so that no page fetches a program to set them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes

from analysis.errors import BuildError
from analysis.site.inert import Html, text

if TYPE_CHECKING:
    from sphinx.application import Sphinx

RENDERER: Final = "drawn"
POINTS: Final = 100  # size at which a formula is drawn; the page scales it to its own text
EMS: Final = 1.05  # size beside the text around it
_SPELLINGS: Final = (  # TeX that matplotlib knows by another name
    (re.compile(r"\\tfrac\s*(\d)\s*(\d)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\tfrac"), r"\\frac"),
    (re.compile(r"\\[bB]ig{1,2}[lrm]?(?![a-zA-Z])"), ""),
    (re.compile(r"\\(mathbf|mathcal)\s+(\w)"), r"\\\1{\2}"),
    (re.compile(r"\\le(?![a-zA-Z])"), r"\\leq"),
    (re.compile(r"\\ge(?![a-zA-Z])"), r"\\geq"),
)


def formula(source: str) -> Html:
    r"""Draw a formula as one path that takes the colour of the text around it.

    Parameters
    ----------
    source
        TeX without dollar signs.

    Raises
    ------
    BuildError
        If the formula uses TeX that cannot be drawn.
    """
    path, width, height, depth = _outline(_respelled(source))
    top, whole = height + 4, height + depth + 8  # room for strokes that leave their box
    ems = EMS / POINTS
    return Html(
        f'<svg class="formula" role="img" aria-label="{text(source)}" '
        f'viewBox="0 {-top:.0f} {width:.0f} {whole:.0f}" width="{width * ems:.2f}em" '
        f'height="{whole * ems:.2f}em" style="vertical-align:{-(depth + 4) * ems:.2f}em">'
        f'<path fill="currentColor" d="{path}"/></svg>'
    )


def _respelled(source: str) -> str:
    line = " ".join(source.split())
    for pattern, spelling in _SPELLINGS:
        line = pattern.sub(spelling, line)
    return line


@cache
def _outline(line: str) -> tuple[str, float, float, float]:
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser
    from matplotlib.textpath import TextPath

    from analysis.exhibits.style import use_bundled_fonts

    use_bundled_fonts()
    font = FontProperties(size=POINTS, math_fontfamily="stix")
    try:
        box = MathTextParser("path").parse(f"${line}$", dpi=72, prop=font)
    except ValueError as error:
        raise BuildError(
            f"the formula cannot be drawn: {line}",
            where=str(error).splitlines()[-1],
            allowed="the TeX that matplotlib's mathtext knows",
            remedy="write it with simpler commands",
        ) from error
    outline = TextPath((0, 0), f"${line}$", prop=font)
    depth = float(box.depth)
    return _svg_path(outline), float(box.width), float(box.height) - depth, depth


def _svg_path(outline: Any) -> str:
    letters = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}
    parts = []
    for points, code in outline.iter_segments(curves=True, simplify=False):
        if code == 79:
            parts.append("Z")
            continue
        pairs = zip(points[::2], points[1::2], strict=True)
        parts.append(letters[int(code)] + " ".join(f"{x:.1f} {-y:.1f}" for x, y in pairs))
    return "".join(parts)


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(f'<span class="math">{formula(node.astext())}</span>')
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    lines = [formula(line) for line in node.astext().split(r"\\") if line.strip()]
    shown = "".join(f"<div>{line}</div>" for line in lines)
    writer.body.append(
        f'<div class="math scroll" role="region" tabindex="0" aria-label="Formula">{shown}</div>'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer with Sphinx."""
    app.add_html_math_renderer(RENDERER, (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
