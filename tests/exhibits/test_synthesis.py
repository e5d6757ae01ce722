"""The synthesis says what the studies say: no number of its own, every question covered."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from analysis.config import COMMON
from analysis.data_management.claim_words import DRIFT, NOT_COMPARABLE, PASS
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.errors import StudyError
from analysis.exhibits import effects, monthly, robustness, synthesis_questions
from analysis.exhibits.figure import drawing
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.exhibits.synthesis import findings, findings_counts_table, findings_table
from analysis.exhibits.synthesis_figure import forest_data, forest_figure
from analysis.exhibits.synthesis_questions import RULES, questions, questions_table
from analysis.exhibits.synthesis_results import TABLES, open_synthesis
from analysis.exhibits.synthesis_sources import READ, Gathered, frame_of
from analysis.settings import synthesis as settings_module
from analysis.settings.synthesis import parse_synthesis

SETTINGS = COMMON / "synthesis.yaml"
SIX_DIGITS = 1e-5  # exhibits keep six digits


@pytest.fixture(scope="module")
def opened():
    return open_synthesis()


@pytest.fixture(scope="module")
def frame(opened):
    return findings(opened)


@pytest.fixture(scope="module")
def asked(opened):
    return questions(opened)


def test_every_effect_of_every_study_is_listed_once(opened, frame):
    names = frame["study"] + "/" + frame["outcome"] + "/" + frame["event"]
    assert not names.duplicated().any()
    published = frame[frame["kind"] == "published"]
    for name, item in opened.studies.items():
        own = effects.effects_table(item).frame
        assert (published["study"] == name).sum() == (own["shape"] != "trend").sum()


@pytest.mark.parametrize("kind", ["published", "monthly"])
def test_estimates_are_those_of_the_studies_own_tables(opened, frame, kind):
    make = effects.effects_table if kind == "published" else monthly.monthly_effects_table
    for name, item in opened.studies.items():
        own = make(item).frame.set_index(["outcome", "name"])
        mine = frame[(frame["study"] == name) & (frame["kind"] == kind)]
        assert len(mine) > 5
        for row in mine.itertuples():
            source = own.loc[(row.outcome, row.event)]
            assert row.verdict == source["verdict"]
            if row.verdict == "not identified":
                assert pd.isna(row.estimate)
                assert row.reason
            else:
                for key in ("estimate", "lower", "upper"):
                    found = getattr(row, key)
                    assert found == pytest.approx(float(source[key]), rel=SIX_DIGITS)


def test_robustness_is_that_of_the_robustness_tables(opened, frame):
    for name, found in opened.robustness.items():
        shares = robustness.specifications_table(found).frame.set_index(["outcome", "name"])
        counts = robustness.check_counts_table(found).frame
        counts = counts.set_index(["outcome_label", "effect_label"])
        mine = frame[frame["study"] == name]
        assert mine["share_agreeing"].notna().sum() > 3
        for row in mine.itertuples():
            if row.kind == "monthly":
                own = counts.loc[(row.outcome_label, row.label)]
                told = (own["yes"], own["no"], own["cannot say"])
                assert (row.holds, row.fails, row.cannot_say) == told
            elif not pd.isna(row.share_agreeing):
                own = shares.loc[(row.outcome, row.event)]
                assert row.share_agreeing == pytest.approx(own["share_agreeing"], rel=SIX_DIGITS)
                assert row.specifications == own["specifications"]
                assert row.agreeing / row.specifications == pytest.approx(
                    row.share_agreeing / 100, abs=0.5 / row.specifications
                )


def test_counts_add_up(frame, opened):
    counts = findings_counts_table(opened).frame
    assert counts["effects"].sum() == len(frame)
    parts = counts[["identified", "weak", "not_identified"]].sum(axis=1)
    assert (parts == counts["effects"]).all()
    assert (counts["firm"] <= counts["clear"]).all()
    assert (counts["clear"] <= counts["identified"]).all()


def test_the_forest_shows_identified_findings_and_no_other(opened, frame):
    data = forest_data(opened)
    known = frame[(frame["verdict"] == "identified") & (frame["unit"] == "per cent")]
    assert len(data) == len(known)
    assert (data["clear"] == ((data["lower"] > 0) | (data["upper"] < 0))).all()
    with drawing():
        canvas = forest_figure(opened).draw()
    drawn = [text.get_text() for text in canvas.axes[0].texts]
    assert sum(" %;  " in text for text in drawn) == len(data)
    assert f"{len(data)} of {len(frame)} effects" in forest_figure(opened).alt


def test_without_an_identified_finding_the_forest_says_so(opened, monkeypatch):
    bare = findings(opened).assign(verdict="not identified")
    monkeypatch.setattr("analysis.exhibits.synthesis_figure.findings", lambda _: bare)
    assert "none" in forest_figure(opened).alt


def test_a_finding_that_is_not_identified_shows_no_number(opened, frame):
    shown = findings_table(opened).shown()
    hidden = (frame["verdict"] == "not identified").to_numpy()
    assert hidden.any()
    assert (shown.loc[hidden, ["Estimate", "Lower", "Upper"]] == "–").all(axis=None)


def test_every_study_is_asked_and_every_question_has_a_verdict_and_an_answer(asked):
    assert set(asked["study"]) == {"zones", "health", "security"}
    assert (asked.groupby("study").size() >= 9).all()
    assert not asked["question"].duplicated().any()
    for column in ("question", "verdict", "answer"):
        assert (asked[column].str.len() > 3).all()


def test_every_question_names_exhibits_that_there_are_or_has_no_data(asked):
    known = {item.name for item in (*EXHIBITS, *COMMON_EXHIBITS)}
    for row in asked.itertuples():
        named = [name for name in row.exhibits.split(", ") if name]
        assert set(named) <= known
        assert named or row.verdict == "no data"


def test_every_event_of_the_zone_question_is_covered(asked):
    zones = " ".join(asked.loc[asked["study"] == "zones", "question"])
    words = ("closure", "railway", "RCEP", "trusteeship", "reopening", "value", "tonnage")
    assert all(word in zones for word in (*words, "persons", "vehicles", "six problems"))


def test_an_answer_about_effects_repeats_the_numbers_of_the_findings(asked, frame):
    closed = frame[(frame["outcome"] == "muse_imports") & (frame["event"] == "gates_shut")].iloc[0]
    [answer] = asked.loc[asked["question"].str.contains("every gate at Muse"), "answer"]
    assert f"{closed['estimate']:+.1f} per cent ({closed['lower']:+.1f} to" in answer


def test_the_note_counts_what_has_no_answer(asked, opened):
    without = asked["verdict"].isin(["no data", "not identified"]).sum()
    assert f"{len(asked)} questions, {without} of them" in questions_table(opened).note


def test_the_claims_are_tallied_by_verdict(asked):
    [answer] = asked.loc[asked["question"].str.contains("pages print"), "answer"]
    verdicts = READ["claims"]().frame["verdict"].value_counts()
    assert set(verdicts.index) == {PASS, DRIFT, NOT_COMPARABLE}
    assert all(f"{word}: {count}" in answer for word, count in verdicts.items())


def test_tables_of_answers_are_taken_over_whole(asked):
    for name, study in (("health_answers", "health"), ("security_answers", "security")):
        own = READ[name]().frame
        mine = asked[asked["study"] == study]
        assert set(own["question"]) <= set(mine["question"])
        pairs = mine.set_index("question")["answer"]
        assert (pairs[own["question"]].to_numpy() == own["answer"].to_numpy()).all()


def test_what_is_opened_for_the_questions_is_all_that_they_count(opened, asked, monkeypatch):
    counted, openers = set(), set()

    def counts(name):
        counted.add(name)
        return frame_of(name)

    monkeypatch.setattr(synthesis_questions, "frame_of", counts)
    assert questions(opened).equals(asked)
    for name, source in READ.items():
        told = Gathered(partial(openers.add, name), source.make)
        monkeypatch.setitem(READ, name, told)
    synthesis_questions.open_questions(opened)
    assert openers == counted


def test_every_rule_of_the_settings_can_be_told():
    assert set(RULES) | {"answers"} == set(settings_module.RULES)


def with_question(opened, **parts):
    item = opened.settings.questions[0].model_copy(update=parts)
    settings = opened.settings.model_copy(update={"questions": (item,)})
    return replace(opened, settings=settings)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"exhibits": ("effect",)}, "did you mean 'effects'"),
        ({"tally": settings_module.TallyBlock(exhibit="interiors", column="a")}, "'interior'"),
        ({"tally": settings_module.TallyBlock(exhibit="places", column="nam")}, "'name'"),
        ({"tally": None, "gaps": ("G99",)}, "there is no gap 'G99'"),
    ],
)
def test_a_question_about_nothing_is_refused(opened, parts, said):
    with pytest.raises(StudyError) as caught:
        questions(with_question(opened, **parts))
    assert said in str(caught.value)
    assert "synthesis.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("studies: [mohan_boten", "studies: [mohan_botan", "mohan_boten"),
        ("port_persons/border_controls", "port_person/border_controls", "port_persons"),
        ("series: [mohan/port/vehicles", "series: [mohan/port/vehicle", "mohan/port/vehicles"),
        ("    gaps: [G11]\n", "", "no rule"),
        ("    gaps: [G11]\n", "    gaps: [G11]\n    answers: a\n", "gaps, answers"),
        ("title:", "titel:", "titel"),
        ("study: health", "study: wealth", "health"),
    ],
)
def test_a_fault_in_the_settings_is_told(tmp_path, old, new, said):
    folder = tmp_path / "parameters" / "common"
    folder.mkdir(parents=True)
    for file in COMMON.parent.glob("*.yaml"):
        (folder.parent / file.name).write_bytes(file.read_bytes())
    text = SETTINGS.read_text(encoding="utf-8")
    assert old in text
    path = folder / SETTINGS.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        parse_synthesis(path, vocabulary_of(load_tables(TABLES)))
    assert said in str(caught.value)
    assert "synthesis.yaml" in str(caught.value)
