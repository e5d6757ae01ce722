"""Write a choice as a study file that `check` accepts and a build can run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from analysis.data_management.save import write_text_atomic
from analysis.errors import StudyError
from analysis.explorer.choice import Choice, Ground, content_of
from analysis.explorer.view import UNWRITTEN, answer_to
from analysis.newstudy.create import Places, refuse_name
from analysis.newstudy.doubt import Doubt
from analysis.newstudy.form import form_text
from analysis.newstudy.study_doubts import study_doubts
from analysis.study_file import parse_study, study_from

HEAD: Final = """\
# The study {name}, as chosen in notebooks/explore.ipynb; all else is from the file of {like}.
# `python -m analysis check` says what is wrong or odd after a change;
# `python -m analysis reproduce --study {name}` computes.
"""


def write_choice(
    name: str, choice: Choice, ground: Ground, reason: str = "", places: Places | None = None
) -> Path:
    """Write a choice as the file of a new study and return its path.

    Parameters
    ----------
    reason
        Why the choice stands although `check` doubts it; needed only if it does.

    Raises
    ------
    StudyError
        When the name cannot be used, `check` would refuse the file, or it raises a doubt and no
        reason is given; nothing is written then.
    """
    where = places or Places()
    refuse_name(name, where)
    content = content_of(choice, ground, _answers(choice, ground, reason.strip()))
    text = form_text(HEAD.format(name=name, like=choice.study), content)
    _check(name, text, choice, ground)
    path = where.parameters / f"{name}.yaml"
    write_text_atomic(path, text)
    return path


def _answers(choice: Choice, ground: Ground, reason: str) -> list[Mapping[str, str]]:
    """Answer every doubt about a choice: as its study does, or with the reason given now."""
    study = study_from(UNWRITTEN, content_of(choice, ground), ground.vocabulary)
    base = ground.opened[choice.study]
    answers: list[Mapping[str, str]] = []
    for doubt in study_doubts(study, base.observations):
        known = answer_to(doubt, base.study)
        if not known and not reason:
            raise _doubted(doubt)
        why = known.why if known else reason
        answers.append({"row": doubt.row, "rule": doubt.rule, "why": why})
    return answers


def _doubted(doubt: Doubt) -> StudyError:
    return StudyError(
        doubt.problem,
        why=doubt.why,
        remedy=f"{doubt.remedy}; if it is right as it stands, say why in the field Reason",
    )


def _check(name: str, text: str, choice: Choice, ground: Ground) -> None:
    """Read the text as a build would, from a file of that name, before it gets its place."""
    with tempfile.TemporaryDirectory(prefix="explorer-") as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        study = parse_study(path, ground.vocabulary)
    for doubt in study_doubts(study, ground.opened[choice.study].observations):
        raise _doubted(doubt)
