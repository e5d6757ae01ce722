"""Regressions on pairs of countries: what goes with a distance between policies."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.policy_synchrony_tests import AFTER, BEFORE, CHANGE, distances
from analysis.exhibits.table import Column, Table
from analysis.inference.randomisation_groups import randomise_groups
from analysis.inference.relabelling import Relabelling, relabelling_test
from analysis.models.arrays import Bools
from analysis.models.dyads import DyadFit, fit_dyads
from analysis.models.dyads_frame import DyadFrame, add_column, add_pair_values, keep

GROUP: Final = "both_in_group"
PAIR_TERMS: Final = ("contiguous", "log_distance", "same_region")
LATER: Final = "_after"
LABELS: Final = {
    GROUP: "both in the group",
    "contiguous": "land border in common",
    "log_distance": "log of distance in km",
    "same_region": "same continent",
}
COLUMNS: Final = (
    *("index", "term", "label", "estimate", "error", "lower", "upper", "p_dyadic", "p_groups"),
    *("observations", "units", "convention", "notes"),
)
CASE_COLUMNS: Final = (
    *("index", "slope", "correlation", "p_value", "smallest_p", "least", "countries", "pairs"),
    *("months", "verdict"),
)
MILLION: Final = 1e6


def policy_pairs_table(opened: OpenPanels) -> Table:
    """Return regressions of the distance of every two countries, and the trusted p of the group."""
    frame = pairs_frame(opened)
    return Table(
        name="policy_pairs",
        title="Distance between the policies of two countries: what goes with it",
        frame=frame,
        columns=(
            Column("index", "Index"),
            Column("label", "Pair of countries"),
            Column("estimate", "Difference, points", "2"),
            Column("error", "Std. error", "2"),
            Column("lower", "Lower", "2"),
            Column("upper", "Upper", "2"),
            Column("p_dyadic", "p, dyadic", "3"),
            Column("p_groups", "p, groups", "3"),
        ),
        note=f"{pairs_sentence(opened, frame)} {_note(opened, frame)}",
    )


def policy_case_load_table(opened: OpenPanels) -> Table:
    """Return whether countries of the group with other case loads had other policies."""
    rows = [_case_row(index, opened) for index in opened.settings.pairs.indices]
    return Table(
        name="policy_case_load",
        title=f"Case load and policy within {opened.settings.group_label}",
        frame=pd.DataFrame(rows, columns=list(CASE_COLUMNS)),
        columns=(
            Column("index", "Index"),
            Column("slope", "Points for a tenfold case load", "2"),
            Column("correlation", "Correlation", "2"),
            Column("p_value", "p", "3"),
            Column("least", "Smallest p"),
            Column("pairs", "Pairs", "count"),
            Column("months", "Months", "count"),
            Column("verdict", "Verdict"),
        ),
        note=(
            "Distance of the index of two countries on the distance of their case loads (base-ten "
            "logarithm of one plus cases reported in the month per million persons), within "
            "months. p: two-sided, exact, all relabellings of the countries (quadratic "
            "assignment); no standard error, as six countries support none. no data: monthly "
            f"cases of the other {len(opened.policy_pairs.units) - len(opened.settings.group)} "
            "countries are not among the tables, so that case load is not in the regressions on "
            "all pairs; they can be had from Our World in Data and the WHO dashboard. Reported "
            "cases depend on testing."
        ),
    )


def pairs_frame(opened: OpenPanels) -> pd.DataFrame:
    """Return a row for each index and term."""
    pairs, after = _with_terms(opened)
    return pd.DataFrame(
        [
            row
            for index in opened.settings.pairs.indices
            for row in _index_rows(index, pairs, after, opened)
        ],
        columns=list(COLUMNS),
    )


def pairs_sentence(opened: OpenPanels, frame: pd.DataFrame) -> str:
    """Say what membership of the group adds to geography."""
    parts = []
    for index, rows in frame.groupby("index", sort=False):
        own = rows.set_index("term")
        before, change = own.loc[GROUP], own.loc[GROUP + LATER]
        parts.append(
            f"{index} {_points(before['estimate'])} before (p {before['p_groups']:.2f}) and "
            f"{_points(change['estimate'])} more after (p {change['p_groups']:.2f})"
        )
    return (
        f"With borders, distance and continent held equal, two countries of "
        f"{opened.settings.group_label} differ from other pairs by: {'; '.join(parts)}; p among "
        "groups joined by land borders."
    )


def _points(value: object) -> str:
    return f"{float(str(value)):+.1f} points".replace("-", "−")


def _with_terms(opened: OpenPanels) -> tuple[DyadFrame, Bools]:
    """Return the pairs without the month of the meeting, with terms, and which rows are later."""
    month = f"{opened.meeting.start:%Y-%m}"
    pairs = opened.policy_pairs
    periods = np.array(pairs.periods)
    pairs = keep(pairs, (periods != month)[pairs.period])
    for name, matrix in pair_terms(opened).items():
        pairs = add_pair_values(pairs, name, matrix)
    after = (periods > month)[pairs.period]
    for name in (GROUP, *PAIR_TERMS):
        pairs = add_column(pairs, name + LATER, pairs.column(name) * after)
    return pairs, after


def pair_terms(opened: OpenPanels) -> dict[str, pd.DataFrame]:
    """Return what is known of each pair, units in rows and columns."""
    units = list(opened.policy_pairs.units)
    table = opened.tables["country_pairs"]
    known = table[table["iso3_a"].isin(units) & table["iso3_b"].isin(units)]
    values = {
        "contiguous": known["contiguous"].astype(float),
        "log_distance": np.log(known["distance_km"]),
        "same_region": known["same_region"].astype(float),
    }
    inside = pd.Series(units, index=units).isin(opened.settings.group).to_numpy(dtype=float)
    found = {GROUP: pd.DataFrame(np.outer(inside, inside), index=units, columns=units)}
    for name, column in values.items():
        wide = known.assign(v=column).pivot(index="iso3_a", columns="iso3_b", values="v")  # noqa: PD010 (a repeated key must fail)
        square = wide.reindex(index=units, columns=units)
        found[name] = square.fillna(square.T)
    return found


def _index_rows(
    index: str, pairs: DyadFrame, after: Bools, opened: OpenPanels
) -> list[dict[str, object]]:
    terms = [*(GROUP, *PAIR_TERMS), *(name + LATER for name in (GROUP, *PAIR_TERMS))]
    fit = fit_dyads(pairs, outcome=index, regressors=terms, level=opened.settings.level)
    trusted = _trusted(index, pairs, after, opened)
    return [_row(index, fit, term, trusted) for term in terms]


def _row(
    index: str, fit: DyadFit, term: str, trusted: dict[str, float | None]
) -> dict[str, object]:
    found = fit.coefficient(term)
    base = term.removesuffix(LATER)
    return {
        "index": index.replace("_", " "),
        "term": term,
        "label": LABELS[base] + (", more after the meeting" if term != base else ""),
        "estimate": found.estimate,
        "error": found.standard_error,
        "lower": found.lower,
        "upper": found.upper,
        "p_dyadic": found.p_value,
        "p_groups": trusted.get(term),
        "observations": fit.observations,
        "units": fit.units,
        "convention": fit.convention,
        "notes": "; ".join(note for note in fit.notes if note.startswith(f"'{term}'")),
    }


def _trusted(
    index: str, pairs: DyadFrame, after: Bools, opened: OpenPanels
) -> dict[str, float | None]:
    """Rank the group by what geography leaves of the distances, before and in the change."""
    month = f"{opened.meeting.start:%Y-%m}"
    found, terms = distances(pairs, index, month), pair_terms(opened)
    left = {
        part: _residuals(found[part], fit, terms)
        for part, fit in (
            (BEFORE, _geography(index, keep(pairs, ~after))),
            (AFTER, _geography(index, keep(pairs, after))),
        )
    }
    left[CHANGE] = left[AFTER] - left[BEFORE]
    return {
        GROUP: _two_sided(left[BEFORE], opened),
        GROUP + LATER: _two_sided(left[CHANGE], opened),
    }


def _geography(index: str, pairs: DyadFrame) -> DyadFit:
    return fit_dyads(pairs, outcome=index, regressors=PAIR_TERMS)


def _residuals(
    distance: pd.DataFrame, fit: DyadFit, terms: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return distances less the fitted part; means of months are the same for every group."""
    rest = distance.copy()
    for name in PAIR_TERMS:
        rest = rest - fit.coefficient(name).estimate * terms[name]
    return rest


