"""Pieces that several pages share: page frame, badges, downloads, cards, verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from analysis.exhibits.exhibit import EXTENSIONS
from analysis.site.inert import Html, heading, raw, site_link, text
from analysis.site.inputs import SavedExhibit, SiteInputs

DOWNLOADS: Final = {
    "csv": "CSV",
    "svg": "SVG",
    "png": "PNG",
    "tex": "LaTeX",
    "md": "Markdown",
    "html": "HTML",
    "alt.txt": "alternative text",
}
_GOOD: Final = ("identified", "answered", "described", "tested", "pass", "full", "unusual")
_OPEN: Final = (
    "weak",
    "minor",
    "partial",
    "drift",
    "by row",
    "not more",
    "not unusual",
    "no link",
    "no order",
)
FRAME_TITLES: Final[Mapping[str, str]] = {
    "interval_method": "Does the interval method keep its promises?",
    "zone_comparison": "Zones and sister gates side by side",
    "country_panels": "Six countries and the interior provinces",
    "inference_methods": "Which inference may be trusted",
    "border_security": "Public security in the border areas",
    "lancang_mekong_health": "Public-health security, Lancang–Mekong",
    "zones_frame": "Where the zones lie, and under which agreements",
    "synthesis": "Every finding and every question",
    "published_claims": "Published claims, computed again",
    "placebo_universe": "How unusual is the break among all like it?",
    "cost_of_scale": "What scale costs, measured and reckoned",
}


def page(title: str, *blocks: str) -> str:
    """Return the text of a page: its heading, then its blocks with an empty line between them."""
    return (
        "\n\n".join([f"# {heading(title)}", *(block.strip() for block in blocks if block)]) + "\n"
    )


def section(title: str, *content: str) -> str:
    """Return a section; content is HTML."""
    return f"## {heading(title)}\n\n{raw(chr(10).join(content))}"


def hidden_tree(docnames: Iterable[str], labels: Mapping[str, str] | None = None) -> str:
    """Return the list of the pages below a page, for the navigation only."""
    entries = [((labels or {}).get(name, ""), name) for name in docnames]
    lines = "\n".join(f"{label} </{name}>" if label else f"/{name}" for label, name in entries)
    return f"```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{lines}\n```\n"


def paragraph(content: str, css: str = "") -> Html:
    """Return a paragraph of HTML."""
    kind = f' class="{css}"' if css else ""
    return Html(f"<p{kind}>{content}</p>")


def badge(verdict: str) -> Html:
    """Return a verdict as a badge; the words say it, the colour only repeats it."""
    word = verdict.lower()
    kind = "none"
    if word.startswith(_OPEN):
        kind = "open"
    elif word.startswith(_GOOD):
        kind = "good"
    return Html(f'<span class="badge-verdict {kind}">{text(verdict)}</span>')


def unfold(summary: str, content: str) -> Html:
    """Return content that a reader opens."""
    return Html(f"<details><summary>{text(summary)}</summary>{content}</details>")


def downloads(exhibit: SavedExhibit) -> Html:
    """Return links to the saved files of an exhibit."""
    links = [
        f'<a class="download" download href="site:{text(exhibit.file)}.{ending}">'
        f"{text(DOWNLOADS[ending])}</a>"
        for ending in EXTENSIONS[exhibit.entry.kind]
    ]
    return Html(f'<p class="downloads"><span>Download:</span> {" ".join(links)}</p>')


def picture(exhibit: SavedExhibit, css: str = "") -> Html:
    """Return the drawing of a figure with its alternative text."""
    kind = f' class="{css}"' if css else ""
    return Html(
        f'<img{kind} loading="lazy" src="site:{text(exhibit.file)}.svg" alt="{text(exhibit.alt)}">'
    )


def exhibit_list(exhibits: Iterable[SavedExhibit]) -> Html:
    """Return links to exhibits, figures told from tables."""
    lines = [
        f'<li><span class="kind">{item.entry.kind}</span> {site_link(item.page, item.title)}</li>'
        for item in exhibits
    ]
    return Html(f'<ul class="exhibits">{"".join(lines)}</ul>')


def folder_title(inputs: SiteInputs, folder: str) -> str:
    """Return what a reader calls a study or a notebook that is run once."""
    if folder in inputs.studies:
        return str(inputs.studies[folder].get("title", folder))
    return FRAME_TITLES.get(folder) or folder.replace("_", " ").capitalize()


def short_title(title: str) -> str:
    """Return the part of a study's title before its colon."""
    return title.split(":")[0]


def page_title(inputs: SiteInputs, exhibit: SavedExhibit) -> str:
    """Return the title of an exhibit with the study that it belongs to."""
    if exhibit.folder not in inputs.studies:
        return exhibit.title
    return f"{exhibit.title}: {short_title(folder_title(inputs, exhibit.folder))}"


def notebook_title(content: Mapping[str, object], stem: str) -> str:
    """Return the first heading of a notebook."""
    cells = content.get("cells", [])
    assert isinstance(cells, list)
    for cell in cells:
        found = re.match(r"#\s+(.+)", "".join(cell["source"]))
        if cell["cell_type"] == "markdown" and found:
            return found[1].strip()
    return stem


def notebook_label(stem: str) -> str:
    """Return the number and the words of a notebook's name: 02_zone_trade -> 02 Zone trade."""
    number, _, words = stem.partition("_")
    return f"{number} {words.replace('_', ' ').capitalize()}"
