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
ROBUSTNESS = DATA_PROCESSED / "robustness"  # results of long computations, by study
SIMULATION = ROOT / ".simulation"  # finished batches of a simulation, to resume from
LOCK = ROOT / "requirements.lock"

COMMON = PARAMETERS / "common"  # settings of the notebooks below, where they have any
COMMON_FOLDERS = {  # notebooks that are not run for a study, and the folder of their exhibits
    "03_interval_method": "interval_method",
    "06_zone_comparison": "zone_comparison",
    "07_country_panels": "country_panels",
    "08_inference_methods": "inference_methods",
    "10_border_security": "border_security",
    "09_health_security": "lancang_mekong_health",
    "11_zones_frame": "zones_frame",
    "12_synthesis": "synthesis",
    "13_published_claims": "published_claims",
    "14_placebo_universe": "placebo_universe",
    "15_cost_of_scale": "cost_of_scale",
}
COMPARISON = "06_zone_comparison"  # reads the study files beside its own settings
SYNTHESIS = "12_synthesis"  # reads the settings of every notebook, and the robustness results
COMMITTED_STUDY = "mohan_boten"  # the study whose results the committed notebooks show


def common_settings(notebook: str) -> tuple[Path, ...]:
    """Return the files that set what a notebook common to the studies shows."""
    studies = [PARAMETERS / f"{name}.yaml" for name in study_names()]
    if notebook == SYNTHESIS:
        return (*sorted(COMMON.glob("*.yaml")), *studies)
    own = COMMON / f"{COMMON_FOLDERS[notebook]}.yaml"
    return (*([own] if own.is_file() else []), *(studies if notebook == COMPARISON else []))


def study_names() -> tuple[str, ...]:
    """Return the studies, one for each notebooks/parameters/*.yaml, sorted by name."""
    return tuple(sorted(path.stem for path in PARAMETERS.glob("*.yaml")))


def notebook_names() -> tuple[str, ...]:
    """Return the stems of the notebooks that the build runs, in their order.

    `explore.ipynb` has no number: it is for its reader, holds no result, and tests alone run it.
    """
    return tuple(sorted(path.stem for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")))
