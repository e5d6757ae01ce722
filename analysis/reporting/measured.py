"""How long the build took, and how much memory, on a machine that is named.

The figures are committed, since README.md shows them and must not change from run to run;
`tests/benchmarks/measure_build.py` measures them anew.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import BuildError

MEASURED: Final = Path(__file__).with_name("measured_build.json")
GIGABYTE: Final = 1e9


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Machine(_Block):
    """Where it was measured; memory in GB, load as the mean number of busy processes before."""

    processor: str
    processors: int = Field(ge=1)
    memory_gb: float = Field(gt=0)
    platform: str
    python: str
    load: float = Field(ge=0)


class Kind(_Block):
    """Steps of one kind: number, seconds of all and of the longest, memory of one process."""

    steps: int = Field(ge=1)
    seconds: float = Field(ge=0)
    longest: float = Field(ge=0)
    longest_step: str
    peak_memory_mb: float | None


class Measured(_Block):
    """One cold build."""

    measured_on: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    seconds: float = Field(gt=0)
    machine: Machine
    kinds: dict[str, Kind] = Field(min_length=1)

    def text(self) -> str:
        """Return the figures as JSON."""
        return json.dumps(self.model_dump(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_measured(path: Path = MEASURED) -> Measured:
    """Read the committed figures.

    Raises
    ------
    BuildError
        If the file is missing or breaks its contract.
    """
    try:
        return Measured.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise BuildError(
            f"the measured times cannot be read: {str(error).splitlines()[0]}",
            file=path.name,
            remedy="run `.venv/bin/python tests/benchmarks/measure_build.py --write`",
        ) from error


def summary_of(record: Mapping[str, Any], seconds: float, load: float) -> Measured:
    """Sum up the record of a cold build on this machine.

    Parameters
    ----------
    record
        See `analysis.reporting.build_record`.
    seconds
        Of the whole build, from start to end.
    load
        Mean number of busy processes in the minute before.
    """
    kinds: defaultdict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for label, step in record["steps"].items():
        kinds[kind_of(label)][label] = step
    return Measured(
        measured_on=str(record["built_at"])[:10],
        seconds=round(seconds, 1),
        machine=this_machine(record, load),
        kinds={kind: _summed(steps) for kind, steps in sorted(kinds.items())},
    )


def kind_of(label: str) -> str:
    """Return what kind of step a label names: `table` of `table[mohan_boten-effects]`."""
    return label.split("[")[0]


def this_machine(record: Mapping[str, Any], load: float) -> Machine:
    """Describe the machine of a record, which is this one."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        processors=record["processors"],
        memory_gb=round(pages / GIGABYTE, 1),
        platform=f"{platform.system()} {platform.machine()}",
        python=record["python"],
        load=round(load, 1),
    )


def _summed(steps: Mapping[str, Mapping[str, Any]]) -> Kind:
    longest = max(sorted(steps), key=lambda label: steps[label]["seconds"])
    peaks = [step["peak_memory_mb"] for step in steps.values()]
    known = [peak for peak in peaks if peak is not None]
    return Kind(
        steps=len(steps),
        seconds=round(sum(step["seconds"] for step in steps.values()), 1),
        longest=round(float(steps[longest]["seconds"]), 1),
        longest_step=longest,
        peak_memory_mb=round(float(max(known)), 0) if known else None,
    )


def _processor() -> str:
    """Return the model of the processor where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()
