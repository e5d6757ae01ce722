"""The directories of the project and the studies in it; nothing else."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ANALYSIS = ROOT / "analysis"
DATA_RAW = ROOT / "data_raw"
DATA_PROCESSED = ROOT / "data_processed"
FIGURES = ROOT / "figures"
NOTEBOOKS = ROOT / "notebooks"
PARAMETERS = NOTEBOOKS / "parameters"
SIMULATION = ROOT / ".simulation"  # finished batches of a simulation, to resume from
LOCK = ROOT / "requirements.lock"

METHOD_FOLDER = "interval_method"  # exhibits about the method stand beside those of the studies
COMMITTED_STUDY = "mohan_boten"  # the study whose results the committed notebooks show


def study_names() -> tuple[str, ...]:
    """Return the studies, one for each notebooks/parameters/*.yaml, sorted by name."""
    return tuple(sorted(path.stem for path in PARAMETERS.glob("*.yaml")))
