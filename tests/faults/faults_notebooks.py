"""Faults in notebooks."""

from __future__ import annotations

from typing import Any

from tests.faults.damage import (
    Fault,
    content,
    emptied,
    folder_instead,
    in_utf_16,
    linked,
    notebook,
    renamed,
    with_bom,
    with_crlf,
    without,
)

NAME = "02_zone_trade"
FILE = f"notebooks/{NAME}.ipynb"
OWN = "06_zone_comparison"
NEAR = 100  # bytes
PICTURE = b'"image/png": "'


def code(found: dict[str, Any]) -> dict[str, Any]:
    """Return the first code cell after that of the parameters."""
    return [cell for cell in found["cells"] if cell["cell_type"] == "code"][1]


def older(found: dict[str, Any]) -> None:
    found["nbformat"] = 3


def untagged(found: dict[str, Any]) -> None:
    for cell in found["cells"]:
        cell["metadata"].pop("tags", None)


def tagged(found: dict[str, Any]) -> None:
    code(found)["metadata"]["tags"] = ["parameters"]


def id_twice(found: dict[str, Any]) -> None:
    found["cells"][1]["id"] = found["cells"][0]["id"]


def no_python(found: dict[str, Any]) -> None:
    code(found)["source"] = "opened = = open_study(study)"


def unclosed(found: dict[str, Any]) -> None:
    code(found)["source"] = "print(("


def without_cells(found: dict[str, Any]) -> None:
    del found["cells"]


def cell_of_numbers(found: dict[str, Any]) -> None:
    code(found)["source"] = 7


def cut(found: bytes) -> bytes:
    """Cut at a place that no output of the notebook moves."""
    return found[:NEAR]


def null_byte(found: bytes) -> bytes:
    return found[:NEAR] + b"\0" + found[NEAR:]


def picture_flipped(found: bytes) -> bytes:
    """Flip the lowest bit of a letter inside the first picture."""
    place = found.index(PICTURE) + len(PICTURE) + NEAR
    return found[:place] + bytes([found[place] ^ 1]) + found[place + 1 :]


def other_output(found: dict[str, Any]) -> None:
    code(found)["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "99"}]


FILES = (
    ("empty", content(FILE, emptied)),
    ("cut in the middle", content(FILE, cut)),
    ("UTF-16", content(FILE, in_utf_16)),
    ("byte order mark", content(FILE, with_bom)),
    ("a null byte", content(FILE, null_byte)),
    ("Windows line ends", content(FILE, with_crlf)),
    ("one bit of a picture flipped", content(FILE, picture_flipped)),
    ("a list instead of a notebook", content(FILE, lambda found: b"[" + found + b"]")),
    ("nested ten thousand times", content(FILE, lambda _: b"[" * 10_000 + b"]" * 10_000)),
    ("marks of a merge", content(FILE, lambda found: b"<<<<<<< HEAD\n" + found)),
    ("folder instead of a notebook", folder_instead(FILE)),
    ("link to nothing", linked(FILE, "nowhere.ipynb")),
    ("common notebook missing", without(f"notebooks/{OWN}.ipynb")),
    ("study notebook missing", without(FILE)),
    ("name with a space", renamed(FILE, "02_zone trade.ipynb")),
)
SAID = (
    ("format 3", NAME, older),
    ("cell of parameters lost", NAME, untagged),
    ("cell of parameters in a common notebook", OWN, tagged),
    ("two cells with one id", NAME, id_twice),
    ("a cell that is no Python", NAME, no_python),
    ("a bracket left open", NAME, unclosed),
    ("no cells", NAME, without_cells),
    ("a number for a cell", NAME, cell_of_numbers),
    ("another output in the file", NAME, other_output),
)
NOTEBOOKS = (
    *(Fault("notebooks", name, damage) for name, damage in FILES),
    *(Fault("notebooks", name, notebook(which, change)) for name, which, change in SAID),
)
