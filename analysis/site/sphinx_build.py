"""Sphinx, configured by code: nothing is fetched, neither while building nor while reading."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from analysis.config import ANALYSIS
from analysis.errors import BuildError
from analysis.site import maths, words
from analysis.site.navigation import Navigation

ALLOWED_WARNINGS: Final[Mapping[str, str]] = {}
"""Warnings that do not fail the build: a pattern of the message, and the reason."""
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
BEFORE_THEME: Final = 100
"""The theme drops templates that say nothing; what they say has to be known before it looks."""
HERE: Final = ANALYSIS / "site"

THEME: Final[Mapping[str, Any]] = {
    "logo": {"text": "Borderlands", "alt_text": "Borderlands, first page"},
    "navbar_align": "left",
    "navbar_center": ["navbar-nav"],
    "navbar_end": [],
    "navbar_persistent": ["search-button-field"],
    "header_links_before_dropdown": 8,
    "secondary_sidebar_items": {"methods/*": ["page-toc"]},
    "show_prev_next": False,
    "show_toc_level": 1,
    "footer_start": ["site-footer"],
    "footer_center": [],
    "footer_end": [],
    "article_header_start": ["site-crumbs"],
    "article_header_end": [],
    "back_to_top_button": False,
    "search_bar_text": "Search this site",
    "pygments_light_style": "a11y-high-contrast-light",
}


def configuration() -> Mapping[str, Any]:
    """Return the settings of Sphinx."""
    return {
        "project": "Borderlands",
        "author": "The authors of Borderlands",
        "language": "en",
        "extensions": ["myst_nb", maths.__name__, words.__name__],
        "myst_enable_extensions": ["dollarmath"],
        "myst_update_mathjax": False,
        "nb_execution_mode": "off",
        "nb_ipywidgets_js": {},
        "smartquotes": False,
        "html_theme": "pydata_sphinx_theme",
        "html_theme_options": dict(THEME),
        "html_context": {"default_mode": "light"},
        "html_math_renderer": maths.RENDERER,
        "html_static_path": [str(HERE / "static")],
        "html_css_files": ["site.css"],
        "html_favicon": str(HERE / "static" / "favicon.svg"),
        "html_title": "Borderlands",
        "html_short_title": "Borderlands",
        "templates_path": [str(HERE / "templates")],
        "html_sidebars": {"index": [], "**": ["site-nav.html"]},
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_use_index": False,
        "html_permalinks": False,
    }


def build_html(source: Path, out: Path, doctrees: Path, navigation: Navigation) -> None:
    """Build the pages; a warning that is not allowed fails the build.

    Raises
    ------
    BuildError
        On the first warnings, with their places.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            source,
            None,
            out,
            doctrees,
            "html",
            confoverrides=dict(configuration()),
            status=None,
            warning=warnings,
            freshenv=True,
        )
        app.connect("html-page-context", navigation.add_to_page, priority=BEFORE_THEME)
        app.build(force_all=True)
    _refuse(unexpected(warnings.getvalue().splitlines(), source))


def unexpected(lines: Iterable[str], source: Path) -> list[str]:
    """Return the warnings that are not allowed, without colours and folders of this machine."""
    plain = (_COLOUR.sub("", line).replace(f"{source}/", "").strip() for line in lines)
    return [
        line
        for line in plain
        if line and not any(re.search(pattern, line) for pattern in ALLOWED_WARNINGS)
    ]


def _refuse(warnings: Sequence[str]) -> None:
    if warnings:
        raise BuildError(
            f"Sphinx warns: {warnings[0]}" + _others(warnings),
            where="pages of the site",
            remedy="mend the page, or allow the warning with its reason in "
            "analysis/site/sphinx_build.py",
        )


def _others(warnings: Sequence[str]) -> str:
    return "".join(f"\n           {line}" for line in warnings[1:6])
