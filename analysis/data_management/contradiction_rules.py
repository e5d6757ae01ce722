"""The rules that find contradictions; each returns what it found in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.data_management.overlaps import SAME_QUANTITY, level_reports, pair_reports

RATE_LIMIT = 2.0
"""Times the usual daily flow that the days outside the overlap may carry. On these reports the
pairs that nothing else speaks against stay below 1.9; single months reach 1.6."""
UNIT_VALUE_LIMIT = 2.5
"""Times by which a value per tonne may differ from that of the longer period around it."""
UNIT_VALUE_SHARE = 0.05
"""Least share of the longer period's tonnes for which its value per tonne is a fair measure."""
PERIOD = ("start", "end")
SAME_SOURCE = ("place", "scope", "basis")


@dataclass(frozen=True)
class Contradiction:
    """Two sides that disagree; `reports` names all reports involved."""

    rule: str
    reports: tuple[str, ...]
    series: str
    other_series: str
    first_says: str
    second_says: str
    disagreement_percent: float
    sentence: str


def falling_or_larger_part(reports: pd.DataFrame) -> Iterator[Contradiction]:
    """Find reports that exceed another one whose period contains theirs.

    The same period: two figures differ. The same start: a cumulative figure falls. Otherwise: a
    part is larger than the whole. Applied across bases, too.
    """
    pairs = pair_reports(level_reports(reports), SAME_QUANTITY)
    found = pairs[(pairs["only_a"] == 0) & (pairs["lower_a"] > pairs["upper_b"])]
    for pair in _rows(found):
        if pair.only_b == 0:
            rule, reason = "same_period", "the period is the same"
        elif pair.start_a == pair.start_b:
            rule, reason = "falling_cumulative", "the later cumulative figure is the smaller one"
        else:
            rule, reason = "part_exceeds_whole", "the part exceeds the whole"
        yield _of_levels(rule, pair, _excess(pair.value_a, pair.value_b), reason)


def implausible_rate(reports: pd.DataFrame) -> Iterator[Contradiction]:
    """Find pairs of one series whose difference is too large for the days that explain it.

    At least lower_a - upper_b must have passed in the days that only report a covers. That daily
    flow is compared with the larger of two usual ones: the mean of report b and the median of the
    means of all reports in the series. It is flagged above `RATE_LIMIT` times the usual flow.
    Small flows are never flagged, because a closed gate explains them.
    """
    levels = level_reports(reports)
    levels = levels.assign(rate=levels["value"] / levels["days"])
    usual = levels.groupby("series")["rate"].transform("median")
    pairs = pair_reports(levels.assign(median_rate=usual), ["series"])
    pairs = pairs[pairs["only_a"] > 0]
    usual = pairs[["rate_b", "median_rate_b"]].max(axis=1)
    implied = (pairs["lower_a"] - pairs["upper_b"]) / pairs["only_a"]
    pairs = pairs.assign(implied=implied, usual=usual)[implied > RATE_LIMIT * usual]
    for pair in _rows(pairs.assign(series_a=pairs["series"], series_b=pairs["series"])):
        expected = pair.upper_b + pair.usual * pair.only_a
        reason = (
            f"{pair.only_a} days would have carried {pair.implied:,.4g} a day, "
            f"{pair.implied / pair.usual:.1f} times the usual flow"
        )
        yield _of_levels("implausible_rate", pair, _excess(pair.lower_a, expected), reason)


def growth_against_levels(reports: pd.DataFrame) -> Iterator[Contradiction]:
    """Find printed growth rates that two printed levels do not give within rounding.

    The level of the period comes from the report itself or, for a growth-only report, from its
    series; the level one year before may have another basis.
    """
    pairs = _growth_pairs(reports)
    low, high = pairs["lower"] / pairs["upper_p"], pairs["upper"] / pairs["lower_p"]
    wrong = (low > pairs["growth_upper"]) | (high < pairs["growth_lower"])
    for pair in _rows(pairs[wrong]):
        implied = pair.value / pair.value_p
        printed = f"{float(pair.growth_printed):+g} per cent"
        before = f"{pair.value_printed_p} {pair.unit_printed_p}"
        yield Contradiction(
            rule="growth",
            reports=(pair.report_id, pair.report_id_p),
            series=pair.series,
            other_series=pair.series_p,
            first_says=f"{printed} on the year before",
            second_says=f"{before} in the year before",
            disagreement_percent=_apart(implied, pair.growth),
            sentence=(
                f"{pair.report_id} prints {printed} for {_period(pair.start, pair.end)}, but with "
                f"{pair.report_id_p} ({before} in the year before) the levels give "
                f"{100 * (implied - 1):+.1f} per cent."
            ),
        )


def _growth_pairs(reports: pd.DataFrame) -> pd.DataFrame:
    """Join every printed growth with the level of its period and of the year before (suffix _p)."""
    growths = reports[reports["growth"].notna() & ~reports["is_rate"]]
    levels = level_reports(reports)
    own = growths[growths["value"].notna()]
    same = levels[["series", *PERIOD, "value", "lower", "upper"]]
    borrowed = growths[growths["value"].isna()].drop(columns=["value", "lower", "upper"])
    now = pd.concat([own, borrowed.merge(same, on=["series", *PERIOD])], ignore_index=True)
    now = now.assign(start_p=_year_before(now["start"]), end_p=_year_before(now["end"]))
    prior = levels.rename(columns={"start": "start_p", "end": "end_p"})
    by = [*SAME_QUANTITY, "start_p", "end_p"]
    return now.merge(prior, on=by, suffixes=("", "_p"))


