"""The files of notebooks/parameters/common/ and what reads each; a new notebook adds one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from analysis.config import COMMON, COMMON_FOLDERS, NOTEBOOKS
from analysis.errors import StudyError, spelling_hint
from analysis.settings.border_security import parse_border_security
from analysis.settings.country_panels import parse_country_panels
from analysis.settings.health_security import parse_health_security
from analysis.settings.placebo_universe import parse_placebo_universe
from analysis.settings.synthesis import parse_synthesis
from analysis.settings.zone_comparison import parse_zone_comparison
from analysis.settings.zones_frame import parse_zones_frame
from analysis.study import Vocabulary

Parser = Callable[[Path, Vocabulary], object]

PARSERS: Final[Mapping[str, Parser]] = {
    "06_zone_comparison": parse_zone_comparison,
    "07_country_panels": parse_country_panels,
    "10_border_security": parse_border_security,
    "09_health_security": parse_health_security,
    "11_zones_frame": parse_zones_frame,
    "12_synthesis": parse_synthesis,
    "14_placebo_universe": parse_placebo_universe,
}
"""By notebook: a function from the path of its settings and the known names to typed settings."""


def parse_common(vocabulary: Vocabulary, folder: Path = COMMON) -> dict[str, object]:
    """Read and check the settings of every notebook that belongs to no single study.

    Returns
    -------
    dict
        The typed settings by notebook.

    Raises
    ------
    StudyError
        On a file that no notebook reads, a file that is missing, or a fault in one.
    """
    files = {COMMON_FOLDERS[notebook]: notebook for notebook in PARSERS}
    _refuse_strangers(folder, files)
    return {
        notebook: parse(_found(folder, notebook), vocabulary) for notebook, parse in PARSERS.items()
    }


def _refuse_strangers(folder: Path, files: Mapping[str, str]) -> None:
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in files:
            raise StudyError(
                "no notebook reads this file",
                file=f"{folder.name}/{path.name}",
                allowed=", ".join(f"{name}.yaml" for name in sorted(files)),
                remedy=spelling_hint(path.stem, files),
            )


def _found(folder: Path, notebook: str) -> Path:
    path = folder / f"{COMMON_FOLDERS[notebook]}.yaml"
    if not path.is_file():
        raise StudyError(
            f"the settings of {NOTEBOOKS.name}/{notebook}.ipynb are missing",
            file=f"{folder.name}/{path.name}",
            remedy=f"restore notebooks/parameters/common/{path.name}",
        )
    return path
