"""Every exhibit of a study: the name it is saved under and the function that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from analysis.config import COMMON_FOLDERS
from analysis.exhibits import (
    audit,
    context,
    coverage,
    effects,
    method,
    monthly,
    monthly_figure,
    policy,
    zone_trade,
)
from analysis.exhibits.figure import Figure
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.table import Table

Kind = Literal["figure", "table"]
EXTENSIONS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "figure": ("svg", "png", "csv", "alt.txt"),
    "table": ("csv", "html", "tex", "md"),
}


@dataclass(frozen=True)
class Exhibit:
    """One figure or table that every study has.

    Attributes
    ----------
    notebook
        Stem of the notebook that shows it.
    make
        Function from an open study to the exhibit.
    """

    name: str
    kind: Kind
    notebook: str
    make: Callable[[OpenStudy], Figure | Table]

    @property
    def program(self) -> str:
        """The function that makes the exhibit, as `module.function`."""
        return f"{self.make.__module__}.{self.make.__name__}"


AUDIT: Final = "01_data_audit"
ZONE_TRADE: Final = "02_zone_trade"
MONTHLY: Final = "04_monthly_context"

EXHIBITS: Final[tuple[Exhibit, ...]] = (
    Exhibit("coverage", "figure", AUDIT, coverage.coverage_figure),
    Exhibit("reports_by_series", "table", AUDIT, audit.series_table),
    Exhibit("reports", "table", AUDIT, audit.reports_table),
    Exhibit("contradictions", "table", AUDIT, audit.contradictions_table),
    Exhibit("agreement", "table", AUDIT, audit.agreement_table),
    Exhibit("disagreements", "table", AUDIT, audit.disagreements_table),
    Exhibit("zone_trade", "figure", ZONE_TRADE, zone_trade.zone_trade_figure),
    Exhibit("effects", "table", ZONE_TRADE, effects.effects_table),
    Exhibit("cumulative", "table", ZONE_TRADE, effects.cumulative_table),
    Exhibit("identification", "table", ZONE_TRADE, effects.identification_table),
    Exhibit("models", "table", ZONE_TRADE, effects.models_table),
    Exhibit("left_out", "table", ZONE_TRADE, effects.left_out_table),
    Exhibit("influence", "table", ZONE_TRADE, effects.influence_table),
    Exhibit("fitted_reports", "table", ZONE_TRADE, effects.fitted_reports_table),
    Exhibit("comparison", "table", ZONE_TRADE, context.comparison_table),
    Exhibit("context", "table", ZONE_TRADE, context.context_table),
    Exhibit("monthly", "figure", MONTHLY, monthly_figure.monthly_figure),
    Exhibit("monthly_effects", "table", MONTHLY, monthly.monthly_effects_table),
    Exhibit("monthly_models", "table", MONTHLY, monthly.monthly_models_table),
    Exhibit("monthly_diagnostics", "table", MONTHLY, monthly.monthly_diagnostics_table),
    Exhibit("monthly_breaks", "table", MONTHLY, monthly.monthly_breaks_table),
    Exhibit("policy_paths", "figure", MONTHLY, policy.policy_figure),
    Exhibit("policy", "table", MONTHLY, policy.policy_table),
)


METHOD: Final = "03_interval_method"


@dataclass(frozen=True)
class CommonExhibit:
    """One figure or table that is made once and not for a study.

    Attributes
    ----------
    open
        Function that opens what `make` takes.
    """

    name: str
    kind: Kind
    notebook: str
    open: Callable[[], Any]
    make: Callable[[Any], Figure | Table]

    @property
    def folder(self) -> str:
        """Name of the folder under figures/."""
        return COMMON_FOLDERS[self.notebook]

    @property
    def program(self) -> str:
        """The function that makes the exhibit, as `module.function`."""
        return f"{self.make.__module__}.{self.make.__name__}"


def _method(
    name: str, kind: Kind, make: Callable[[method.MethodTables], Figure | Table]
) -> CommonExhibit:
    return CommonExhibit(name, kind, METHOD, method.open_method, make)


COMMON_EXHIBITS: Final[tuple[CommonExhibit, ...]] = (
    _method("coverage_by_history", "figure", method.coverage_by_history_figure),
    _method("monte_carlo", "table", method.monte_carlo_table),
    _method("retelling", "table", method.retelling_table),
)


def contents(exhibit: Figure | Table) -> dict[str, bytes]:
    """Return every file of an exhibit by extension."""
    if isinstance(exhibit, Figure):
        texts = {"csv": exhibit.csv(), "alt.txt": f"{exhibit.alt}\n"}
        return exhibit.pictures() | {key: text.encode() for key, text in texts.items()}
    forms = {
        "csv": exhibit.csv(),
        "html": exhibit.html(),
        "tex": exhibit.latex(),
        "md": exhibit.markdown(),
    }
    return {key: text.encode() for key, text in forms.items()}
