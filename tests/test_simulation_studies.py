"""The committed results of simulation studies: drawn again in part, and as theory wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis import __main__ as command_line
from analysis.config import SIMULATION
from analysis.data_management.load import load_table
from analysis.data_management.simulations import SHARES, SIMULATIONS
from analysis.errors import StudyError
from analysis.inference.check_size import TESTS, simulate_size
from analysis.inference.cluster_simulation import METHODS, RANDOMISATION
from analysis.inference.multiplicity_simulation import simulate_error_rates
from analysis.inference.power_closed_form import closed_form_power
from analysis.inference.power_plan import PowerPlan
from analysis.models.dyads_simulation import simulate_dyads
from analysis.models.event_study import ESTIMATORS
from analysis.models.interval_simulation import SAMPLE, StudyPlan
from analysis.simulation import panels, series
from analysis.simulation.gather import gather
from analysis.simulation.registry import INTERVAL, STUDIES, SimulationStudy, find_study

SAME = 1e-9  # relative; the files keep 12 digits, and last digits differ between processors
KEPT = "analysis.simulation.gather.SIMULATION"
FAR = 4.0  # Monte Carlo standard errors
FEW = 60  # replications of a study that is drawn again in part
FEWER = 15  # of the slow ones
NOT_KEYS = {"replications", "value", "monte_carlo_error"}


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, tmp_path):
    """Draw anew in every test: parts of earlier runs are not read."""
    monkeypatch.setattr(KEPT, tmp_path / "kept")


# Parts that are cheap enough to be drawn in full: each must come out as committed.
WHOLE: Mapping[str, Callable[[SimulationStudy], pd.DataFrame]] = {
    "power_surface": lambda study: pd.concat(
        [
            series.power_rows(study.replications, study.seed, 2.0, 1.0, 0.0),
            series.power_rows(study.replications, study.seed, 7.0, 5.0, 0.8),
        ]
    ),
}
# Studies that are drawn in part: means of a part must lie near those of the whole.
PARTS: Mapping[str, Callable[[SimulationStudy], Mapping[str, pd.DataFrame]]] = {
    name: (lambda study: study.run(FEW))
    for name in (
        *("multiplicity_error_rates", "dyads_size"),
        *("randomisation", "randomisation_groups"),
    )
} | {
    "gravity_bias": lambda study: study.run(FEWER),
    "event_study_coverage": lambda study: {
        study.name: panels.event_study_rows(FEW, study.seed, 3, ["stacked", "sun_abraham"])
    },
    "break_size": lambda study: {study.name: series.break_rows(FEW, study.seed, 60, 0.5)},
    "break_size_estimated_rho": lambda study: {
        study.name: series.estimated_rho_rows(FEWER, study.seed, 60, 0.5)
    },
    "cluster_inference": lambda study: {
        study.name: panels.cluster_rows(FEW, study.seed, 6, "two_treated")
    },
}


def beside_committed(name: str, again: pd.DataFrame) -> pd.DataFrame:
    """Return rows that were drawn again with the committed ones, every one found."""
    committed = load_table(name)
    keys = [column for column in committed.columns if column not in NOT_KEYS]
    both = again.merge(committed, on=keys, suffixes=("_again", ""), validate="one_to_one")
    assert len(both) == len(again) > 0
    return both


@pytest.mark.parametrize("name", WHOLE)
def test_a_part_that_is_drawn_in_full_comes_out_as_committed(name):
    both = beside_committed(name, WHOLE[name](STUDIES[name]))
    for column in ("value", "monte_carlo_error", "replications"):
        np.testing.assert_allclose(both[f"{column}_again"], both[column], rtol=SAME, atol=SAME)


def test_dyads_and_checks_come_out_as_committed():
    """Their cells can be told apart by the seed, so that one of them alone is drawn again."""
    study = STUDIES["dyads_size"]
    (row,) = simulate_dyads(study.replications, study.seed, units=(6,)).to_dict("records")
    dyads = load_table("dyads_size").set_index(["units", "regressor", "measure"])["value"]
    assert dyads[6, "distance", "rejection_rate"] == row["share"]
    assert dyads[6, "distance", "failure_rate"] == row["refused"] / study.replications
    study = STUDIES["size_of_checks"]
    tests = ("t test", "t test, newey_west", "placebo_in_space")
    again = simulate_size(study.replications, study.seed, tests, cells=((96, 48),))
    keys = ["check", "noise", "months", "before"]
    sizes = load_table("size_of_checks").set_index(keys)["value"]
    for item in again.to_dict("records"):
        committed = sizes[item["check"], item["noise"], 96, 48]
        assert 100 * committed == pytest.approx(item["rejection_percent"], rel=SAME)


@pytest.mark.parametrize("name", PARTS)
def test_a_few_replications_lie_near_the_committed_result(name):
    study = STUDIES[name]
    (again,) = PARTS[name](study).values()
    both = beside_committed(name, again)
    assert (both["replications"] <= study.replications).all()
    ratio = np.sqrt(both["replications"] / both["replications_again"])
    rare = 1 / np.sqrt(both["replications"] * both["replications_again"])
    floor = np.where(both["measure"].isin(SHARES), rare, 0.0)
    allowed = FAR * np.maximum(both["monte_carlo_error"] * ratio, floor)
    exact = both["measure"] == "smallest_p_value"
    gap = (both["value_again"] - both["value"]).abs()
    assert (gap <= np.where(exact, SAME, allowed)).all(), both[gap > allowed].to_string()


@pytest.mark.parametrize("name", SIMULATIONS)
def test_replications_are_those_of_the_registry(name):
    table, study = load_table(name), STUDIES[name]
    most = table["replications"].max()
    assert most == study.replications
    fewer = table["replications"] < most
    assert not fewer.any() or set(table[fewer].get("p_value", [])) == {"criterion"}


def test_every_setting_is_in_its_table():
    power = load_table("power_surface")
    grid = [series.YEARS_BEFORE, series.YEARS_AFTER, series.RHOS, series.EFFECTS]
    assert len(power) == np.prod([len(axis) for axis in grid]) * 3 * 2
    assert set(load_table("size_of_checks")["check"]) == set(TESTS)
    clusters = load_table("cluster_inference")
    assert set(clusters["method"]) == {*METHODS, RANDOMISATION}
    assert set(clusters["clusters"]) == set(panels.CLUSTERS)
    events = load_table("event_study_coverage")
    assert set(events["estimator"]) == set(ESTIMATORS)
    assert set(events["units_per_cohort"]) == set(panels.COHORT_SIZES)


def test_power_with_a_known_autocorrelation_is_that_of_the_closed_form():
    table = load_table("power_surface")
    known = table[(table["estimator"] == "gls_ar1_known") & (table["measure"] == "power")]
    plan = PowerPlan(series.YEARS_BEFORE, series.YEARS_AFTER, series.RHOS, series.EFFECTS)
    exact = pd.DataFrame(
        [
            {
                "months_before": cell.months_before,
                "months_after": cell.months_after,
                "rho": cell.rho,
                "effect": cell.effect,
                "exact": closed_form_power(plan.design(cell), cell.rho, cell.effect, plan.level),
            }
            for cell in plan.cells()
        ]
    )
    both = known.merge(exact, on=["months_before", "months_after", "rho", "effect"])
    assert len(both) == len(known) == len(plan.cells())
    error = np.sqrt(both["exact"] * (1 - both["exact"]) / both["replications"])
    gap = (both["value"] - both["exact"]) / np.maximum(error, 1 / both["replications"])
    assert gap.abs().max() < FAR
    assert abs(gap.mean()) < FAR / np.sqrt(len(gap))


def test_the_number_of_workers_changes_nothing(monkeypatch, tmp_path):
    study = STUDIES["break_size_estimated_rho"]
    (alone,) = study.run(3).values()
    monkeypatch.setattr(KEPT, tmp_path / "pair")
    (pair,) = study.run(3, workers=2).values()
    pd.testing.assert_frame_equal(alone, pair)


def one_row(number):
    return pd.DataFrame({"n": [number]})


def test_parts_keep_their_order():
    parts = [partial(one_row, number) for number in range(5)]
    assert gather(parts, 2)["n"].tolist() == list(range(5))


def test_another_seed_gives_another_table():
    study = STUDIES["multiplicity_error_rates"]
    (own,) = study.run(FEW).values()
    other = simulate_error_rates(FEW, study.seed + 1).set_index("method")["power"]
    power = own[own["measure"] == "power"].set_index("method")["value"]
    assert (other != power[other.index]).any()


# The command


def test_help_names_every_study():
    result = CliRunner().invoke(command_line.app, ["simulate", "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for name in STUDIES:
        assert name in result.output


def test_an_unknown_study_is_refused_with_the_nearest_name():
    with pytest.raises(StudyError, match="'powr_surface' is not known") as caught:
        find_study("powr_surface")
    assert caught.value.remedy == "did you mean 'power_surface'?"
    result = CliRunner().invoke(command_line.app, ["simulate", "powr_surface"])
    assert isinstance(result.exception, StudyError)


def test_every_table_has_a_study_of_its_name():
    assert set(STUDIES) == {INTERVAL, *SIMULATIONS}


@pytest.mark.parametrize(
    ("arguments", "name", "asked"),
    [
        ([], INTERVAL, (None, 2)),
        (["dyads_size", "--replications", "40", "--workers", "1"], "dyads_size", (40, 1)),
    ],
)
def test_the_command_runs_the_study_and_writes_what_it_gives(monkeypatch, arguments, name, asked):
    ran, written = [], []
    table = pd.DataFrame({"value": [1.0, 2.0]})

    def run(self, *options):
        ran.append((self.name, options))
        return {"made_up": table}

    monkeypatch.setattr(SimulationStudy, "run", run)
    monkeypatch.setattr("analysis.data_management.results.write_results", written.append)
    result = CliRunner().invoke(command_line.app, ["simulate", *arguments])
    assert result.exit_code == 0
    assert ran == [(name, asked)]
    assert written == [{"made_up": table}]
    assert "wrote data_raw/made_up.csv (2 rows)" in result.output


def test_the_interval_study_gives_its_two_tables_and_can_be_resumed(monkeypatch):
    asked = []

    def run_study(plan, folder):
        asked.append((plan, folder))
        return load_table("monte_carlo_sample")

    monkeypatch.setattr("analysis.simulation.interval.run_study", run_study)
    made = STUDIES[INTERVAL].run(20, workers=3)
    assert asked[0][0] == StudyPlan(replications=20, seed=STUDIES[INTERVAL].seed, workers=3)
    assert asked[0][1].parent == SIMULATION
    assert set(made) == {"monte_carlo", "monte_carlo_sample"}
    assert made["monte_carlo"]["replications"].eq(SAMPLE).all()
