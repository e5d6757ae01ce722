"""An exhibit rests on the raw rows that its sidecar names, and on no other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import pandas as pd
import pytest

from analysis.config import ROOT
from analysis.data_management.lending import lending_under
from analysis.data_management.sources import SOURCES
from analysis.errors import BuildError
from analysis.provenance import row_lineage
from analysis.provenance.places import PlacedExhibit, placed_exhibits
from analysis.provenance.reads import reading_of
from analysis.provenance.row_lineage import raw_rows
from analysis.provenance.row_names import rows_meant
from analysis.provenance.selection import (
    Answer,
    Rows,
    Selecting,
    rows_taken,
    selecting_of,
    watch,
)
from analysis.provenance.sidecar import Selection, read_sidecar
from analysis.provenance.taking import watching
from analysis.workers import in_own_process, named

SAMPLE = (
    "zones_frame/evidence_matrix",
    "border_security/security_homicide",
    "mohan_boten/effects",
)


def placed(name: str) -> PlacedExhibit:
    return next(one for one in placed_exhibits() if one.name == name)


class Changed:
    """Lends tables in which every number is another, but for the rows that are taken."""

    def __init__(self, taken: Mapping[str, tuple[int, ...]]) -> None:
        self.taken = taken
        self.changed = 0

    def table(self, name: str, df: pd.DataFrame) -> pd.DataFrame:
        other = ~df.index.isin(self.taken.get(name, ()))
        numbers = df.select_dtypes("float").columns
        self.changed += int(other.sum()) * len(numbers)
        return df.assign(**{key: df[key].where(~other, 1.7 * df[key] + 3) for key in numbers})

    def by_key(self, _: pd.DataFrame, items: Mapping[str, object]) -> Mapping[str, object]:
        return items

    def results(self, df: pd.DataFrame, _: object) -> pd.DataFrame:
        return df


def shown(one: PlacedExhibit, opened: object) -> pd.DataFrame:
    made = named(one.exhibit.program)(opened)
    return pd.DataFrame(made.data if one.exhibit.kind == "figure" else made.frame).copy()


def rows_of(one: PlacedExhibit) -> dict[str, tuple[int, ...]]:
    with watching() as notes, notes.noted() as own:
        frame = named(one.exhibit.program)(named(one.opener)(*one.arguments))
        shown_frame = frame.data if one.exhibit.kind == "figure" else frame.frame
        shown_frame.to_csv()
    return own.rows


def shown_with_other_numbers(name: str, taken: dict[str, tuple[int, ...]]) -> tuple[str, int]:
    one, lender = placed(name), Changed(taken)
    with lending_under(lender):
        return shown(one, named(one.opener)(*one.arguments)).to_csv(), lender.changed


def taken_and_shown(name: str) -> dict[str, tuple[int, ...]]:
    return rows_of(placed(name))


@pytest.mark.parametrize("name", SAMPLE)
def test_no_number_of_another_row_moves_an_exhibit(name):
    """Each in a process of its own, since what is opened is kept for the life of a process."""
    taken = in_own_process(f"{__name__}.taken_and_shown", name)
    moved, changed = in_own_process(f"{__name__}.shown_with_other_numbers", name, taken)
    one = placed(name)
    assert changed
    assert moved == shown(one, named(one.opener)(*one.arguments)).to_csv()


@pytest.fixture(scope="module")
def found() -> Answer:
    return in_own_process(
        "analysis.provenance.selection.watch", selecting_of(placed("zones_frame/places"))
    )


@pytest.fixture(scope="module")
def answer(found) -> Rows:
    return found.rows


def test_the_files_are_those_of_the_opener_asked_alone(found, tmp_path):
    alone = reading_of(placed("zones_frame/places"))
    assert not alone.maker
    read = in_own_process("analysis.provenance.reads.files_read", alone, tmp_path)
    assert found.files == read != ()


def test_an_answer_that_was_kept_is_the_same(tmp_path):
    selecting = selecting_of(placed("inference_methods/dyads_size"))
    fresh = in_own_process("analysis.provenance.selection.rows_taken", selecting, tmp_path)
    assert rows_taken(selecting, tmp_path) == fresh
    assert len(list(tmp_path.iterdir())) == 1


def test_a_sidecar_names_the_rows_that_are_found(answer):
    for one in placed_exhibits():
        if one.folder == "zones_frame":
            taken = answer[one.exhibit.program]
            for item in read_sidecar(one.sidecar).inputs:
                meant = rows_meant(ROOT / item.file, SOURCES[item.table].key, item.rows)
                stem = item.file.removeprefix("data_raw/").removesuffix(".csv")
                assert list(meant.nonzero()[0]) == taken.get(stem, []), f"{one.name}: {stem}"


def test_exhibits_of_one_notebook_rest_on_rows_of_their_own(answer):
    module = "analysis.exhibits.zones_frame"
    assert set(answer[f"{module}.glossary_table"]) == {"glossary"}
    assert set(answer[f"{module}.frame_table"]) == {"events", "event_coding"}
    gap = answer["analysis.exhibits.zones_evidence.evidence_table"]
    assert 0 < len(gap["policy_monthly"]) < 200


def test_exhibits_of_one_opener_ask_one_question():
    asked = {
        selecting_of(placed(f"mohan_boten/{name}")) for name in ("coverage", "effects", "policy")
    }
    assert len(asked) == 1
    assert len(asked.pop().makers) > 20


def test_a_processed_row_that_leads_nowhere_is_an_error(monkeypatch):
    monkeypatch.setitem(
        row_lineage.KEYS,
        "places",
        lambda taken: iter([("places", taken[["name"]].set_axis(["place"], axis=1))]),
    )
    raw_rows.cache_clear()
    with pytest.raises(
        BuildError, match="row 2 of the processed table 'places' leads to no raw row"
    ):
        raw_rows("places", (0,))
    raw_rows.cache_clear()


@pytest.mark.parametrize(
    ("table", "row", "files"),
    [
        ("policy", 0, {"policy_monthly"}),
        ("claims", 0, {"claims", "reports"}),
        ("series", 0, {"series", "reports"}),
        ("contradictions", 0, {"reports"}),
        ("country_pairs", 0, {"countries"}),
        ("agreement_summary", 0, {"reports", "reports_qingshuihe_chinshwehaw", "second_coding"}),
    ],
)
def test_the_raw_rows_behind_a_processed_row_are_found(table, row, files):
    assert set(raw_rows(table, (row,))) >= files
    assert all(raw_rows(table, (row,))[name] for name in files)


class Opened:
    @cached_property
    def fit(self) -> float:
        return 1.0


def test_results_that_say_nothing_of_their_rows_leave_them_unknown(monkeypatch):
    file = ROOT / "data_processed" / "robustness" / "mohan_boten" / "checks.csv"
    monkeypatch.setattr(f"{__name__}.open_silently", lambda: file.read_bytes())
    question = Selecting(f"{__name__}.open_silently", (), (f"{__name__}.make_nothing",), "key")
    assert watch(question).rows == {f"{__name__}.make_nothing": None}


def open_silently() -> bytes:
    return b""


def make_nothing(_: object) -> Opened:
    return Opened()


def test_selections_say_how_many_rows_they_take():
    for one in placed_exhibits():
        for item in read_sidecar(one.sidecar).inputs:
            if isinstance(item.rows, Selection):
                meant = rows_meant(ROOT / item.file, SOURCES[item.table].key, item.rows)
                assert (meant.sum(), len(meant)) == (item.rows.taken, item.rows.rows)
