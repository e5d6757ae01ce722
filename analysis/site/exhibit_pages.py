"""One page for each exhibit: what it shows, its files, and everything behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from analysis.exhibits.exhibit import module_file
from analysis.site.inert import Html, raw, site_link, text
from analysis.site.inputs import REBUILD, SavedExhibit, SiteInputs
from analysis.site.pieces import (
    downloads,
    exhibit_list,
    folder_title,
    hidden_tree,
    notebook_label,
    page,
    page_title,
    paragraph,
    picture,
    section,
    unfold,
)
from analysis.site.programs import coloured, function_lines
from analysis.site.row_links import hashed, raw_tables
from analysis.site.tables import Anchors, definitions, read_table, scrolling

NO_SIDECAR: Final = f"The build has not written down the provenance of this exhibit yet: {REBUILD}."


def exhibits_index(inputs: SiteInputs) -> str:
    """Return the page that lists every exhibit by study and notebook."""
    blocks = []
    for folder in inputs.folders:
        exhibits = inputs.in_folder(folder)
        blocks.append(section(folder_title(inputs, folder), exhibit_list(exhibits)))
    intro = (
        f"{len(inputs.exhibits)} figures and tables. Each page has the files to download, the "
        "program that made the exhibit, and the raw rows behind it."
    )
    tree = hidden_tree(item.docname for item in inputs.exhibits)
    return page("Exhibits", raw(paragraph(text(intro), "lead")), *blocks, tree)


def exhibit_page(inputs: SiteInputs, exhibit: SavedExhibit, anchors: Anchors) -> str:
    """Return the page of one exhibit."""
    return page(
        page_title(inputs, exhibit),
        raw(_origin(inputs, exhibit)),
        raw(shown(exhibit, anchors) + downloads(exhibit)),
        section("Raw rows and their sources", _raw_rows(inputs, exhibit)),
        section("Provenance", _provenance(inputs, exhibit), _listing(inputs, exhibit)),
    )


def shown(exhibit: SavedExhibit, anchors: Anchors) -> Html:
    """Return a figure with its words, or a table with its note."""
    if exhibit.entry.kind == "figure":
        words = unfold("The figure in words", paragraph(text(exhibit.alt)))
        return Html(f'<figure class="exhibit">{picture(exhibit)}</figure>{words}')
    return table_with_note(exhibit.body, anchors)


def table_with_note(body: str, anchors: Anchors) -> Html:
    """Return a saved table in the form of the site."""
    saved = read_table(body, anchors)
    note = paragraph(text(saved.note), "note") if saved.note else ""
    return Html(scrolling(saved.rows, saved.caption or "Table", saved.caption) + note)


def _origin(inputs: SiteInputs, exhibit: SavedExhibit) -> Html:
    folder, stem = exhibit.folder, exhibit.entry.notebook
    study = site_link(f"studies/{folder}.html", folder_title(inputs, folder))
    notebook = site_link(
        f"notebooks/{folder}/{stem}.html#exhibit-{exhibit.name}", notebook_label(stem)
    )
    kind = exhibit.entry.kind.capitalize()
    return paragraph(f"{kind} of {study}, shown in notebook {notebook}.", "origin")


def _raw_rows(inputs: SiteInputs, exhibit: SavedExhibit) -> Html:
    """Return every raw table behind an exhibit, with links to the rows that it takes."""
    if exhibit.provenance is None:
        return paragraph(text(NO_SIDECAR), "missing")
    return raw_tables(inputs, exhibit.provenance.get("inputs", ()))


def _provenance(inputs: SiteInputs, exhibit: SavedExhibit) -> Html:
    file, line = _program(inputs, exhibit)
    entries = [("Program", Html(f"<code>{text(exhibit.entry.program)}</code> ({file}:{line})"))]
    if exhibit.provenance is not None:
        entries += _recorded(exhibit.provenance)
    return definitions(entries)


def _program(inputs: SiteInputs, exhibit: SavedExhibit) -> tuple[Html, int]:
    source = inputs.root / _source(exhibit)
    return text(_source(exhibit)), function_lines(source, _function(exhibit))[0]


def _source(exhibit: SavedExhibit) -> str:
    return f"analysis/exhibits/{module_file(exhibit.entry.maker).name}"


def _function(exhibit: SavedExhibit) -> str:
    return exhibit.entry.maker.rsplit(".", 1)[1]


def _recorded(record: Mapping[str, Any]) -> Iterator[tuple[str, Html]]:
    """Yield what the sidecar says, in the words of a reader."""
    parameters = record.get("parameters", {})
    opener = record.get("program", {}).get("opener", "")
    yield "Opened by", Html(f"<code>{text(opener)}</code>") if opener else Html("")
    yield "Settings", _files(parameters.get("files", {}))
    seeds = [f"{name} {number}" for name, number in sorted(parameters.get("seeds", {}).items())]
    yield "Seeds", text(", ".join(seeds))
    yield "Tables read", _files(record.get("processed", {}))
    yield "Files", _own_files(record)
    environment = record.get("environment", {})
    lock = environment.get("lock", "")
    yield "Python", text(environment.get("python", ""))
    yield "Lock", Html(f'<code class="hash">sha256 {text(lock)}</code>') if lock else Html("")


def _files(hashes: Mapping[str, str]) -> Html:
    return Html("<br>".join(hashed(file, digest) for file, digest in sorted(hashes.items())))


def _own_files(record: Mapping[str, Any]) -> Html:
    folder = str(record.get("exhibit", "")).rpartition("/")[0]
    files = {f"figures/{folder}/{name}": digest for name, digest in record["files"].items()}
    return _files(files)


def _listing(inputs: SiteInputs, exhibit: SavedExhibit) -> Html:
    """Return the function that makes the exhibit, and the list of the programs behind it."""
    source = inputs.root / _source(exhibit)
    code = coloured(function_lines(source, _function(exhibit))[1], "python")
    listing = unfold(f"The function {_function(exhibit)}", code)
    sources = (exhibit.provenance or {}).get("program", {}).get("sources", {})
    if not sources:
        return listing
    files = _grouped(sorted(sources.items()))
    return Html(listing + unfold(f"All {len(sources)} programs that it runs", files))


def _grouped(sources: Sequence[tuple[str, str]]) -> Html:
    """Return programs by room, each with the start of its hash."""
    parts = []
    for room, files in groupby(sources, key=lambda item: item[0].rpartition("/")[0]):
        items = "".join(_program_line(file, digest) for file, digest in files)
        parts.append(f"<p>{text(room)}</p><ul>{items}</ul>")
    return Html("".join(parts))


def _program_line(file: str, digest: str) -> str:
    name = text(file.rpartition("/")[2])
    return f'<li>{name} <code class="hash">{text(digest[:16])}</code></li>'
