"""Load processed tables with their types; the only way in for models, exhibits and notebooks."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import config
from analysis.data_management.cost_table import COST, COST_COUNTS, COST_NUMBERS
from analysis.data_management.lending import lent
from analysis.data_management.simulations import SIMULATIONS
from analysis.errors import DataError, require_known, spelling_hint

REGISTER = "checksums.sha256"

DATES: Mapping[str, tuple[str, ...]] = {
    "reports": ("start", "end"),
    "observations": ("start", "end"),
    "series": ("first_day", "last_day"),
    "overlaps": (),
    "contradictions": (),
    "agreement": ("start", "end"),
    "agreement_summary": (),
    "events": ("start", "end"),
    "context": ("month",),
    "monte_carlo": (),
    "monte_carlo_sample": (),
    "countries": (),
    "provinces": (),
    "country_pairs": (),
    "indicators": (),
    "policy": ("month",),
    "covid": ("month",),
    "country_year": (),
    "drug_seizures": (),
    "data_gaps": (),
    "claims": (),
    **dict.fromkeys(
        ("places", "glossary", "event_coding", "problems", "problem_indicators"),
        (),
    ),
    COST: (),
    **dict.fromkeys(SIMULATIONS, ()),
}
"""Processed table -> its date columns."""
NUMBERS: Mapping[str, tuple[str, ...]] = {
    "reports": ("value", "half_width", "lower", "upper", "growth", "growth_lower", "growth_upper"),
    "observations": ("value", "lower", "upper"),
    "contradictions": ("disagreement_percent",),
    "agreement": ("value_first", "value_second", "relative_difference", "tolerance"),
    "agreement_summary": ("rate", "lower", "upper"),
    "context": ("value",),
    "monte_carlo": (
        *("coverage", "coverage_error", "bias", "spread"),
        *("median_length", "mean_length"),
    ),
    "monte_carlo_sample": ("estimate", "lower", "upper"),
    "countries": ("latitude", "longitude"),
    "country_pairs": ("distance_km",),
    "indicators": ("lowest", "highest"),
    "policy": ("value",),
    "covid": ("value",),
    "country_year": ("value",),
    "drug_seizures": ("value", "lower", "upper"),
    "places": ("latitude", "longitude", "accuracy"),
    "claims": (
        *("printed_value", "printed_lower", "printed_upper"),
        *("computed", "computed_lower", "computed_upper", "allowed_lower", "allowed_upper"),
        "tolerance_percent",
    ),
    COST: COST_NUMBERS,
    **{name: table.numbers for name, table in SIMULATIONS.items()},
}
COUNTS: Mapping[str, tuple[str, ...]] = {
    "reports": ("days",),
    "series": ("levels", "growths"),
    "overlaps": ("days_shared", "days_only_report", "days_only_other"),
    "agreement_summary": ("coded", "matched", "agree", "disagree", "identical"),
    "monte_carlo": ("replications",),
    "monte_carlo_sample": ("replication",),
    "country_year": ("year",),
    "drug_seizures": ("year",),
    "problems": ("rank",),
    COST: COST_COUNTS,
    **{name: table.counts for name, table in SIMULATIONS.items()},
}
FLAGS: Mapping[str, tuple[str, ...]] = {
    "reports": ("is_rate", "published_early"),
    "contradictions": ("cross_basis",),
    "events": ("to_check", "day_known"),
    "provinces": ("land_border",),
    "country_pairs": ("contiguous", "same_region", "same_subregion"),
}


def load_table(name: str, folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load one processed table as it was built.

    Returns
    -------
    pandas.DataFrame
        Dates as datetime64, numbers as float64 or int64, flags as bool, all else as text in which
        a missing cell is the empty text.

    Raises
    ------
    DataError
        If the table is not known, was not built or is not as it was built.
    """
    require_known(name, DATES, DataError, f"there is no processed table '{name}'")
    path = folder / f"{name}.csv"
    file = f"{folder.name}/{path.name}"
    try:
        content = path.read_bytes()
        df = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, encoding="utf-8")
        typed = _typed(df, name)
        whole = typed if _as_registered(path, content) else _checked(name, typed, file)
        return lent(name, whole)
    except FileNotFoundError as error:
        raise DataError("the table is not built", file=file, remedy="make reproduce") from error
    except (KeyError, ValueError) as error:
        problem = f"the table is not as it was built: {error}"
        raise DataError(problem, file=file, remedy="delete it and run make reproduce") from error


