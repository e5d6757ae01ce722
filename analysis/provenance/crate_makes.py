"""How each exhibit is made: the program, what it read, and the files that came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from analysis.provenance.crate_files import entity_of

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

LOCK: Final = "requirements.lock"


def add_makes(crate: ROCrate, sidecars: Mapping[str, Mapping[str, Any]]) -> None:
    """Add a CreateAction for each exhibit and name them all in the root.

    Parameters
    ----------
    sidecars
        `<folder>/<exhibit>` -> provenance sidecar.
    """
    actions = [_make(crate, name, sidecar) for name, sidecar in sorted(sidecars.items())]
    if actions:
        crate.root_dataset["mentions"] = actions


def _make(crate: ROCrate, name: str, sidecar: Mapping[str, Any]) -> Any:
    program, folder = sidecar["program"], name.rsplit("/", 1)[0]
    results = [f"figures/{folder}/{file}" for file in sorted(sidecar["files"])]
    properties = {
        "@type": "CreateAction",
        "name": f"make the {sidecar['kind']} {name}",
        "description": f"{program['maker']}, line {program['line']}, shown in the notebook "
        f"{sidecar['notebook']}",
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    return crate.add_action(
        identifier=f"#make/{name}",
        instrument=entity_of(crate, program["file"]),
        object=[*_files(crate, _inputs(sidecar)), *_seeds(crate, name, sidecar)],
        result=_files(crate, results),
        properties=properties,
    )


def _inputs(sidecar: Mapping[str, Any]) -> list[str]:
    """Return the paths of what an exhibit was made from: parameters, tables, lock."""
    raw = [item["file"] for item in sidecar["inputs"]]
    return sorted({*sidecar["parameters"]["files"], *sidecar["processed"], *raw, LOCK})


def _files(crate: ROCrate, paths: Iterable[str]) -> list[Any]:
    return [entity_of(crate, path) for path in paths]


def _seeds(crate: ROCrate, name: str, sidecar: Mapping[str, Any]) -> list[Any]:
    seeds = sidecar["parameters"].get("seeds", {})
    return [
        crate.add_jsonld(
            {
                "@id": f"#seed/{name}/{purpose}",
                "@type": "PropertyValue",
                "name": f"seed of {purpose}",
                "value": value,
            }
        )
        for purpose, value in sorted(seeds.items())
    ]
