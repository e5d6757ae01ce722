"""The robustness results of a study: computed once by the build, then read by every exhibit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.data_management.lending import lent_results
from analysis.data_management.processed import register_text
from analysis.data_management.save import save_table, write_text_atomic
from analysis.errors import DataError
from analysis.exhibits.monthly_fits import control_series
from analysis.exhibits.robustness_files import KEYS, robustness_paths, robustness_register
from analysis.exhibits.steady import steady
from analysis.exhibits.study_results import OpenStudy, opened_once
from analysis.inference.check import Check, run_checks, summary_table
from analysis.inference.check_registry import standard_checks
from analysis.inference.interval_specifications import (
    CHOICES,
    Specification,
    SpecificationCurve,
    specification_curve,
    specification_grid,
    summarise,
)
from analysis.models.design import design_of
from analysis.models.interval_rows import only_inside
from analysis.study import Outcome
from analysis.study_monthly import ROBUSTNESS_SEED

AS_NAMED: Final = "study file"
ALL: Final = "all readings"
SURE: Final = "high confidence"
CHECK_COLUMNS: Final = (
    *("outcome", "outcome_label", "effect", "effect_label", "check", "title", "p_value"),
    *("smallest_p", "holds", "rule", "trusted", "sentence"),
)
SPECIFICATION_COLUMNS: Final = (
    *("outcome", "outcome_label", "name", "label", "specification", "is_main", *CHOICES),
    *("estimate", "lower", "upper", "verdict"),
)
FAILED_COLUMNS: Final = ("outcome", "specification", "reason")
TEXTS: Final[Mapping[str, Any]] = dict.fromkeys(("trend", "seasonality", "rho", "trusted"), str)


@dataclass(frozen=True)
class Robustness:
    """What the robustness exhibits show about one study.

    Attributes
    ----------
    specifications
        One row a specification and effect of a published series, columns
        `SPECIFICATION_COLUMNS`; estimates and limits in per cent.
    failed
        Specifications that could not be fitted, with the reason.
    checks
        One row a check of an effect on a monthly series, columns `CHECK_COLUMNS`.
    """

    title: str
    seed: int
    specifications: pd.DataFrame
    failed: pd.DataFrame
    checks: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """One row an effect: how it fares over the specifications."""
        pieces = [
            summarise(rows).assign(outcome=outcome, outcome_label=rows["outcome_label"].iloc[0])
            for outcome, rows in self.specifications.groupby("outcome", sort=False)
        ]
        return pd.concat(pieces, ignore_index=True)


def robustness_tables(opened: OpenStudy) -> Mapping[str, pd.DataFrame]:
    """Compute every table of results of a study, by name; estimates with their steady digits."""
    shown = [outcome for outcome in opened.study.outcomes if outcome.figure]
    curves = {outcome: _curve(opened, outcome) for outcome in shown}
    tables = {
        "specifications": _specifications(curves),
        "failed": _failed(curves),
        "checks": _checks(opened),
    }
    return {name: steady(table) for name, table in tables.items()}


def write_robustness(study: str, results: Mapping[str, Path], register: Path) -> None:
    """Compute the robustness results of a study and save them, with a register."""
    tables = robustness_tables(opened_once(study))
    for name, path in results.items():
        save_table(tables[name], KEYS[name], path)
    write_text_atomic(register, register_text(results.values()))


@cache
def open_robustness(study: str) -> Robustness:
    """Open the robustness results of a study.

    Raises
    ------
    DataError
        When they are not built, or changed since.
    """
    opened = opened_once(study)
    register = robustness_register(study)
    known = register.read_text(encoding="utf-8") if register.is_file() else ""
    return Robustness(
        title=opened.study.title,
        seed=opened.study.seeds.get(ROBUSTNESS_SEED, 0),
        **{
            name: lent_results(_read(path, known), *_rows_behind(opened, name))
            for name, path in robustness_paths(study).items()
        },
    )


def _rows_behind(opened: OpenStudy, name: str) -> tuple[pd.DataFrame, ...]:
    """Return the rows that `robustness_tables` took for a table of results."""
    if name == "checks":
        return (opened.context[opened.context["series"].isin(_monthly_series(opened))],)
    shown = [outcome.series for outcome in opened.study.outcomes if outcome.figure]
    return (opened.observations[opened.observations["series"].isin(shown)],)


def _monthly_series(opened: OpenStudy) -> set[str]:
    return {key for item in opened.study.monthly for key in (item.series, *item.controls)}


def _read(path: Path, register: str) -> pd.DataFrame:
    content = path.read_bytes() if path.is_file() else b""
    if f"{sha256(content).hexdigest()}  {path.name}\n" not in register:
        raise DataError(
            "the results are not built, or changed since they were",
            file=f"{path.parent.name}/{path.name}",
            remedy="run `python -m analysis reproduce`",
        )
    return pd.read_csv(path, dtype=dict(TEXTS), keep_default_na=False, na_values=[""])


def _specifications(curves: Mapping[Outcome, SpecificationCurve]) -> pd.DataFrame:
    pieces = [
        curve.table.assign(outcome=outcome.name, outcome_label=outcome.label)
        for outcome, curve in curves.items()
    ]
    return pd.concat(pieces, ignore_index=True)[list(SPECIFICATION_COLUMNS)]


def _failed(curves: Mapping[Outcome, SpecificationCurve]) -> pd.DataFrame:
    rows = [
        (outcome.name, *failure) for outcome, curve in curves.items() for failure in curve.failed
    ]
    return pd.DataFrame(rows, columns=list(FAILED_COLUMNS))


def _checks(opened: OpenStudy) -> pd.DataFrame:
    seed = opened.study.seeds.get(ROBUSTNESS_SEED, 0)
    pieces = [
        summary_table(run_checks(fit, _seeded(_checks_of(opened, name, effect.name), seed))).assign(
            outcome=name, outcome_label=fit.series.label, effect_label=effect.label
        )
        for name, fit in opened.monthly_fits.items()
        for effect in fit.effects
        if effect.shape != "trend"
    ]
    empty = pd.DataFrame(columns=list(CHECK_COLUMNS))
    stacked = pd.concat(pieces, ignore_index=True) if pieces else empty
    return stacked[list(CHECK_COLUMNS)]


def _checks_of(opened: OpenStudy, name: str, effect: str) -> tuple[Check, ...]:
    outcome = next(item for item in opened.study.monthly if item.name == name)
    return standard_checks(effect, control_series(outcome, opened.context))


def _seeded(checks: Sequence[Check], seed: int) -> list[Check]:
    """Give every check that draws at random a seed of its own from the one of the study file."""
    drawing = [check for check in checks if hasattr(check, "seed")]
    own = {
        id(check): int(found.generate_state(1)[0])
        for check, found in zip(
            drawing, np.random.SeedSequence(seed).spawn(len(drawing)), strict=True
        )
    }
    return [
        replace(check, seed=own[id(check)]) if id(check) in own else check  # type: ignore[type-var]
        for check in checks
    ]


def _curve(opened: OpenStudy, outcome: Outcome) -> SpecificationCurve:
    main = Specification(AS_NAMED, outcome.trend, outcome.seasonality, "student_t", outcome.rho)
    reports = _report_sets(opened, outcome)
    grid = specification_grid(main, tuple(reports))
    return specification_curve(reports, design_of(outcome), grid, opened.study.level)


def _report_sets(opened: OpenStudy, outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Return the observations as the study file names them, all of them, and the sure ones."""
    rows = opened.observations[opened.observations["series"] == outcome.series]
    inside = only_inside(rows, outcome.start, outcome.end)
    return {
        AS_NAMED: opened.used[outcome.name],
        ALL: inside.reset_index(drop=True),
        SURE: inside[inside["confidence"] == "high"].reset_index(drop=True),
    }