def _as_registered(path: Path, content: bytes) -> bool:
    """Tell whether the register of the build lists these very bytes, checked when built."""
    register = path.with_name(REGISTER)
    line = f"{hashlib.sha256(content).hexdigest()}  {path.name}"
    return register.is_file() and line in register.read_text(encoding="utf-8").splitlines()


def _checked(name: str, df: pd.DataFrame, file: str) -> pd.DataFrame:
    from analysis.data_management.processed_tables import check_processed

    return check_processed(name, df, file)


def load_reports(folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load the processed reports (see `reports.process_reports`)."""
    return load_table("reports", folder)


def load_observations(
    series: str | Sequence[str] | None = None, folder: Path = config.DATA_PROCESSED
) -> pd.DataFrame:
    """Load the observations of one, several or all series (see `observations`).

    Raises
    ------
    DataError
        If a series has no observation.
    """
    df = load_table("observations", folder)
    return df if series is None else _of_series(df, series)


def load_series(folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load the register of series with its counts (see `pipeline.describe_series`)."""
    return load_table("series", folder)


def load_overlaps(folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load the pairs of reports that share days (see `overlaps.build_overlaps`)."""
    return load_table("overlaps", folder)


def load_contradictions(folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load the contradictions (see `contradictions.build_contradictions`)."""
    return load_table("contradictions", folder)


def load_agreement(folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load the comparison of the two readings (see `agreement.match_codings`)."""
    return load_table("agreement", folder)


def load_agreement_summary(folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load the rates of agreement (see `agreement.summarise_agreement`)."""
    return load_table("agreement_summary", folder)


def load_events(folder: Path = config.DATA_PROCESSED) -> pd.DataFrame:
    """Load the events (see `events.process_events`)."""
    return load_table("events", folder)


def load_context(
    series: str | Sequence[str] | None = None, folder: Path = config.DATA_PROCESSED
) -> pd.DataFrame:
    """Load one, several or all monthly context series (see `context.build_context`).

    Raises
    ------
    DataError
        If a series has no value.
    """
    df = load_table("context", folder)
    return df if series is None else _of_series(df, series)


def _of_series(df: pd.DataFrame, series: str | Sequence[str]) -> pd.DataFrame:
    wanted = [series] if isinstance(series, str) else list(series)
    known = set(df["series"])
    for name in wanted:
        if name not in known:
            raise DataError(
                f"the table holds nothing for the series '{name}'",
                allowed="the series of data_processed/series.csv",
                remedy=spelling_hint(name, known),
            )
    return df[df["series"].isin(wanted)].reset_index(drop=True)


def _typed(df: pd.DataFrame, name: str) -> pd.DataFrame:
    converted: dict[str, Any] = {
        column: pd.to_datetime(df[column].replace("", None)) for column in DATES[name]
    }
    converted |= {
        column: df[column].replace("", "nan").astype(float) for column in NUMBERS.get(name, ())
    }
    converted |= {column: df[column].astype("int64") for column in COUNTS.get(name, ())}
    converted |= {column: _flag(df[column]) for column in FLAGS.get(name, ())}
    return df.assign(**converted)


def _flag(column: pd.Series[str]) -> pd.Series[bool]:
    if not column.isin(["True", "False"]).all():
        raise ValueError(f"the column {column.name} holds more than True and False")
    return column == "True"
