"""Each usual mistake is told with its row, why it matters and how to mend it, before any figure."""

from __future__ import annotations

import csv
import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis import config
from analysis.data_management.cards import read_card
from analysis.data_management.observations import build_observations
from analysis.data_management.parts import Part, raise_in_file
from analysis.data_management.read_raw import RawTables, read_joined, read_raw
from analysis.data_management.register_checks import stray_reports
from analysis.data_management.reports import process_reports
from analysis.errors import AnalysisError, DataError, StudyError
from analysis.newstudy.doubt import open_doubts
from analysis.newstudy.report_doubts import refuse_figures_of_the_future, report_doubts
from analysis.newstudy.study_doubts import study_doubts
from analysis.newstudy.teacher import find_doubts, refuse_doubts
from analysis.study import Answer, Intervention
from analysis.study_file import parse_study

OWN = "my_border"
FILE = f"data_raw/reports_{OWN}.csv"
GOOD = {
    "report_id": "R2001",
    "place": "Lweje",
    "counterpart": "China",
    "scope": "port",
    "metric": "trade_value",
    "basis": "mm_commerce",
    "start": "2019-10-01",
    "end": "2020-07-31",
    "value": "150",
    "value_to": "",
    "unit": "USD million",
    "qualifier": "exact",
    "growth_percent": "",
    "growth_qualifier": "",
    "publisher": "Gazette",
    "title": "Trade through Lweje",
    "url": "",
    "published": "2020-08",
    "confidence": "high",
    "availability": "no_url",
    "note": "",
}
SECOND = GOOD | {"report_id": "R2002"}


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a data_raw with the register of series, some reports and their card."""
    target = tmp_path / "data_raw"
    target.mkdir()
    for name in ("reports.csv", "series.csv", "reports.card.yaml"):
        shutil.copy(config.DATA_RAW / name, target / name)
    lines = (target / "reports.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if ",Lweje," in line or line.startswith(("report_id", "R0215"))]
    (target / "reports.csv").write_text("".join(kept), encoding="utf-8")
    return target


def taught(folder: Path, *rows: dict[str, str]) -> list[str]:
    """Return what check would say about the rows of a study, as texts; nothing is computed."""
    with (folder / f"reports_{OWN}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, GOOD.keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    try:
        reports = read_joined("reports", folder)
        raise_in_file(
            folder, "reports", stray_reports(read_joined("series", folder), reports, folder)
        )
        card = read_card(folder / "reports.card.yaml").model_copy(update={"checked": []})
        own = {Part("reports", OWN).stem: card}
        raw = RawTables({"reports": reports}, {"reports": card}, own)
        refuse_figures_of_the_future(raw, folder)
        doubts = report_doubts(raw, process_reports(reports), folder)
    except AnalysisError as error:
        return [str(error)]
    with pytest.raises(DataError) if doubts else nullcontext():
        refuse_doubts(doubts)
    return [str(doubt.as_error()) for doubt in doubts]


def test_a_good_row_raises_nothing(folder):
    assert taught(folder, GOOD) == []


MISTAKES = {
    "fiscal year taken for calendar year": (
        [GOOD | {"start": "2019-01-01", "end": "2019-12-31", "value": "160"}],
        "R2001", "start", "mm_commerce counts in fiscal years",
    ),
    "a page that says fiscal year": (
        [GOOD | {"place": "Mohan", "basis": "cn_port_office", "unit": "CNY billion", "value": "20",
                 "start": "2019-01-01", "end": "2019-12-31", "note": "fiscal year 2019"}],
        "R2001", "start", "the page speaks of a fiscal year",
    ),
    "mixed currency": (
        [GOOD | {"unit": "CNY million"}], "R2001", "unit", "mixed currency in one series",
    ),
    "port mixed with railway port": (
        [GOOD | {"place": "Mohan", "basis": "cn_port_office", "unit": "CNY billion", "value": "20",
                 "start": "2019-01-01", "end": "2019-12-31", "note": "Mohan railway port"}],
        "R2001", "scope", "names a railway",
    ),
    "cumulative taken for monthly": (
        [GOOD | {"start": "2019-12-01", "end": "2019-12-31", "value": "20",
                 "title": "Trade in the first three months"}],
        "R2001", "start", "the page says 'first three months'",
    ),
    "months that pile up": (
        [GOOD | {"report_id": f"R200{n}", "start": f"2019-{9 + n}-01", "value": value, "end": end}
         for n, value, end in ((1, "10", "2019-10-31"), (2, "20", "2019-11-30"),
                               (3, "30", "2019-12-31"))],
        "R2003", "value", "each month is larger than the one before",
    ),
    "growth without base": (
        [GOOD | {"metric": "export_value", "place": "Ruili", "basis": "cn_port_office",
                 "unit": "CNY million", "value": "", "qualifier": "", "growth_percent": "12.5",
                 "growth_qualifier": "exact", "start": "2012-01-01", "end": "2012-12-31"}],
        "R2001", "growth_percent", "no value for this period nor for the year before",
    ),
    "duplicate report": (
        [GOOD, SECOND], "R2002", "report_id", "this is the report R2001 once more",
    ),
    "the same figure from another newspaper": (
        [GOOD, SECOND | {"publisher": "Herald"}], "R2002", "value", "R2001 has the same period",
    ),
    "key of the register used again": (
        [GOOD | {"report_id": "R0215"}], "R0215", "report_id", "is already on line",
    ),
    "end before start": (
        [GOOD | {"end": "2019-09-30"}], "R2001", "end", "before it starts",
    ),
    "unit off by ten thousand": (
        [GOOD | {"value": "0.015"}], "R2001", "unit", "the smallest daily flow",
    ),
    "unit off by ten": (
        [GOOD | {"value": "15", "unit": "USD billion"}], "R2001", "unit", "the largest daily flow",
    ),
    "thousands separator": (
        [GOOD | {"value": "1,150"}], "R2001", "value", "'1,150' is not allowed",
    ),
    "decimal comma": ([GOOD | {"value": "15,5"}], "R2001", "value", "'15,5' is not allowed"),
    "unit inside the number": ([GOOD | {"value": "15万"}], "R2001", "value", "not allowed"),
    "future date": (
        [GOOD | {"end": "2030-07-31", "published": ""}], "R2001", "end", "were entered on",
    ),
    "page older than its figure": (
        [GOOD | {"published": "2018-08"}], "R2001", "published", "before the period starts",
    ),
    "published before the period was over": (
        [GOOD | {"published": "2020-06"}], "R2001", "end", "before the period ends",
    ),
    "growth that contradicts the two values": (
        [GOOD, SECOND | {"start": "2020-10-01", "end": "2021-07-31", "value": "300",
                         "published": "2021-08", "growth_percent": "10",
                         "growth_qualifier": "exact"}],
        "R2002", "growth_percent", "the levels give",
    ),
    "part larger than the whole": (
        [GOOD, SECOND | {"end": "2020-03-31", "value": "190", "published": "2020-04"}],
        "R2001", "value", "the later cumulative figure is the smaller one",
    ),
    "percent as fraction": (
        [GOOD | {"growth_percent": "0.25", "growth_qualifier": "exact"}],
        "R2001", "growth_percent", "next to nothing",
    ),
    "rounding word": (
        [GOOD | {"note": "over 150 million"}], "R2001", "qualifier", "'over 150'",
    ),
    "unknown series": (
        [GOOD | {"place": "Lwejel"}], "R2001", "place", "which is not declared",
    ),
    "no source": ([GOOD | {"publisher": ""}], "R2001", "publisher", "the cell is empty"),
    "confidence missing": (
        [GOOD | {"confidence": ""}], "R2001", "confidence", "the cell is empty",
    ),
    "value without qualifier": (
        [GOOD | {"qualifier": ""}], "R2001", "qualifier", "value and qualifier go together",
    ),
    "unit of another quantity": (
        [GOOD | {"unit": "tonnes"}], "R2001", "unit", "cannot be measured in 'tonnes'",
    ),
    "date as a spreadsheet writes it": (
        [GOOD | {"start": "01/10/2019"}], "R2001", "start", "'01/10/2019' is not allowed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_row_why_and_how_to_mend_it(folder, mistake):
    rows, key, column, problem = MISTAKES[mistake]
    line = 2 + next(at for at, row in enumerate(rows) if row["report_id"] == key)
    told = taught(folder, *rows)
    found = [text for text in told if text.startswith(f"{FILE}, row {key} (line {line}), ")]
    [text] = [text for text in found if problem in text]
    assert column in text.split(": ")[0]
    assert "\n  why:     " in text
    assert "\n  to do:   " in text


@pytest.fixture(scope="module")
def world():
    """Return the observations of the project and one of its studies."""
    raw = read_raw()
    from analysis.data_management.pipeline import vocabulary

    words = vocabulary(raw.tables)
    study = parse_study(config.PARAMETERS / "ruili_muse.yaml", words)
    return study, build_observations(process_reports(raw["reports"])), words


def changed(study, **parts):
    outcome = study.outcomes[0]
    return replace(study, checked=(), outcomes=(replace(outcome, **parts),))


def test_an_event_outside_the_window_is_refused(world):
    study, observations, _ = world
    with pytest.raises(StudyError) as caught:
        study_doubts(changed(study, start="2021-08"), observations)
    text = str(caught.value)
    assert "ruili_muse.yaml, key outcomes.muse_total.interventions" in text
    assert "(EV026) begins on 2020-03-31, outside the window" in text
    assert "why: " in text


def test_two_interventions_in_one_month_are_told(world):
    study, observations, _ = world
    first = study.outcomes[0].interventions[0]
    twin = Intervention("twin", "Twin", "step", first.start, event_id="EV999")
    [doubt] = study_doubts(changed(study, interventions=(first, twin)), observations)
    assert doubt.rule == "same_month"
    assert "begin in the same month" in str(doubt.as_error())
    assert "outcomes.muse_total" in str(doubt.as_error())


def test_too_few_reports_are_told_and_none_is_refused(world):
    study, observations, _ = world
    [doubt] = study_doubts(
        changed(
            study,
            start="2022-04",
            end="2023-03",
            interventions=study.outcomes[0].interventions[2:3],
        ),
        observations[observations["report_id"].isin(["R0300", "R0301"])],
    ) or [None]
    assert doubt is not None
    assert doubt.rule == "too_few_reports"
    with pytest.raises(StudyError, match="leave none of muse/port/trade_value"):
        study_doubts(changed(study, interventions=()), observations.iloc[:0])


def test_the_form_must_be_filled_in(world):
    study, observations, _ = world
    doubts = study_doubts(replace(study, title="CHANGE ME: mine"), observations)
    assert [doubt.rule for doubt in doubts] == ["unfinished"]
    assert "key title" in doubts[0].where


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("event: EV055", "event: EV550", "the event 'EV550' is not known"),
        ("series: muse/port/import", "series: muse/port/imports", "is not known"),
        ("label: Muse imports", "labl: Muse imports", "did you mean 'label'"),
    ],
)
def test_a_name_that_is_none_is_refused(world, tmp_path, old, new, said):
    text = (config.PARAMETERS / "ruili_muse.yaml").read_text(encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        parse_study(path, world[2])
    assert said in str(caught.value)


def test_an_answer_settles_a_doubt_and_an_answer_to_nothing_is_refused(world):
    study, observations, _ = world
    assert study_doubts(study, observations) == []
    unasked = replace(study, checked=(*study.checked, Answer("muse_total", "same_month", "so")))
    with pytest.raises(DataError, match="nothing is in doubt about muse_total"):
        study_doubts(unasked, observations)
    assert open_doubts([], [], "a.yaml") == []


def test_the_committed_data_and_studies_are_without_doubt(world, tmp_path):
    names = config.study_names()
    studies = [parse_study(config.PARAMETERS / f"{name}.yaml", world[2]) for name in names]
    assert find_doubts(studies, undoubted=tmp_path / "state") == []
    assert (tmp_path / "state").is_file()
    assert len(pd.read_csv(config.DATA_RAW / "reports.csv")) > 400
