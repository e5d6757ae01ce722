"""What looks like a mistake: told to the student, and answered in a card or a study file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.data_management.cards import Checked
from analysis.errors import DataError
from analysis.study import Answer

CHECK_COMMAND: Final = "python -m analysis check"


@dataclass(frozen=True)
class Doubt:
    """One row of a table, or one part of a study file, that looks like a usual mistake.

    Attributes
    ----------
    rule
        Short name of the mistake; with `row` it identifies the doubt.
    file, where
        The file with the row, and the row with its line and column or the key.
    row
        Key of the row, or name of the outcome.
    answer_in
        File in which the doubt is answered if all is as it should be.
    """

    rule: str
    file: str
    where: str
    row: str
    problem: str
    why: str
    remedy: str
    answer_in: str

    @property
    def answer(self) -> str:
        """The line that says that it is no mistake."""
        return f'- {{row: {self.row}, rule: {self.rule}, why: "..."}}'

    def as_error(self, others: int = 0) -> DataError:
        """Return the doubt as the error that stops a build."""
        more = f" [and {others} more: see {CHECK_COMMAND}]" if others else ""
        return DataError(
            f"{self.problem}{more}",
            file=self.file,
            where=self.where,
            why=self.why,
            remedy=f"{self.remedy}; if it is right as it stands, say why in {self.answer_in}, "
            f"under checked: {self.answer}",
        )


def open_doubts(
    found: Iterable[Doubt], answers: Sequence[Checked | Answer], file: str
) -> list[Doubt]:
    """Return the doubts that no answer of their file settles.

    Parameters
    ----------
    found
        Doubts that are answered in `file`.
    answers
        What the file says under `checked`.

    Raises
    ------
    DataError
        When an answer belongs to no doubt: the row is mended, or row or rule are misspelt.
    """
    doubts = list(found)
    raised = {(doubt.row, doubt.rule) for doubt in doubts}
    for item in answers:
        if (item.row, item.rule) not in raised:
            raise DataError(
                f"nothing is in doubt about {item.row} by the rule '{item.rule}'",
                file=file,
                where="field checked",
                why="an answer without a question would hide the next mistake in this row",
                allowed=", ".join(sorted(f"{row}: {rule}" for row, rule in raised)) or "none",
                remedy="delete the answer, or correct its row or rule",
            )
    answered = {(item.row, item.rule) for item in answers}
    return [doubt for doubt in doubts if (doubt.row, doubt.rule) not in answered]
