"""Every file of the package as a data entity: what kind, how long, which bytes, which licence."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

FORMATS: Final[Mapping[str, str]] = {
    ".cff": "text/yaml",
    ".csv": "text/csv",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".py": "text/x-python",
    ".R": "text/x-r",
    ".svg": "image/svg+xml",
    ".tex": "text/x-tex",
    ".toml": "application/toml",
    ".yaml": "text/yaml",
    ".yml": "text/yaml",
}
"""Stated here, since the lists of the standard library differ between machines."""
OTHER_FORMAT: Final = "text/plain"
CODE: Final = (".py", ".ipynb")
BUILD_FILE: Final = "Makefile"

CODE_FOLDERS: Final = ("analysis/", "tests/", ".ci/")
OWN_TEXTS: Final = ("figures/", "notebooks/", "README.md")
CARD_ENDING: Final = ".card.yaml"


def add_files(crate: ROCrate, files: Mapping[str, bytes], licences: Mapping[str, str]) -> None:
    """Add every file, sorted by path, with the alternative text of figures as its description."""
    for path in sorted(files):
        crate.add_file(dest_path=path, properties=_properties(path, files, licences))


def entity_of(crate: ROCrate, path: str) -> Any:
    """Return the entity of a file; None if the package has no such file."""
    from urllib.parse import quote

    return crate.get(quote(path))


def sentence_of(text: str) -> str:
    """Return text on one line."""
    return " ".join(text.split())


def _properties(
    path: str, files: Mapping[str, bytes], licences: Mapping[str, str]
) -> dict[str, Any]:
    content = files[path]
    kind = PurePosixPath(path)
    is_code = kind.suffix in CODE or path == BUILD_FILE
    properties: dict[str, Any] = {
        "@type": ["File", "SoftwareSourceCode"] if is_code else "File",
        "name": kind.name,
        "contentSize": str(len(content)),
        "sha256": sha256(content).hexdigest(),
        "encodingFormat": FORMATS.get(kind.suffix, OTHER_FORMAT),
    }
    licence = _licence_of(path)
    if licence:
        properties["license"] = {"@id": licences[licence]}
    alternative = f"{path.removesuffix(kind.suffix)}.alt.txt"
    if kind.suffix in (".svg", ".png") and alternative in files:
        properties["description"] = sentence_of(files[alternative].decode("utf-8"))
    return properties


def _licence_of(path: str) -> str | None:
    """Return the licence that LICENSE gives a file by its place; None where a card says it."""
    if path.startswith(CODE_FOLDERS) or path == BUILD_FILE:
        return "MIT"
    if path.startswith(OWN_TEXTS) or path.endswith(CARD_ENDING):
        return "CC-BY-4.0"
    return None
