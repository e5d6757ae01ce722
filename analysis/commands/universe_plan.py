"""What the options of the command universe ask, checked, and the file that it writes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final, cast

from analysis.data_management.save import write_text_atomic
from analysis.errors import BuildError, ModelError
from analysis.exhibits.steady import steady
from analysis.exhibits.table import csv_text
from analysis.inference.batch_results import BatchOptions
from analysis.models.design import DesignSpec, TrendShape
from analysis.study import Seasonality
from analysis.study_blocks import MONTH_PATTERN
from analysis.universe.plan import Measure, UniversePlan, design_of
from analysis.universe.ranks import Universe

ENDING: Final = "_ranks.csv"


def plan_of(
    event: str,
    targets: Sequence[str],
    window: tuple[str, str],
    measure: str,
    shape: tuple[str, str],
    bandwidth: int,
    trim: float,
) -> UniversePlan:
    """Return what is asked of the panel.

    Parameters
    ----------
    shape
        Trend and season.

    Raises
    ------
    ModelError
        When a day, month or word cannot be read, or the event lies outside the window.
    """
    for option, month in zip(("--first", "--last"), window, strict=True):
        if not MONTH_PATTERN.match(month):
            raise ModelError(
                f"'{month}' is not a month", where=f"option {option}", allowed="YYYY-MM"
            )
    trend, season = cast(TrendShape, shape[0]), cast(Seasonality, shape[1])
    plan = UniversePlan(
        spec=DesignSpec(*window, trend, season),
        event=_day(event),
        targets=tuple(targets),
        options=BatchOptions(bandwidth=bandwidth),
        trim=trim,
        measure=cast(Measure, measure),
    )
    design_of(plan)  # refuses a trend, season or event that cannot be
    return plan


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ModelError(
            f"'{text}' is not a day", where="option --event", allowed="YYYY-MM-DD"
        ) from error


def result_file(panel: Path, out: Path | None) -> Path:
    """Return the file to write; never the panel itself.

    Raises
    ------
    ModelError
        When the result would replace the panel or has no .csv at its end.
    BuildError
        When its folder is not there or cannot be written; nothing is computed then.
    """
    file = out or panel.with_name(f"{panel.stem}{ENDING}")
    folder = file.resolve().parent
    if panel.is_file() and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise BuildError(
            "the result cannot be written to this folder",
            file=folder,
            where="option --out",
            remedy="make the folder, or name a file in another one with --out",
        )
    if file.suffix != ".csv" or file.resolve() == panel.resolve():
        raise ModelError(
            f"the result cannot be written to {file.name}",
            where="option --out",
            allowed="a name that ends with .csv and is not that of the panel",
        )
    return file


def write_ranks(found: Universe, file: Path) -> None:
    """Write the ranks with what was asked, one row a series asked about.

    Raises
    ------
    BuildError
        When the file cannot be written; what stood there stays.
    """
    plan, spec = found.plan, found.plan.spec
    asked: dict[str, str | float] = {
        "event": plan.event.isoformat(),
        "first": spec.start,
        "last": spec.end,
        "measure": plan.measure,
        "trend": spec.trend,
        "season": spec.seasonality,
        "trim": plan.trim,
        "series_left_out": sum(found.left_out.values()),
        "convention": found.convention,
    }
    table = found.table.astype({"rank": "Int64", "others": "Int64", "placebos": "Int64"})
    write_text_atomic(file, csv_text(steady(table).assign(**asked)))
