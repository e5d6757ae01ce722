"""Every committed sidecar keeps its contract and says what is true of the files."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest

from analysis.config import DATA_RAW, FIGURES, LOCK, ROOT
from analysis.data_management.cards import read_card
from analysis.data_management.parts import parts_of
from analysis.errors import BuildError
from analysis.exhibits.study_results import opened_once
from analysis.program import line_of
from analysis.provenance.places import placed_exhibits
from analysis.provenance.sidecar import Sidecar, json_schema, read_sidecar, sidecar_text

PLACED = placed_exhibits()
LARGEST_BYTES = 64_000  # the exhibits with most programs behind them have about half of it


def digest(path) -> str:
    return sha256((ROOT / path).read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def sidecars() -> dict[str, Sidecar]:
    return {one.name: read_sidecar(one.sidecar) for one in PLACED}


def content(name: str) -> dict:
    return json.loads((FIGURES / f"{name}.provenance.json").read_text(encoding="utf-8"))


def test_every_exhibit_has_a_sidecar_and_no_sidecar_lacks_its_exhibit():
    assert set(FIGURES.glob("*/*.provenance.json")) == {one.sidecar for one in PLACED}


def test_every_sidecar_keeps_the_json_schema_and_is_written_in_one_form(sidecars):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for one in PLACED:
        validator.validate(content(one.name))
        assert sidecar_text(sidecars[one.name]) == one.sidecar.read_text(encoding="utf-8")


def test_every_sidecar_names_its_exhibit_and_every_file_of_it(sidecars):
    for one in PLACED:
        sidecar = sidecars[one.name]
        assert sidecar.exhibit == one.name
        assert (sidecar.kind, sidecar.notebook) == (one.exhibit.kind, one.exhibit.notebook)
        assert set(sidecar.files) == {path.name for path in one.files}


def test_every_hash_is_that_of_the_file(sidecars):
    said: dict[str, set[str]] = {}
    for name, sidecar in sidecars.items():
        folder = name.split("/")[0]
        own = {f"figures/{folder}/{file}": value for file, value in sidecar.files.items()}
        raw = {item.file: item.sha256 for item in sidecar.inputs}
        parts = (own, raw, sidecar.processed, sidecar.parameters.files, sidecar.program.sources)
        for path, value in (pair for part in parts for pair in part.items()):
            said.setdefault(path, set()).add(value)
        assert sidecar.environment.lock == digest(LOCK)
    assert {path: values for path, values in said.items() if values != {digest(path)}} == {}


def test_every_line_is_that_of_the_function(sidecars):
    for name, sidecar in sidecars.items():
        program = sidecar.program
        function = program.maker.rsplit(".", 1)[1]
        line = (ROOT / program.file).read_text(encoding="utf-8").splitlines()[program.line - 1]
        assert line.startswith(f"def {function}("), name
        assert program.file in program.sources
        assert "analysis/exhibits/write.py" in program.sources


def test_a_line_is_found_by_the_whole_name_of_the_function(tmp_path):
    path = tmp_path / "made.py"
    path.write_text("import x\n\ndef table_of(y): ...\n\ndef table(y): ...\n", encoding="utf-8")
    assert line_of(path, "table") == 5


def test_every_input_says_what_its_card_says(sidecars):
    for sidecar in sidecars.values():
        for item in sidecar.inputs:
            card = read_card(ROOT / item.card)
            assert item.file in {f"data_raw/{part.file}" for part in parts_of(item.table)}
            assert item.publisher.split("; ") == [one.name for one in card.publishers]
            assert item.terms == " ".join(card.terms.licence.split())


def test_exhibits_of_a_study_name_the_rows_that_they_take(sidecars):
    inputs = sidecars["mohan_boten/reports"].inputs
    rows = {Path(item.file).stem: item.rows for item in inputs}
    assert rows["reports"] == sorted(opened_once("mohan_boten").reports["report_id"])
    assert {"EV023", "EV042", "EV054"} <= set(rows["events"])
    assert rows["macro_monthly"].taken == 0
    known = (DATA_RAW / "reports.csv").read_text(encoding="utf-8")
    assert all(f"\n{key}," in known for key in rows["reports"])


def test_a_model_rests_on_the_reports_that_it_is_fitted_to(sidecars):
    opened = opened_once("mohan_boten")
    used = {key for kept in opened.used.values() for key in kept["report_id"]}
    rows = {Path(i.file).stem: i.rows for i in sidecars["mohan_boten/effects"].inputs}
    assert used <= set(rows["reports"]) < set(opened.reports["report_id"])


def test_every_exhibit_says_which_rows_it_takes(sidecars):
    unknown = [name for name, one in sidecars.items() if None in [i.rows for i in one.inputs]]
    assert unknown == []


def test_common_exhibits_name_many_rows_by_a_rule(sidecars):
    (policy,) = [
        item.rows
        for item in sidecars["zones_frame/evidence_matrix"].inputs
        if item.table == "policy_monthly"
    ]
    assert 0 < policy.taken < policy.rows == 6660
    assert policy.plain == [{"unit": ["CHN", "LAO", "MMR"]}]
    homicide = {i.table: i.rows for i in sidecars["border_security/security_homicide"].inputs}
    assert homicide["conflict_monthly"].taken == 0
    assert homicide["country_annual"].plain[0]["indicator"] == ["homicide"]


def test_no_sidecar_grows_large():
    assert max(one.sidecar.stat().st_size for one in PLACED) < LARGEST_BYTES


def test_seeds_of_settings_programs_and_simulations_are_named(sidecars):
    assert sidecars["mohan_boten/checks"].parameters.seeds == {
        "bootstrap": 20211203,
        "robustness": 20230108,
    }
    assert sidecars["border_security/security_trade"].parameters.seeds == {
        "conflict.breaks": 20231027
    }
    assert sidecars["interval_method/retelling"].parameters.seeds["method.SEED"] == 20200401
    assert "method.SEED" not in sidecars["interval_method/monte_carlo"].parameters.seeds
    assert sidecars["inference_methods/dyads_size"].parameters.seeds["simulation.dyads_size"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": {}}, ["unknown key 'sources'", "processed", "allowed"]),
        ({"inputs": [{"table": "reports", "colour": 1}]}, ["inputs.0"]),
        ({"files": {"effects.csv": "abc"}}, ["files.effects.csv"]),
        ({"schema": "2"}, ["key schema"]),
        ({"kind": "map"}, ["key kind"]),
    ],
)
def test_a_key_that_is_unknown_or_of_a_wrong_form_is_refused(tmp_path, change, words):
    wrong = content("mohan_boten/effects") | change
    path = tmp_path / "effects.provenance.json"
    path.write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(BuildError) as caught:
        read_sidecar(path)
    assert all(word in str(caught.value) for word in ["effects.provenance.json", *words])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema())


@pytest.mark.parametrize("text", [None, "{"])
def test_a_sidecar_that_is_missing_or_broken_is_one_message(tmp_path, text):
    path = tmp_path / "effects.provenance.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match="make reproduce"):
        read_sidecar(path)
