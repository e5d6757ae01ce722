"""The exhibits on inference: the rule, what the tables say, and what the method page claims."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.config import NOTEBOOKS
from analysis.exhibits import (
    inference_methods,
    inference_panels,
    inference_power,
)
from analysis.exhibits.inference_methods import (
    HOLDS,
    NEVER,
    NO_FINDING,
    OFTEN,
    RARELY,
    SAFE,
    open_simulations,
    verdict,
)
from analysis.exhibits.registry import COMMON_EXHIBITS, INFERENCE
from analysis.exhibits.table import Table
from analysis.inference.check_measured import MEASURED
from analysis.models.panel_conventions import CONVENTIONS

EXHIBITS = [item for item in COMMON_EXHIBITS if item.notebook == INFERENCE]
PAGE = NOTEBOOKS / "regular_series.md"
MEASURED_NUMBER = re.compile(r"\d\s?(%|per cent)|\d\.\d")
SAID = {"80 per cent", "5 per cent", "6 per cent"}  # nominal levels and bounds of the rule


@pytest.fixture(scope="module")
def made() -> dict[str, object]:
    opened = open_simulations()
    return {item.name: item.make(opened) for item in EXHIBITS}


@pytest.mark.parametrize(
    ("rates", "smallest", "found"),
    [
        ([4.0, 6.0], None, HOLDS),
        ([5.0, 6.05], None, OFTEN),
        ([3.95, 6.0], None, RARELY),
        ([1.0, 9.0], None, OFTEN),
        ([0.0, 0.0], 0.0625, NEVER),
        ([4.5, 5.5], 0.05, HOLDS),
    ],
)
def test_the_rule(rates, smallest, found):
    assert verdict(rates, smallest) == found


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda item: item.name)
def test_every_exhibit_says_that_it_is_no_finding(made, exhibit):
    found = made[exhibit.name]
    text = found.note if isinstance(found, Table) else found.alt
    assert NO_FINDING in text
    assert found.name == exhibit.name


def test_checks_that_may_be_trusted_are_those_that_the_checks_call_trusted(made):
    frame = made["size_of_checks"].frame.set_index("check")
    assert dict(frame["trusted"] == "yes") == dict(MEASURED)


def test_columns_of_checks_are_the_settings_of_their_heads(made):
    table = made["size_of_checks"]
    raw = open_simulations()["size_of_checks"]
    cell = raw[
        (raw["check"] == "t test, newey_west")
        & (raw["noise"] == "AR(1), rho 0.5")
        & (raw["months"] == 120)
    ]
    shown = table.shown().set_index("Check").loc["t test, Newey–West"]
    assert shown["AR(1), rho 0.5, 120 months, %"] == f"{100 * cell['value'].item():.1f}"


def test_the_sentence_on_six_countries_follows_from_the_table(made):
    table = made["cluster_inference"]
    six = table.frame[table.frame["clusters"] == 6]
    accepted = six[six["trusted"].isin(["yes", SAFE])]
    sentence = inference_panels.six_countries_sentence(open_simulations())
    assert sentence in table.note
    best = accepted.loc[accepted["mean_power"].idxmax(), "method"]
    assert f"Of these {best} finds" in sentence
    held = six[six["trusted"] == "yes"]["method"]
    named = held if len(held) else accepted["method"]
    assert all(method in sentence for method in named)
    assert "CR1" not in sentence


def test_without_a_safe_method_the_sentence_says_so():
    tables = dict(open_simulations())
    rows = tables["cluster_inference"]
    tables["cluster_inference"] = rows.assign(
        value=np.where(rows["measure"] == "rejection_rate", 0.5, rows["value"])
    )
    assert "every method rejects too often" in inference_panels.six_countries_sentence(tables)


def test_what_cannot_reject_is_not_trusted(made):
    frame = made["cluster_inference"].frame
    stuck = frame[(frame["clusters"] == 5) & frame["method"].str.startswith("wild")]
    assert stuck[["verdict", "trusted"]].to_numpy().tolist() == [[NEVER, "no"]]
    assert stuck["size_continuous"].item() == 0


def test_coverage_is_called_short_by_its_monte_carlo_error(made):
    frame = made["event_study_coverage"].frame.set_index("estimator")
    raw = open_simulations()["event_study_coverage"]
    for row in raw[raw["measure"] == "coverage"].to_dict("records"):
        low = row["value"] + 1.96 * row["monte_carlo_error"] < 0.95
        named = frame.loc[row["estimator"], "short"].split(", ")
        assert (str(row["units_per_cohort"]) in named) == low


def test_every_convention_is_in_its_table(made):
    assert list(made["conventions"].frame["name"]) == list(CONVENTIONS)


def test_the_rate_figures_draw_every_rejection_rate(made):
    tables = open_simulations()
    names = ("size_of_checks", "break_size", "break_size_estimated_rho")
    panels = ("cluster_inference", "dyads_size", "randomisation", "randomisation_groups")
    for figure, sources in (("series", names), ("panels", panels)):
        data = made[f"rejection_rates_{figure}"].data
        rates = [
            rows[(rows["measure"] == "rejection_rate") & (rows.get("nominal", 0.05) == 0.05)]
            for rows in (tables[name] for name in sources)
        ]
        drawn = np.sort(data["rate"].to_numpy())
        expected = np.sort(100 * pd.concat(rates)["value"].to_numpy())
        np.testing.assert_allclose(drawn, expected, rtol=1e-5, atol=1e-9)
        assert (data["lower"] <= data["rate"]).all()
        assert (data["rate"] <= data["upper"]).all()


def test_the_contour_runs_between_cells_that_differ():
    enough = np.array([[False, True], [True, True]])
    edges = {
        tuple(sorted(zip(xs.tolist(), ys.tolist(), strict=True)))
        for xs, ys in inference_power.contour(enough)
    }
    assert edges == {((0.0, 1.0), (1.0, 1.0)), ((1.0, 0.0), (1.0, 1.0))}
    assert inference_power.contour(np.ones((3, 3), dtype=bool)) == []


def test_more_effect_and_less_autocorrelation_give_more_power(made):
    data = made["power_surface"].data
    by_effect = data.pivot_table("power", ["years_before", "years_after", "rho"], "effect")
    assert (np.diff(by_effect.to_numpy(), axis=1) > -4 * data["error"].max()).all()
    assert len(data) == 500


# What the method page and the notebook say in words


def test_the_method_page_repeats_no_measured_figure():
    text = PAGE.read_text(encoding="utf-8").split("## References")[0]
    prose = re.sub(r"\$[^$]*\$", "", text)
    found = {
        prose[match.start() - 3 : match.end()].strip()
        for match in re.finditer(MEASURED_NUMBER, prose)
    }
    assert {words for words in found if not any(said in words for said in SAID)} == set()


def test_tables_that_the_page_names_are_titles():
    text = PAGE.read_text(encoding="utf-8").lower()
    notebook = (NOTEBOOKS / f"{INFERENCE}.ipynb").read_text(encoding="utf-8")
    titles = [item.make(open_simulations()).title.lower() for item in EXHIBITS]
    named = re.findall(r"table \*([^*]+)\*|figure \*([^*]+)\*", " ".join(text.split()))
    assert named
    for parts in named:
        words = next(part for part in parts if part)
        assert any(words in title for title in titles), words
    cells = json.loads(notebook)["cells"]
    assert "regular_series.md" in "".join(cells[0]["source"])


def test_modules_that_the_page_names_are_there():
    text = PAGE.read_text(encoding="utf-8")
    analysis = Path(inference_methods.__file__).parents[1]
    known = {path.stem for room in ("models", "inference") for path in (analysis / room).glob("*")}
    named = set(re.findall(r"\(`([a-z_]+)`", text)) | set(re.findall(r"^`([a-z_]+)` ", text, re.M))
    assert len(named) > 10
    assert named <= known | {"approx"}


def test_driscoll_kraay_rejects_too_often_at_every_number_of_clusters(made):
    frame = made["cluster_inference"].frame
    rows = frame[frame["method"].str.startswith("Driscoll")]
    assert set(rows["verdict"]) == {OFTEN}


def test_with_two_treated_units_more_clusters_make_it_worse(made):
    frame = made["cluster_inference"].frame
    for method in ("CR1, t(G - 1)", "CR3, t(G - 1)"):
        rates = frame[(frame["method"] == method) & (frame["clusters"] >= 6)]["size_two_treated"]
        assert (rates > 5).all()
        assert rates.is_monotonic_increasing


def test_newey_west_errors_and_asymptotic_break_tests_reject_too_often(made):
    tests = made["t_test_size"].frame.set_index("estimator")
    assert set(tests.loc["ols_newey_west", "verdict"]) == {OFTEN}
    assert set(tests.loc["gls_ar1_known", "verdict"]) == {HOLDS}
    breaks = made["break_size"].frame.set_index("p_value")
    assert set(breaks.loc["asymptotic", "verdict"]) == {OFTEN}
    assert set(breaks.loc["newey_west asymptotic", "verdict"]) == {OFTEN}
    assert OFTEN not in set(breaks.loc[["simulated", "estimated"], "verdict"])


def test_a_group_is_ranked_rightly_only_among_the_set_that_it_is_from():
    rows = open_simulations()["randomisation_groups"]
    own = rows["group_from"] == rows["reference"]
    error = 4 * rows["monte_carlo_error"]
    assert (np.abs(rows["value"] - rows["nominal"]) < error)[own].all()
    assert (rows["value"] > 3 * rows["nominal"])[~own].all()


def test_the_dyadic_test_fails_for_a_small_group_and_needs_many_units_otherwise(made):
    frame = made["dyads_size"].frame
    group = frame[frame["regressor"] == "group_of_six"]
    distance = frame[frame["regressor"] == "distance"].set_index("units")["trusted"]
    assert set(group["trusted"]) == {"no"}
    assert distance.iloc[0] == "no"
    assert distance.iloc[-1] == "yes"


def test_the_correction_of_ppml_lessens_the_bias(made):
    frame = made["gravity_bias"].frame
    wide = frame.pivot_table("bias", "countries", "estimator").abs()
    assert (wide["ppml_corrected"] < wide["ppml"]).all()


def test_adjustments_keep_what_they_promise(made):
    frame = made["multiplicity"].frame.set_index("method")
    assert (frame.loc[["bonferroni", "holm", "romano_wolf"], "family_wise_error"] <= 6).all()
    assert frame.loc["benjamini_hochberg", "false_discovery_rate"] <= 5
    assert frame.loc["none", "family_wise_error"] > 10
    assert frame.loc["romano_wolf", "power"] > frame.loc["holm", "power"]
