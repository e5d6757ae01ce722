"""The RO-Crate metadata: valid, complete, and about files that are in the archive."""

from __future__ import annotations

import json
import zipfile
from urllib.parse import unquote

import pytest
from made_package import EXHIBIT, PROGRAM
from rocrate import vocabs
from rocrate.rocrate import ROCrate

from analysis.provenance.crate import METADATA

PERSON = """authors:
  - given-names: Ada
    family-names: Lovelace
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliation: A University
"""


@pytest.fixture
def archive(packed):
    with zipfile.ZipFile(packed.path) as opened:
        yield {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture
def graph(archive):
    content = json.loads(archive[METADATA])
    assert content["@context"] == "https://w3id.org/ro/crate/1.2/context"
    entities = {entity["@id"]: entity for entity in content["@graph"]}
    assert len(entities) == len(content["@graph"])
    return entities


def references(value):
    if isinstance(value, dict):
        yield value["@id"]
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def kinds(entity):
    return {entity["@type"]} if isinstance(entity["@type"], str) else {*entity["@type"]}


def test_the_library_reads_the_archive_as_a_crate(packed):
    crate = ROCrate(str(packed.path))
    assert crate.name.startswith("Borderlands")
    assert len(crate.get_by_type("CreateAction")) == 1
    assert len(crate.data_entities) == packed.files - 2


def test_every_term_is_one_of_the_vocabulary(graph):
    known = vocabs.RO_CRATE["@context"]
    for entity in graph.values():
        terms = {key for key in entity if not key.startswith("@")} | kinds(entity)
        assert terms <= set(known), entity["@id"]


def test_every_reference_is_described_in_the_crate(graph):
    named = {
        reference
        for entity in graph.values()
        for key, value in entity.items()
        if key not in ("@type", "conformsTo")
        for reference in ([value] if key == "@id" else references(_without_text(value)))
    }
    assert named == set(graph)


def _without_text(value):
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def test_every_file_is_in_the_archive_with_its_length_and_hash(graph, archive):
    import hashlib

    files = {unquote(name): item for name, item in graph.items() if "File" in kinds(item)}
    assert set(files) == set(archive) - {METADATA, "manifest-sha256.txt"}
    for path, entity in files.items():
        assert entity["contentSize"] == str(len(archive[path]))
        assert entity["sha256"] == hashlib.sha256(archive[path]).hexdigest()
    parts = {unquote(part) for part in references(graph["./"]["hasPart"])}
    assert parts == set(files)


def test_the_root_says_who_when_what_and_under_which_terms(graph):
    root = graph["./"]
    assert root["datePublished"] == "2026-11-23"
    assert root["version"] == "0.1.0"
    assert {graph[name]["name"] for name in references(root["author"])} == {
        "The borderlands authors"
    }
    assert {graph[name]["identifier"] for name in references(root["license"])} == {
        "MIT",
        "CC-BY-4.0",
    }
    python, lock = references(root["softwareRequirements"])
    assert graph[python]["version"] == ">=3.11"
    assert lock == "requirements.lock"
    assert graph[METADATA]["about"] == {"@id": "./"}


def test_a_raw_table_tells_its_publishers_terms_and_card(graph):
    table = graph["data_raw/reports.csv"]
    publishers = [graph[name] for name in references(table["publisher"])]
    assert [item["name"] for item in publishers] == ["Office of the Zone", "this project"]
    assert publishers[0]["@id"] == "https://example.org"
    assert graph[table["license"]["@id"]]["name"] == "figures are quoted; no passing on"
    assert "does not let the data set be passed on" in table["conditionsOfAccess"]
    assert table["subjectOf"] == {"@id": "data_raw/reports.card.yaml"}
    assert table["creditText"] == "Office of the Zone (2020), Reports."


def test_an_exhibit_is_made_by_its_program_from_its_inputs(graph):
    action = graph[f"#make/{EXHIBIT}"]
    assert references(graph["./"]["mentions"]).__next__() == action["@id"]
    assert action["instrument"] == {"@id": PROGRAM}
    assert kinds(graph[PROGRAM]) == {"File", "SoftwareSourceCode"}
    assert set(references(action["result"])) == {
        "figures/zone/effects.alt.txt",
        "figures/zone/effects.csv",
        "figures/zone/effects.svg",
    }
    assert set(references(action["object"])) == {
        "data_processed/observations.csv",
        "data_raw/reports.csv",
        "notebooks/parameters/zone.yaml",
        "requirements.lock",
        f"#seed/{EXHIBIT}/bootstrap",
    }
    assert graph[f"#seed/{EXHIBIT}/bootstrap"]["value"] == 7
    assert graph["figures/zone/effects.svg"]["description"] == "The effect is one."


def test_persons_are_known_by_their_orcid(package, tmp_path):
    from analysis.review.bundle import write_bundle

    path = package / "CITATION.cff"
    text = path.read_text(encoding="utf-8")
    own = 'authors:\n  - name: "The borderlands authors"\n'
    assert own in text
    path.write_text(text.replace(own, PERSON), encoding="utf-8")
    made = write_bundle(package, tmp_path / "person", worktree=True, exhibits=[EXHIBIT])
    with zipfile.ZipFile(made.path) as opened:
        entities = {item["@id"]: item for item in json.loads(opened.read(METADATA))["@graph"]}
    author = entities["https://orcid.org/0000-0002-1825-0097"]
    assert (author["@type"], author["name"]) == ("Person", "Ada Lovelace")
