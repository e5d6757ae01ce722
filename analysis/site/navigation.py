"""The list of neighbours beside a page, and the path to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.site.inputs import SiteInputs
from analysis.site.method_pages import SUMMARIES
from analysis.site.notebook_pages import label_of
from analysis.site.pieces import folder_title

Entry = tuple[str, str]
"""Title and name of a page."""


@dataclass(frozen=True)
class Navigation:
    """Pages of each section, and the sections in their order."""

    sections: Mapping[str, Sequence[Entry]]
    titles: Mapping[str, str]

    def section_of(self, page: str) -> str:
        """Return the section of a page: the longest that its name begins with."""
        fits = [name for name in self.sections if page.startswith(f"{name}/")]
        return max(fits, key=len, default="")

    def crumbs(self, page: str) -> list[Entry]:
        """Return the way from the first page to the section of a page."""
        section = self.section_of(page)
        parts = section.split("/") if section else []
        ways = [("Overview", "index")] if page != "index" else []
        if parts and page != f"{parts[0]}/index":
            ways.append((self.titles.get(parts[0], parts[0].capitalize()), f"{parts[0]}/index"))
        if len(parts) == 2:
            ways.append((self.titles.get(section, parts[1]), f"studies/{parts[1]}"))
        return ways

    def add_to_page(
        self,
        _app: Any,
        page: str,
        _template: str,
        context: dict[str, Any],
        _doctree: Any,
    ) -> None:
        """Give a page its neighbours; connected to Sphinx's `html-page-context`."""
        section = self.section_of(page)
        context["neighbours"] = self.sections.get(section, ())
        context["neighbours_title"] = self.titles.get(section, "")
        context["crumbs"] = self.crumbs(page)


def navigation(inputs: SiteInputs) -> Navigation:
    """Return the navigation of the site."""
    titles = {
        "studies": "Studies",
        "exhibits": "Exhibits",
        "notebooks": "Notebooks",
        "methods": "Methods",
        "data": "Raw data",
    }
    sections: dict[str, Sequence[Entry]] = {
        "studies": [(folder_title(inputs, name), f"studies/{name}") for name in inputs.folders],
        "exhibits": [(folder_title(inputs, name), f"studies/{name}") for name in inputs.folders],
        "notebooks": [
            (label_of(inputs, folder, stem), f"notebooks/{folder}/{stem}")
            for folder, stem in inputs.notebooks
        ],
        "methods": [(title, f"methods/{name}") for name, (title, _) in SUMMARIES.items()],
        "data": [(name.replace("_", " "), f"data/{name}") for name in inputs.tables],
    }
    for folder in inputs.folders:
        sections[f"exhibits/{folder}"] = [
            (item.title, item.docname) for item in inputs.in_folder(folder)
        ]
        titles[f"exhibits/{folder}"] = folder_title(inputs, folder)
    return Navigation(sections, titles)
