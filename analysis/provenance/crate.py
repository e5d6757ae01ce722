"""RO-Crate 1.2 metadata of the whole package: files, sources, and how each exhibit is made.

The text depends on the files alone: dates come from CITATION.cff and every identifier from what it
names, where the library would draw them at random.

Source: RO-Crate Metadata Specification 1.2, https://w3id.org/ro/crate/1.2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from analysis.data_management.cards import Card
from analysis.provenance.citation import Author, Citation
from analysis.provenance.crate_files import add_files, sentence_of
from analysis.provenance.crate_makes import add_makes
from analysis.provenance.crate_tables import describe_tables

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

METADATA: Final = "ro-crate-metadata.json"
VERSION: Final = "1.2"
PYTHON: Final = "https://www.python.org/"
LICENCE_PAGES: Final[Mapping[str, str]] = {
    "MIT": "https://spdx.org/licenses/MIT",
    "CC-BY-4.0": "https://spdx.org/licenses/CC-BY-4.0",
}
LICENCE_NAMES: Final[Mapping[str, str]] = {
    "MIT": "MIT License",
    "CC-BY-4.0": "Creative Commons Attribution 4.0 International",
}


@dataclass(frozen=True)
class Package:
    """What the metadata tell.

    Attributes
    ----------
    files
        Path from the root of the package -> bytes, without the metadata themselves.
    citation
        CITATION.cff.
    cards
        Path of a raw table -> its provenance card.
    sidecars
        `<folder>/<exhibit>` -> the provenance sidecar of the exhibit.
    python
        Versions of Python that the package runs on, as in pyproject.toml.
    """

    files: Mapping[str, bytes]
    citation: Citation
    cards: Mapping[str, Card]
    sidecars: Mapping[str, Mapping[str, Any]]
    python: str


def crate_text(package: Package) -> str:
    """Return `ro-crate-metadata.json` for the package."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION)
    _describe_root(crate, package)
    add_files(crate, package.files, LICENCE_PAGES)
    _add_requirements(crate, package)
    describe_tables(crate, package.cards)
    add_makes(crate, package.sidecars)
    content = crate.metadata.generate()
    content["@graph"] = sorted(content["@graph"], key=lambda entity: _place(entity["@id"]))
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _place(identifier: str) -> tuple[bool, bool, str]:
    """Sort the descriptor and the root before all others, as readers expect them."""
    return identifier != METADATA, identifier != "./", identifier


def _describe_root(crate: ROCrate, package: Package) -> None:
    citation, root = package.citation, crate.root_dataset
    root["name"] = citation.title
    root["description"] = sentence_of(citation.abstract)
    root["datePublished"] = citation.date_released.isoformat()
    root["version"] = citation.version
    root["keywords"] = list(citation.keywords)
    root["license"] = [_licence(crate, name) for name in LICENCE_PAGES]
    root["author"] = [_author(crate, author) for author in citation.authors]
    root["publisher"] = root["author"]
    if citation.doi:
        root["identifier"] = f"https://doi.org/{citation.doi}"


def _licence(crate: ROCrate, name: str) -> Any:
    properties = {"@type": "CreativeWork", "name": LICENCE_NAMES[name], "identifier": name}
    return crate.add_jsonld({"@id": LICENCE_PAGES[name], **properties})


def _author(crate: ROCrate, author: Author) -> Any:
    """Add an author, known by ORCID where there is one, otherwise by name."""
    named = f"#author-{author.shown.replace(' ', '-')}"
    entity: dict[str, Any] = {"@id": author.orcid or named, "name": author.shown}
    entity["@type"] = "Person" if author.is_person else "Organization"
    if author.affiliation:
        entity["affiliation"] = author.affiliation
    return crate.add_jsonld(entity)


def _add_requirements(crate: ROCrate, package: Package) -> None:
    """State the Python versions, and the lock with every package and its hash."""
    python = {"@id": PYTHON, "@type": "ComputerLanguage", "name": "Python"}
    language = crate.add_jsonld({**python, "version": package.python, "url": PYTHON})
    lock = crate.get("requirements.lock")
    crate.root_dataset["softwareRequirements"] = [language, lock]
    for entity in crate.get_by_type("SoftwareSourceCode"):
        if entity.id.endswith((".py", ".ipynb")):
            entity["programmingLanguage"] = language
