"""CITATION.cff: valid by the fields of CFF 1.2, and it names every source that asks for it."""

from __future__ import annotations

import tomllib

import pytest

from analysis.config import DATA_RAW, ROOT
from analysis.data_management.cards import read_card
from analysis.data_management.sources import SOURCES
from analysis.errors import BuildError
from analysis.provenance.citation import CITATION, read_citation

OWN = "this project"
BY_ROW = "single published facts"  # each row of these tables names its own source


@pytest.fixture
def changed(tmp_path):
    def write(before, after):
        text = CITATION.read_text(encoding="utf-8")
        assert before in text
        path = tmp_path / CITATION.name
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return path

    return write


def test_it_is_valid_and_speaks_of_this_version():
    citation = read_citation()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation.version == project["version"]
    assert project["name"].lower() in citation.title.lower()


def test_every_source_that_is_cited_as_a_whole_is_a_reference():
    references = {item.title: item for item in read_citation().references}
    for table in SOURCES:  # not the rows that a study of one's own brings along
        path = DATA_RAW / f"{table}.card.yaml"
        card = read_card(path)
        publishers = [item.name for item in card.publishers if item.name.lower() != OWN]
        if publishers and not card.terms.licence.startswith(BY_ROW):
            title = " ".join(card.citation.split()).rstrip(".")
            assert title in references, path.name
            assert [item.name for item in references[title].authors] == publishers, path.name
            assert card.terms.licence.split(";")[0] in str(references[title].notes), path.name


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("cff-version: 1.2.0", "cff-version: 1.1.0", "cff-version"),
        ("version: 0.1.0", "vresion: 0.1.0", "version"),
        ("date-released: 2026-11-23", "date-released: yesterday", "date-released"),
        ("license: MIT", "license: ours", "license"),
        ("  - panel data\n", "  - panel data\n  - panel data\n", "a value stands twice"),
        ("abstract: >-", "abstrakt: >-", "abstract"),
        ('title: "Borderlands', "title: Border: lands", "not YAML"),
        ("type: software", "type: software\ndoi: none", "doi"),
        ('- name: "The', '- given-names: Ada\n    name: "The', "either a name, or given"),
    ],
)
def test_a_field_that_breaks_the_format_is_named(changed, before, after, message):
    with pytest.raises(BuildError, match=message):
        read_citation(changed(before, after))


def test_an_unknown_field_is_told_with_the_nearest(changed):
    path = changed("message:", "mesage: x\nmessage:")
    with pytest.raises(BuildError, match="did you mean 'message'"):
        read_citation(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(BuildError, match="missing"):
        read_citation(tmp_path / "CITATION.cff")
