"""Everything that is checked before a build starts, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.config import COMMON, DATA_RAW, NOTEBOOKS, PARAMETERS, ROOT

if TYPE_CHECKING:
    from analysis.newstudy.doubt import Doubt


@dataclass(frozen=True)
class Places:
    """Where the input of a build lies.

    Attributes
    ----------
    memory
        Folder that remembers which input was found to be without fault.
    """

    data_raw: Path = DATA_RAW
    parameters: Path = PARAMETERS
    common: Path = COMMON
    notebooks: Path = NOTEBOOKS
    memory: Path = ROOT / ".pytask"


HERE: Final = Places()


def validate(places: Places = HERE) -> tuple[dict[str, int], list[Doubt]]:
    """Check data, studies, settings and notebooks; run nothing.

    Returns
    -------
    dict, list
        How much was checked, and the doubts that nobody has answered.

    Raises
    ------
    DataError, StudyError, BuildError
        On the first fault, in one message.
    """
    from analysis.data_management.catalogue import VALIDATED, open_vocabulary
    from analysis.newstudy.teacher import UNDOUBTED, find_doubts
    from analysis.reporting.notebook_checks import check_notebooks
    from analysis.settings.registry import parse_common
    from analysis.study_file import parse_study

    vocabulary = open_vocabulary(places.data_raw, places.memory / VALIDATED.name)
    files = sorted(places.parameters.glob("*.yaml"))
    studies = [parse_study(file, vocabulary) for file in files]
    common = parse_common(vocabulary, places.common)
    notebooks = check_notebooks(places.notebooks)
    doubts = find_doubts(studies, places.data_raw, places.memory / UNDOUBTED.name)
    counts = {
        "reports": len(vocabulary.reports),
        "series": len(vocabulary.series),
        "events": len(vocabulary.events),
        "study files": len(studies),
        "files of common settings": len(common),
        "notebooks": notebooks,
    }
    return counts, doubts
