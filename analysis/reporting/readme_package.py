"""Sections of README.md in the form that data editors ask for: availability and requirements.

The headings follow the template README of the social science data editors,
https://social-science-data-editors.github.io/template_README.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Final

from analysis.config import DATA_RAW, LOCK, ROOT
from analysis.data_management.cards import Card, read_card
from analysis.data_management.sources import SOURCES
from analysis.reporting.environment import locked_pins
from analysis.reporting.measured import Kind, read_measured

REQUIREMENTS: Final = ROOT / "requirements.in"
OWN: Final = "this project"
SHOWN: Final = (
    *("numpy", "pandas", "scipy", "statsmodels", "linearmodels", "pyfixest", "diff-diff"),
    *("matplotlib", "pytask", "jupyterlab"),
)


def availability() -> str:
    """Say whose data are used, what may be passed on, and that none is missing."""
    cards = {source.file: read_card(DATA_RAW / source.card) for source in SOURCES.values()}
    closed = [file for file, card in cards.items() if not card.terms.redistribution]
    own = [file for file, card in cards.items() if _is_own(card)]
    named = {one.name for card in cards.values() for one in card.publishers}
    others = {name for name in named if name.casefold() != OWN}
    lines = [
        f"- Tables: {len(cards)}, of which {len(own)} are our own work and {len(cards) - len(own)} "
        f"hold figures of {len(others)} publishers. Every table is in `data_raw/`.",
        "- Rights: the table below gives the terms of every publisher as the cards state them.",
        f"- Redistribution: {len(cards) - len(closed)} tables may be passed on. Of "
        f"{len(closed)} only the figures that are cited may be: {_code(closed)}.",
        "- Access: nothing is downloaded, bought or applied for; no table is withheld.",
        "- Provenance: beside every table and figure under `figures/`, `<name>.provenance.json` "
        "names the raw tables and rows, the settings, the seeds and the programs behind it, with "
        "the SHA-256 of each.",
    ]
    return "\n".join(lines)


def requirements() -> str:
    """State software, hardware, measured time and memory."""
    return "\n\n".join([_software(), _hardware(), _steps(), _note()])


def _software() -> str:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        python = tomllib.load(stream)["project"]["requires-python"]
    versions = dict(pin.split(" ")[0].split("==") for pin in locked_pins())
    shown = ", ".join(f"{name} {versions[name]}" for name in SHOWN if name in versions)
    lines = [
        f"- Python {python}; {len(locked_pins())} pins in `{LOCK.name}`, each with its hash, "
        f"follow from {len(_direct())} direct requirements, among them {shown}.",
        "- No other software. The tests of pages in a browser need Chromium and are left out "
        "without it.",
    ]
    return "\n".join(["**Software**", "", *lines])


def _direct() -> list[str]:
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(r"^[A-Za-z0-9]", line)]


def _hardware() -> str:
    measured = read_measured()
    machine = measured.machine
    lines = [
        f"- Measured on {measured.measured_on}: a build from nothing took "
        f"{_minutes(measured.seconds)}, on {machine.processors} processors ({machine.processor}) "
        f"with {machine.memory_gb:g} GB of memory, {machine.platform}, Python {machine.python}; "
        f"{machine.load:g} other processes were busy when it began.",
        f"- The largest process took {_largest(measured.kinds.values()):.0f} MB. Several run at a "
        "time: as many notebooks as there are processors, beside tables and figures.",
        f"- No network is needed after the set-up. Disk: {_disk_megabytes()} MB of raw tables; the "
        "outputs take a few times as much.",
    ]
    return "\n".join(["**Hardware, time and memory**", "", *lines])


def _steps() -> str:
    heads = ("Steps", "Number", "Seconds, all", "Seconds, longest", "Longest", "Memory, MB")
    rows = [_row(name, kind) for name, kind in read_measured().kinds.items()]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(name: str, kind: Kind) -> tuple[str, ...]:
    memory = "" if kind.peak_memory_mb is None else f"{kind.peak_memory_mb:.0f}"
    numbers = (str(kind.steps), f"{kind.seconds:.1f}", f"{kind.longest:.1f}")
    return (name, *numbers, f"`{kind.longest_step}`", memory)


def _note() -> str:
    return (
        "Seconds are those of the step itself, without waiting for a processor; memory is the "
        "highest resident set of one process, shared libraries included. What a build of your own "
        "took is in `.pytask/build_record.json`."
    )


def _is_own(card: Card) -> bool:
    return all(one.name.casefold() == OWN for one in card.publishers)


def _code(files: Iterable[str]) -> str:
    return ", ".join(f"`{file}`" for file in files)


def _largest(kinds: Iterable[Kind]) -> float:
    return max(kind.peak_memory_mb or 0.0 for kind in kinds)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes"


def _disk_megabytes() -> int:
    return round(sum(path.stat().st_size for path in DATA_RAW.iterdir() if path.is_file()) / 1e6)