def parts_against_total(reports: pd.DataFrame) -> Iterator[Contradiction]:
    """Find totals that differ from exports plus imports of the same source and period."""
    by = [*SAME_SOURCE, "unit", *PERIOD]
    together = _with_parts(level_reports(reports), by)
    low, high = together["lower_x"] + together["lower_m"], together["upper_x"] + together["upper_m"]
    wrong = (low > together["upper"]) | (high < together["lower"])
    for row in _rows(together[wrong]):
        total = row.value_x + row.value_m
        sides = f"{row.value_printed_x} + {row.value_printed_m} {row.unit_printed}"
        yield Contradiction(
            rule="parts",
            reports=(row.report_id, row.report_id_x, row.report_id_m),
            series=row.series,
            other_series=row.series_x,
            first_says=f"total {row.value_printed} {row.unit_printed}",
            second_says=f"exports + imports {sides}",
            disagreement_percent=_apart(total, row.value),
            sentence=(
                f"{row.report_id} prints a total of {row.value_printed} {row.unit_printed} for "
                f"{_period(row.start, row.end)}, but exports ({row.report_id_x}) and imports "
                f"({row.report_id_m}) add up to {total:,.6g} {row.unit}."
            ),
        )


def growth_outside_parts(reports: pd.DataFrame) -> Iterator[Contradiction]:
    """Find a growth of the total that is not between the growth of exports and of imports."""
    by = [*SAME_SOURCE, "unit", *PERIOD]
    together = _with_parts(reports[reports["growth"].notna()], by)
    least = together[["growth_lower_x", "growth_lower_m"]].min(axis=1)
    most = together[["growth_upper_x", "growth_upper_m"]].max(axis=1)
    wrong = (together["growth_lower"] > most) | (together["growth_upper"] < least)
    for row in _rows(together[wrong]):
        nearest = min((row.growth_x, row.growth_m), key=lambda part: abs(part - row.growth))
        parts = f"{float(row.growth_printed_x):+g} and {float(row.growth_printed_m):+g} per cent"
        yield Contradiction(
            rule="growth_of_parts",
            reports=(row.report_id, row.report_id_x, row.report_id_m),
            series=row.series,
            other_series=row.series_x,
            first_says=f"total {float(row.growth_printed):+g} per cent",
            second_says=f"exports and imports {parts}",
            disagreement_percent=_apart(row.growth, nearest),
            sentence=(
                f"{row.report_id} prints {float(row.growth_printed):+g} per cent for the total of "
                f"{_period(row.start, row.end)}, which is not between the growth of exports "
                f"({row.report_id_x}) and imports ({row.report_id_m}): {parts}."
            ),
        )


def unit_value(reports: pd.DataFrame) -> Iterator[Contradiction]:
    """Find a value per tonne far from that of a longer period of the same source around it."""
    by = [*SAME_SOURCE, *PERIOD, "days"]
    levels = level_reports(reports)
    values = levels[levels["metric"] == "trade_value"]
    tonnes = levels[levels["metric"] == "cargo_tonnage"]
    both = values.merge(tonnes, on=by, suffixes=("", "_t")).rename(columns={"value_t": "tonnes"})
    both = both.assign(least=both["lower"] / both["upper_t"], most=both["upper"] / both["lower_t"])
    pairs = pair_reports(both, [*SAME_SOURCE, "unit"])
    part = (pairs["only_a"] == 0) & (pairs["only_b"] > 0)
    fair = pairs["tonnes_a"] >= UNIT_VALUE_SHARE * pairs["tonnes_b"]
    above = pairs["least_a"] > UNIT_VALUE_LIMIT * pairs["most_b"]
    below = pairs["most_a"] * UNIT_VALUE_LIMIT < pairs["least_b"]
    for pair in _rows(pairs[part & fair & (above | below)]):
        here, around = pair.value_a / pair.tonnes_a, pair.value_b / pair.tonnes_b
        currency = pair.unit.removeprefix("million ")
        reason = (
            f"{here * 1e6:,.0f} {currency} a tonne (with {pair.report_id_t_a}) against "
            f"{around * 1e6:,.0f} over the longer period (with {pair.report_id_t_b})"
        )
        yield _of_levels("unit_value", pair, _apart(here, around), reason)


def _with_parts(reports: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Join totals with exports (suffix _x) and imports (suffix _m) of the same source."""
    total, exports, imports = (
        reports[reports["metric"] == metric]
        for metric in ("trade_value", "export_value", "import_value")
    )
    return total.merge(exports, on=by, suffixes=("", "_x")).merge(
        imports, on=by, suffixes=("", "_m")
    )


def _of_levels(rule: str, pair: Any, percent: float, reason: str) -> Contradiction:
    first, second = (
        f"{printed} {unit}, {_period(start, end)}"
        for printed, unit, start, end in (
            (pair.value_printed_a, pair.unit_printed_a, pair.start_a, pair.end_a),
            (pair.value_printed_b, pair.unit_printed_b, pair.start_b, pair.end_b),
        )
    )
    return Contradiction(
        rule=rule,
        reports=(pair.report_id_a, pair.report_id_b),
        series=pair.series_a,
        other_series=pair.series_b,
        first_says=first,
        second_says=second,
        disagreement_percent=percent,
        sentence=f"{pair.report_id_a} says {first}; {pair.report_id_b} says {second}: {reason}.",
    )


def _rows(df: pd.DataFrame) -> Iterator[Any]:
    return df.itertuples(index=False, name="Row")


def _period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"


def _excess(larger: float, smaller: float) -> float:
    return 100 * (larger / smaller - 1)


def _apart(one: float, other: float) -> float:
    return _excess(max(one, other), min(one, other))


def _year_before(days: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """Return the same day one year before; the last day of a month stays the last day."""
    earlier = days - pd.DateOffset(years=1)
    return earlier.where(~days.dt.is_month_end, earlier + pd.offsets.MonthEnd(0))