def _two_sided(matrix: pd.DataFrame, opened: OpenPanels) -> float | None:
    """Return twice the smaller one-sided p-value among the groups of the main reference set."""
    settings = opened.settings
    reference = opened.references[settings.synchrony.references[0]]
    if reference.groups is None:
        return None
    sides = [
        randomise_groups(
            matrix,
            settings.group,
            reference.groups,
            alternative=side,
            draws=settings.synchrony.draws,
            seed=settings.synchrony.seed,
        ).p_value
        for side in ("more_alike", "less_alike")
    ]
    return min(1.0, 2 * min(sides))


def _note(opened: OpenPanels, frame: pd.DataFrame) -> str:
    first = frame.iloc[0]
    reference = opened.references[opened.settings.synchrony.references[0]]
    return (
        "Outcome: absolute difference of the index of two countries in a month, points (0 to 100); "
        f"{int(first['observations']):,} pair-months, month effects, the month of the meeting left "
        f"out. Standard errors: {first['convention']}. The mark of the group varies in the pairs "
        "of few countries, where dyadic errors are too small; its p among all groups "
        f"{reference.label} (two-sided, on what borders, distance and continent leave) is the one "
        "to trust. Case load is not among the terms, see the next table."
    )


def case_loads(opened: OpenPanels) -> pd.DataFrame:
    """Return log10(1 + cases per million persons), months in rows and the group in columns."""
    group = list(opened.settings.group)
    covid, years = opened.tables["covid"], opened.tables["country_year"]
    cases = covid[(covid["indicator"] == "cases") & covid["unit"].isin(group)]
    wide = cases.pivot(index="month", columns="unit", values="value")[group]  # noqa: PD010 (a repeated key must fail)
    known = years[(years["indicator"] == "population") & years["iso3"].isin(group)]
    first = opened.meeting.start.year
    persons = known[known["year"] == first].set_index("iso3")["value"]
    return (1 + MILLION * wide / persons[group]).map(np.log10)


def _case_row(index: str, opened: OpenPanels) -> dict[str, object]:
    policy, group = opened.tables["policy"], list(opened.settings.group)
    own = policy[(policy["index"] == index) & policy["unit"].isin(group)]
    paths = own.pivot(index="month", columns="unit", values="value")[group]  # noqa: PD010 (a repeated key must fail)
    loads = case_loads(opened).dropna()
    months = paths.index.intersection(loads.index)
    result = relabelling_test(paths.loc[months], loads.loc[months])
    return _case_cells(index, result, 1 - opened.settings.level)


def _case_cells(index: str, result: Relabelling, alpha: float) -> dict[str, object]:
    direction = "further apart" if result.slope > 0 else "closer together"
    found = (
        f"{direction} where case loads differ" if result.p_value <= alpha else "no relation seen"
    )
    return {
        "index": index.replace("_", " "),
        "slope": result.slope,
        "correlation": result.correlation,
        "p_value": result.p_value,
        "smallest_p": result.smallest_p,
        "least": f"1/{len(result.null)}",
        "countries": result.units,
        "pairs": result.pairs,
        "months": result.periods,
        "verdict": found,
    }
