"""The register of claims: its periods and cells, what it may cite, and what it is known to find."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from analysis.data_management.claim_figures import (
    Term,
    days_apart,
    read_figures,
    span_of,
    year_before,
)
from analysis.data_management.claim_tables import RAW_CLAIMS, claims_fit_figures
from analysis.data_management.claim_words import DRIFT, NOT_COMPARABLE, PASS, TOPICS
from analysis.data_management.claims import NUMBERS, build_claims
from analysis.data_management.read_raw import check_table
from analysis.data_management.table_pairs import pair_faults
from analysis.errors import DataError
from tests.data_management.claims_made import (
    BEFORE,
    EXPORTS,
    judged,
    near,
    tables_of,
)


@pytest.fixture(scope="module")
def claims(raw) -> pd.DataFrame:
    return build_claims(raw.tables)


def terms_of(*spans) -> list[Term]:
    rows = [{"start": start, "end": end} for start, end, _ in spans]
    figures = read_figures(tables_of({}, *rows))
    signs = [sign for *_, sign in spans]
    return [Term(figures[f"R{n:04d}"], sign) for n, sign in enumerate(signs, 1)]


def test_cumulative_figures_leave_the_days_between_them():
    whole, first = ("2021-12-03", "2023-01-02", 1), ("2021-12-03", "2021-12-31", -1)
    expected = (pd.Timestamp("2022-01-01"), pd.Timestamp("2023-01-02"))
    assert span_of(terms_of(whole, first)) == expected
    more = ("2023-01-03", "2023-06-30", 1)
    assert span_of(terms_of(whole, first, more))[1] == pd.Timestamp("2023-06-30")


@pytest.mark.parametrize(
    "spans",
    [
        (("2021-01-01", "2021-03-31", 1), ("2021-05-01", "2021-06-30", 1)),
        (("2021-01-01", "2021-03-31", 1), ("2021-03-01", "2021-06-30", 1)),
        (("2021-01-01", "2021-03-31", 1), ("2021-01-01", "2021-03-31", -1)),
        (("2021-01-01", "2021-06-30", 1), ("2021-02-01", "2021-03-31", -1)),
    ],
    ids=["gap", "twice", "nothing", "hole"],
)
def test_figures_that_make_up_no_period(spans):
    assert span_of(terms_of(*spans)) is None


def test_one_year_before_keeps_the_end_of_february():
    leap = (pd.Timestamp("2020-02-01"), pd.Timestamp("2020-02-29"))
    after = (pd.Timestamp("2021-02-01"), pd.Timestamp("2021-02-28"))
    assert year_before(leap)[1] == pd.Timestamp("2019-02-28")
    assert year_before(after) == leap
    assert days_apart(leap, after) == 366


def changed(raw, **cells) -> pd.DataFrame:
    """Return the claims of the project with other cells in the first row."""
    claims = raw["claims"].copy()
    for column, text in cells.items():
        claims.loc[claims.index[0], column] = text
    return claims


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"claim_id": "C002"}, "claim_id", "the key 'C002' is already on line"),
        ({"tolerance_percent": ""}, "tolerance_percent", "the cell is empty"),
        ({"tolerance_percent": "1"}, "tolerance_reason", "a tolerance of 1 per cent"),
        ({"tolerance_reason": "why not"}, "tolerance_reason", "only there"),
        ({"kind": "grwoth"}, "kind", "did you mean 'growth'?"),
        ({"topic": "mohan"}, "topic", "did you mean 'mohan_boten'?"),
        ({"printed": "98"}, "claim", "the claim does not hold the number 98"),
        ({"kind": "sum", "unit": "CNY billion"}, "figures", "the kind sum has 1 figures here"),
        ({"kind": "level", "base": "R0215", "unit": "CNY billion"}, "base", "has no base"),
        ({"unit": "CNY billion"}, "unit", "a growth is not in CNY billion"),
        ({"figures": "R0215,R0216"}, "figures", "separated by semicolons"),
    ],
)
def test_wrong_cell_of_one_claim_is_named(raw, cells, column, said):
    with pytest.raises(DataError) as caught:
        check_table("claims", changed(raw, **cells), "data_raw/claims.csv")
    assert said in str(caught.value)
    assert f"column {column}" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("column", ["source", "figures", "base"])
def test_a_figure_that_no_table_holds_is_named(raw, column):
    tables = {**raw.tables, "claims": changed(raw, **{column: "R9999"})}
    [fault] = pair_faults("claims", tables)
    assert fault.where == f"row C001 (line 2), column {column}"
    assert fault.problem == "'R9999' is no figure"
    assert "reports.csv" in fault.allowed


def test_a_unit_that_the_figures_do_not_have_is_refused():
    claim = {"kind": "level", "unit": "tonnes"}
    [fault] = claims_fit_figures(tables_of(claim, {"value": "1"}))
    assert "R0001 is not measured in 'tonnes'" in fault.problem
    assert "CNY billion" in fault.allowed


def test_a_base_that_was_overlooked_is_named():
    tables = tables_of({}, {"value": "110"}, BEFORE | {"value": "100"})
    [fault] = claims_fit_figures(tables)
    assert fault.column == "base"
    assert "R0002 is the same series one year before" in fault.problem
    assert claims_fit_figures(tables_of({}, {"value": "110"}, BEFORE | EXPORTS)) == []


def test_the_register_of_the_project_holds_every_verdict_and_cites_its_rows(claims, raw):
    assert len(claims) == len(raw["claims"])
    assert set(claims["verdict"]) == {PASS, DRIFT, NOT_COMPARABLE}
    assert set(claims["topic"]) == set(TOPICS)
    assert list(raw["claims"].columns) == list(RAW_CLAIMS.columns)
    reports = raw["reports"].set_index("report_id")
    for row in claims[claims["source"].isin(reports.index)].itertuples():
        cited = reports.loc[row.source]
        assert [row.publisher, row.title, row.url] == list(cited[["publisher", "title", "url"]])
    compared = claims["verdict"] != NOT_COMPARABLE
    assert claims.loc[compared, list(NUMBERS)].notna().all(axis=None)
    assert (claims["reason"] == "").equals(claims["verdict"] == PASS)


def test_known_contradictions_drift(claims):
    """Muse to August 2019: 2.74 + 1.5 against a printed 4.42; rail 2023: over 2 and +93.1 %."""
    rows = claims.set_index("claim_id")
    by_source = rows.reset_index().set_index(["source", "kind"])
    assert by_source.loc[("R0282", "sum"), "computed"] == near(2740 + 1500)
    assert by_source.loc[("R0282", "sum"), "verdict"] == DRIFT
    assert by_source.loc[("R0033", "growth"), "computed"] == near(89)
    assert by_source.loc[("R0033", "growth"), "verdict"] == DRIFT
    assert by_source.loc[("R0369", "growth"), "computed"] == near(100 * (15.6 / 17.46 - 1))
    assert by_source.loc[("R0215", "growth"), "verdict"] == NOT_COMPARABLE


def test_decimals_are_exact():
    assert judged({"base": "R0002"}, {"value": "0.3"}, BEFORE | {"value": "0.1"}).computed == 200
    assert float(Decimal("0.3") / Decimal("0.1")) == 3.0
