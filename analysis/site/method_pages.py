"""Pages on method: two from notebooks/, two short ones of the site."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from analysis.config import ANALYSIS
from analysis.site.inert import raw, site_link, text
from analysis.site.inputs import SiteInputs
from analysis.site.notebook_pages import with_site_links
from analysis.site.pieces import exhibit_list, hidden_tree, page, paragraph, section

LONG: Final = ("interval_series", "regular_series")
SHORT: Final = ("panels", "inference")
SUMMARIES: Final = {
    "interval_series": (
        "The interval-series estimator",
        "An interrupted series estimated from statements about intervals: model, observations, "
        "likelihood, intervals, and when no number is given.",
    ),
    "regular_series": (
        "Regular series and panels: conventions",
        "Monthly and yearly series, event studies, gravity and dyads, with every convention named.",
    ),
    "panels": (
        "Panels in one page",
        "Which comparison each panel estimate rests on, and what it assumes.",
    ),
    "inference": (
        "Inference in one page",
        "Which errors and tests are used where, and how they were put to the test.",
    ),
}
TEXTS: Final = ANALYSIS / "site" / "texts"


def methods_index() -> str:
    """Return the page that lists the method pages."""
    lines = [
        f"<li>{site_link(f'methods/{name}.html', title)}<br>{text(words)}</li>"
        for name, (title, words) in SUMMARIES.items()
    ]
    intro = "What is assumed, what is estimated, and where each piece stands in the programs."
    listed = f'<ul class="methods">{"".join(lines)}</ul>'
    tree = hidden_tree(f"methods/{name}" for name in SUMMARIES)
    return page("Methods", raw(paragraph(text(intro), "lead") + listed), tree)


SIMULATED_IN: Final = {
    "interval_series": "interval_method",
    "regular_series": "inference_methods",
    "panels": "inference_methods",
    "inference": "inference_methods",
}
"""Method page -> folder of the exhibits whose simulations put it to the test."""


def method_page(inputs: SiteInputs, name: str) -> str:
    """Return one method page, its links turned to pages of the site, and where its numbers are."""
    source = _source(inputs.root, name).read_text(encoding="utf-8")
    exhibits = inputs.in_folder(SIMULATED_IN[name])
    words = (
        "Rejection rates, coverage and bias that this page names are from these exhibits. The page "
        "of each names its seed and leads to the raw rows of the simulation."
    )
    behind = section("Where its numbers come from", paragraph(text(words)), exhibit_list(exhibits))
    return f"{with_site_links(inputs, source, f'methods/{name}').rstrip()}\n\n{behind}"


def _source(root: Path, name: str) -> Path:
    return root / "notebooks" / f"{name}.md" if name in LONG else TEXTS / f"{name}.md"
