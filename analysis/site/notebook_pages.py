"""Executed notebooks for myst-nb: outputs made inert, each one linked to its exhibit."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from analysis.site.anchors import page_of, table_behind
from analysis.site.exhibit_pages import table_with_note
from analysis.site.inert import Html, raw, relative, site_link, text
from analysis.site.inputs import SavedExhibit, SiteInputs
from analysis.site.pieces import (
    folder_title,
    hidden_tree,
    notebook_label,
    notebook_title,
    page,
    paragraph,
    section,
    short_title,
)
from analysis.site.tables import Anchors

_MARKDOWN_LINK: Final = re.compile(r"\[([^\]]+)\]\(([\w.]+)\)")
_METHOD_PAGES: Final = ("interval_series.md", "regular_series.md")


MARK: Final = "# NBVAL_CHECK_OUTPUT\n"
"""Tells the tests to compare the outputs of a cell; says nothing to a reader."""


@dataclass(frozen=True)
class NotebookPage:
    """A notebook as the site shows it, with the drawings that it holds.

    Attributes
    ----------
    content
        JSON of the notebook.
    files
        Drawings by their address from the root of the site.
    """

    content: str
    files: Mapping[str, bytes]


def notebooks_index(inputs: SiteInputs) -> str:
    """Return the page that lists the executed notebooks."""
    blocks = []
    for folder, keys in groupby(inputs.notebooks, key=lambda key: key[0]):
        lines = [_entry(inputs, key) for key in keys]
        title = folder_title(inputs, folder)
        blocks.append(section(title, f'<ul class="exhibits">{"".join(lines)}</ul>'))
    intro = "As run by the build. Every table and drawing links to the exhibit behind it."
    tree = hidden_tree(f"notebooks/{folder}/{stem}" for folder, stem in inputs.notebooks)
    return page("Notebooks", raw(paragraph(text(intro), "lead")), *blocks, tree)


def _entry(inputs: SiteInputs, key: tuple[str, str]) -> str:
    folder, stem = key
    title = notebook_title(inputs.notebooks[key], stem)
    link = site_link(f"notebooks/{folder}/{stem}.html", title)
    return f'<li><span class="kind">{stem[:2]}</span> {link}</li>'


def notebook_page(inputs: SiteInputs, folder: str, stem: str, anchors: Anchors) -> NotebookPage:
    """Return one executed notebook with inert outputs and links to its exhibits."""
    docname = f"notebooks/{folder}/{stem}"
    exhibits = [item for item in inputs.in_folder(folder) if item.entry.notebook == stem]
    content = json.loads(json.dumps(inputs.notebooks[folder, stem]))
    files: dict[str, bytes] = {}
    opened = _opened(inputs, exhibits)
    content["cells"] = [cell for cell in content["cells"] if not _is_overridden(cell, content)]
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = with_site_links(inputs, "".join(cell["source"]), docname)
        elif cell["cell_type"] == "code":
            exhibit = _exhibit_of("".join(cell["source"]), exhibits)
            place = f"files/{docname}/{cell['id']}.png"
            cell["source"] = "".join(cell["source"]).removeprefix(MARK)
            cell["outputs"] = [
                _output(output, exhibit, opened, anchors, docname, place, files)
                for output in cell["outputs"]
            ]
    study = inputs.studies.get(folder)
    if study and content["cells"][0]["cell_type"] == "markdown":
        label = f"{notebook_title(content, stem)}: {short_title(folder_title(inputs, folder))}"
        _retitle(content["cells"][0], label)
    return NotebookPage(json.dumps(content, ensure_ascii=False), files)


def _is_overridden(cell: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    """Tell whether a cell holds defaults that the run replaced by those of its study."""
    tags = [tag for each in content["cells"] for tag in each["metadata"].get("tags", [])]
    return "injected-parameters" in tags and "parameters" in cell["metadata"].get("tags", [])


def _retitle(cell: dict[str, Any], title: str) -> None:
    from analysis.site.inert import heading

    cell["source"] = re.sub(r"\A#\s+.+", lambda _: f"# {heading(title)}", cell["source"])


def _exhibit_of(source: str, exhibits: Sequence[SavedExhibit]) -> SavedExhibit | None:
    """Return the exhibit whose maker a cell calls."""
    return next((item for item in exhibits if f"{item.entry.maker}(" in source), None)


def _output(
    output: Mapping[str, Any],
    exhibit: SavedExhibit | None,
    opened: Html,
    anchors: Anchors,
    docname: str,
    place: str,
    files: dict[str, bytes],
) -> dict[str, Any]:
    """Return an output that shows its content and obeys none of it."""
    data = output.get("data", {})
    if "text/html" in data:
        shown = str(table_with_note("".join(data["text/html"]), anchors))
    elif "image/png" in data:
        files[place] = base64.b64decode("".join(data["image/png"]))
        alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
        words = alt or (exhibit.alt if exhibit else "Drawing made by the cell above")
        shown = f'<img loading="lazy" src="site:{place}" alt="{text(words)}">'
    else:
        shown = _plain(output)
    whole = f'<div class="shown"{_anchor(exhibit)}>{shown}{_behind(exhibit) or opened}</div>'
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": relative(whole, docname)},
    }


def _plain(output: Mapping[str, Any]) -> str:
    data = output.get("data", {})
    content = data.get("text/plain") or output.get("text") or output.get("evalue", "")
    lines = "".join(content).splitlines()
    return f'<pre class="plain">{"<br>".join(text(line) for line in lines)}</pre>'


def _anchor(exhibit: SavedExhibit | None) -> str:
    return f' id="exhibit-{exhibit.name}"' if exhibit else ""


def _behind(exhibit: SavedExhibit | None) -> Html:
    if exhibit is None:
        return Html("")
    link = site_link(exhibit.page, f"{exhibit.title}: raw rows, provenance and files")
    return paragraph(link, "behind")


def _opened(inputs: SiteInputs, exhibits: Sequence[SavedExhibit]) -> Html:
    """Return links to the raw tables behind what a notebook opens and counts."""
    entries = [e for item in exhibits for e in (item.provenance or {}).get("inputs", ())]
    names = dict.fromkeys(table_behind(entry) for entry in entries)
    links = [site_link(page_of(name), name) for name in names if name in inputs.tables]
    words = f"Raw rows that are opened here: {', '.join(links)}"
    return paragraph(words, "behind") if links else Html("")


def with_site_links(inputs: SiteInputs, markdown: str, docname: str) -> str:
    """Turn links between the files of notebooks/ into links between pages of the site."""

    def turned(found: re.Match[str]) -> str:
        label, target = found[1], found[2]
        stem, _, ending = target.rpartition(".")
        if target in _METHOD_PAGES:
            return f"[{label}](/methods/{stem}.md)"
        places = [place for place, name in inputs.notebooks if name == stem]
        if ending != "ipynb" or not places:
            return str(found[0])
        own = docname.split("/")[1] if docname.count("/") == 2 else ""
        return f"[{label}](/notebooks/{own if own in places else places[0]}/{stem}.ipynb)"

    return _MARKDOWN_LINK.sub(turned, markdown)


def label_of(inputs: SiteInputs, folder: str, stem: str) -> str:
    """Return the name of a notebook in the navigation."""
    if folder not in inputs.studies:
        return notebook_label(stem)
    return f"{notebook_label(stem)}: {short_title(folder_title(inputs, folder))}"
