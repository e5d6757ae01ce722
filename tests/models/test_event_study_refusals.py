"""What a panel cannot say is refused or marked, with the unit, cohort or column named."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.models.event_study import ESTIMATORS
from tests.models.event_study_panels import fit, reference_panel


def only(*cohorts):
    frame = reference_panel()
    return frame[frame["first_treated"].isin(cohorts)].reset_index(drop=True)


def first_units(frame, counts):
    kept = [
        unit
        for cohort, count in counts.items()
        for unit in frame.loc[frame["first_treated"] == cohort, "unit"].unique()[:count]
    ]
    return frame[frame["unit"].isin(kept)]


def test_one_treated_unit_is_refused():
    frame = first_units(reference_panel(), {0: 6, 2019: 1})
    with pytest.raises(ModelError, match=r"cohort 2019 has 1 unit.*\n.*\n.*synthetic control"):
        fit(frame)


def test_no_comparison_is_refused():
    with pytest.raises(ModelError, match="never- or not-yet-treated"):
        fit(only(2019))


def test_no_period_before_is_refused():
    frame = only(0, 2017).query("year >= 2017")
    with pytest.raises(ModelError, match="cohort 2017 has no period before its treatment"):
        fit(frame)


def test_one_comparison_unit_is_refused():
    frame = first_units(reference_panel(), {0: 1, 2019: 6})
    with pytest.raises(ModelError, match=r"1 comparison unit"):
        fit(frame)


@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_a_cohort_of_one_is_left_out_and_named(name):
    frame = first_units(reference_panel(), {0: 6, 2017: 6, 2019: 1, 2021: 6})
    study = fit(frame, name)
    lost = study.cohort_table.set_index("first_treated").loc[2019]
    assert lost["verdict"] == "not identified"
    assert any("cohort 2019 has 1 unit" in note for note in study.notes)
    same = fit(only(0, 2017, 2021), name)
    assert study.overall.estimate == pytest.approx(same.overall.estimate, rel=1e-9)


def test_few_units_are_weak():
    study = fit(first_units(reference_panel(), {0: 6, 2019: 3}))
    assert study.overall.verdict == "weak"
    assert "3 treated units" in study.overall.reason
    assert {row.verdict for row in study.effects} == {"weak"}


def test_the_last_cohort_compares_where_none_is_never_treated():
    study = fit(only(2017, 2019, 2021))
    assert "cohort 2021 is the control, periods from 2021 left out" in study.notes[0]
    recoded = only(2017, 2019, 2021).query("year < 2021")
    recoded = recoded.assign(first_treated=recoded["first_treated"].replace(2021, 0))
    assert study.overall == fit(recoded).overall


def test_treatment_after_the_panel_is_a_control_and_missing_is_never():
    frame = reference_panel()
    late = frame.assign(first_treated=frame["first_treated"].replace(0, 2030))
    assert fit(late).overall == fit().overall
    assert "cohort 2030 is treated after the last period" in fit(late).notes[0]
    missing = frame.assign(first_treated=frame["first_treated"].replace(0, np.nan))
    assert fit(missing).overall == fit().overall


def spoil(column, value, row=0):
    frame = reference_panel().astype({column: object})
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (spoil("y", None), "'y' is missing or not a number in 1 rows, first for unit unit_00"),
        (spoil("y", "high"), "'y' is missing or not a number"),
        (spoil("year", 2012.5), "'year' holds values that are not whole numbers"),
        (spoil("first_treated", 2018), "unit unit_00 has more than one 'first_treated'"),
        (spoil("year", 2013), "repeat a unit and period, first unit_00 in 2013"),
        (reference_panel().query("year != 2015"), "no unit is observed in year 2015"),
        (reference_panel().drop(columns="y"), "no column 'y'"),
        (
            reference_panel().query("unit != 'unit_03' or year == 2014"),
            "unit unit_03 is observed in one period only",
        ),
    ],
)
def test_bad_input_is_named(frame, words):
    with pytest.raises(ModelError, match=words):
        fit(frame)


@pytest.mark.parametrize("name", ["callaway_santanna", "stacked"])
def test_gaps_are_refused_where_the_estimator_needs_balance(name):
    frame = reference_panel().query("unit != 'unit_05' or year != 2016")
    with pytest.raises(ModelError, match="unit unit_05 is not observed in 2016"):
        fit(frame, name)
    assert fit(frame, "imputation").observations == 287


def test_unknown_estimators_and_bad_options_are_refused():
    with pytest.raises(ModelError, match=r"no event-study estimator 'sun_abrahm'"):
        fit(estimator="sun_abrahm")
    with pytest.raises(ModelError, match="does not span the reference"):
        fit(window=(0, 3))
    with pytest.raises(ModelError, match="minimum_cohort is 1"):
        fit(minimum_cohort=1)
    with pytest.raises(ModelError, match=r"level 95"):
        fit(level=95)


def test_an_absorbed_covariate_is_named():
    frame = reference_panel()
    frame["constant"] = frame["unit"].str[-2:].astype(float)
    with pytest.raises(ModelError, match="cannot be told apart from unit and period effects"):
        fit(frame, "two_way_fixed_effects", covariates=["constant"])


def test_stacked_names_the_cohorts_that_do_not_span_the_window():
    study = fit(estimator="stacked", window=(-6, 2))
    assert "cohort 2017 is not observed over the whole window; left out" in study.notes
