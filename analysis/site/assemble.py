"""Every page of the site by its name, and the files that pages link to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.exhibits.exhibit import EXTENSIONS
from analysis.site.anchors import telling_anchors
from analysis.site.data_pages import (
    data_index,
    data_page,
    glossary_page,
    sheet_names,
    sheet_page,
)
from analysis.site.exhibit_pages import exhibit_page, exhibits_index
from analysis.site.inert import relative
from analysis.site.inputs import SiteInputs
from analysis.site.landing import landing_page
from analysis.site.method_pages import SUMMARIES, method_page, methods_index
from analysis.site.notebook_pages import NotebookPage, notebook_page, notebooks_index
from analysis.site.record_pages import BUILD_RECORD, claims_page, replication_page
from analysis.site.study_pages import studies_index, study_page
from analysis.site.tables import Anchors


@dataclass(frozen=True)
class SitePages:
    """Sources and files of the site.

    Attributes
    ----------
    sources
        Text of each source by its path: MyST (`.md`) or a notebook (`.ipynb`).
    drawings
        Content of files that the notebooks hold, by address from the root of the site.
    copies
        Files of the project to copy, by address from the root of the site.
    """

    sources: Mapping[str, str]
    drawings: Mapping[str, bytes]
    copies: Mapping[str, Path]


def assemble(inputs: SiteInputs) -> SitePages:
    """Make every page."""
    anchors = telling_anchors(inputs.tables)
    notebooks = {
        f"notebooks/{folder}/{stem}": notebook_page(inputs, folder, stem, anchors)
        for folder, stem in inputs.notebooks
    }
    sources = {f"{name}.md": relative(text, name) for name, text in _pages(inputs, anchors)}
    sources |= {f"{name}.ipynb": made.content for name, made in notebooks.items()}
    return SitePages(sources, _drawings(notebooks), dict(_copies(inputs)))


def _pages(inputs: SiteInputs, anchors: Anchors) -> Iterator[tuple[str, str]]:
    yield "index", landing_page(inputs)
    yield "studies/index", studies_index(inputs)
    yield from ((f"studies/{name}", study_page(inputs, name, anchors)) for name in inputs.folders)
    yield "exhibits/index", exhibits_index(inputs)
    yield from ((item.docname, exhibit_page(inputs, item, anchors)) for item in inputs.exhibits)
    yield "notebooks/index", notebooks_index(inputs)
    yield "methods/index", methods_index()
    yield from ((f"methods/{name}", method_page(inputs, name)) for name in SUMMARIES)
    yield "data/index", data_index(inputs)
    yield from ((f"data/{name}", data_page(inputs, item)) for name, item in inputs.tables.items())
    for item in inputs.tables.values():
        yield from ((name, sheet_page(item, n)) for n, name in enumerate(sheet_names(item)))
    yield "replication", replication_page(inputs)
    yield "claims", claims_page(inputs, anchors)
    yield "glossary", glossary_page(inputs)


def _drawings(notebooks: Mapping[str, NotebookPage]) -> Mapping[str, bytes]:
    return {name: content for made in notebooks.values() for name, content in made.files.items()}


def _copies(inputs: SiteInputs) -> Iterator[tuple[str, Path]]:
    for item in inputs.exhibits:
        for ending in EXTENSIONS[item.entry.kind]:
            yield _copied(inputs.root, f"figures/{item.folder}/{item.name}.{ending}")
        for file in (item.provenance or {}).get("processed", {}):
            yield _copied(inputs.root, str(file))
        for file in (item.provenance or {}).get("parameters", {}).get("files", {}):
            yield _copied(inputs.root, str(file))
    for name in inputs.tables:
        yield _copied(inputs.root, f"data_raw/{name}.csv")
    if inputs.build_record is not None:
        yield BUILD_RECORD, inputs.root / ".pytask" / "build_record.json"
    for name in inputs.studies:
        yield _copied(inputs.root, f"notebooks/parameters/{name}.yaml")


def _copied(root: Path, file: str) -> tuple[str, Path]:
    return f"files/{file}", root / file
