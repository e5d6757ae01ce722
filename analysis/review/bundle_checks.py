"""What must hold before packing: every exhibit has its provenance, and it is current."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from analysis.data_management.cards import Card, read_card
from analysis.data_management.checksums import verify_checksums
from analysis.errors import BuildError
from analysis.provenance.citation import Citation, read_citation
from analysis.provenance.crate import Package
from analysis.provenance.crate_files import CARD_ENDING
from analysis.provenance.places import ENDING
from analysis.provenance.sidecar import read_sidecar

SIDECAR: Final = f".{ENDING}"
RAW: Final = "data_raw"
LOCK: Final = "requirements.lock"
CITATION: Final = "CITATION.cff"
CONFIGURATION: Final = "pyproject.toml"
REBUILD: Final = "run `make reproduce` and commit what it writes"


def registered_exhibits() -> tuple[str, ...]:
    """Return `<folder>/<exhibit>` of every exhibit that the build makes, sorted."""
    from analysis.config import study_names
    from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS

    of_studies = [f"{study}/{item.name}" for study in study_names() for item in EXHIBITS]
    return tuple(sorted([*of_studies, *(f"{item.folder}/{item.name}" for item in COMMON_EXHIBITS)]))


def checked_package(root: Path, files: Mapping[str, bytes], exhibits: Iterable[str]) -> Package:
    """Return what the metadata tell, after every check.

    Parameters
    ----------
    files
        Path -> bytes of what is packed.
    exhibits
        `<folder>/<exhibit>` of every exhibit that must be there.

    Raises
    ------
    DataError
        If a raw file is not as registered, or a card breaks its contract.
    BuildError
        If a sidecar is missing, breaks its contract, names a file that is not packed or another
        hash than its own, or the versions in CITATION.cff and pyproject.toml differ.
    """
    verify_checksums(root / RAW)
    project = tomllib.loads(files[CONFIGURATION].decode("utf-8"))["project"]
    citation = read_citation(root / CITATION)
    _check_version(citation, project["version"])
    sidecars = {name: _sidecar(root, name, files) for name in exhibits}
    for name, sidecar in sidecars.items():
        _check_hashes(name, sidecar, files)
    return Package(files, citation, _cards(root, files), sidecars, project["requires-python"])


def _check_version(citation: Citation, version: str) -> None:
    if citation.version != version:
        raise BuildError(
            f"the version is {citation.version}, but {version} in {CONFIGURATION}",
            file=CITATION,
            remedy="write the same version in both files",
        )


def _cards(root: Path, files: Mapping[str, bytes]) -> dict[str, Card]:
    tables = [path for path in files if path.startswith(f"{RAW}/") and path.endswith(".csv")]
    return {path: read_card(root / f"{path.removesuffix('.csv')}{CARD_ENDING}") for path in tables}


def _sidecar(root: Path, name: str, files: Mapping[str, bytes]) -> Mapping[str, Any]:
    path = f"figures/{name}{SIDECAR}"
    if path not in files:
        raise BuildError(f"the exhibit {name} has no provenance sidecar", file=path, remedy=REBUILD)
    return read_sidecar(root / path).model_dump(by_alias=True)


def _check_hashes(name: str, sidecar: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    for path, expected in _named_files(name, sidecar):
        place = {"file": f"figures/{name}{SIDECAR}", "where": path}
        if path not in files:
            raise BuildError("the file it names is not packed", **place, remedy=REBUILD)
        found = sha256(files[path]).hexdigest()
        if found != expected:
            problem = f"the file was changed: expected {expected[:12]}, found {found[:12]}"
            raise BuildError(problem, **place, remedy=REBUILD)


def _named_files(name: str, sidecar: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return each file that a sidecar names with the hash that it gives."""
    folder = name.rsplit("/", 1)[0]
    yield from ((f"figures/{folder}/{file}", digest) for file, digest in sidecar["files"].items())
    yield from sidecar["program"]["sources"].items()
    yield from sidecar["parameters"]["files"].items()
    yield from sidecar["processed"].items()
    yield from ((item["file"], item["sha256"]) for item in sidecar["inputs"])
    yield LOCK, sidecar["environment"]["lock"]
