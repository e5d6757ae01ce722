"""The generated sections of README.md say what the project holds; the prose stays as it is."""

from __future__ import annotations

import re

import pytest

from analysis.config import DATA_RAW, ROOT, study_names
from analysis.errors import BuildError
from analysis.exhibits.effects import finding_sentences
from analysis.exhibits.registry import EXHIBITS
from analysis.exhibits.study_results import opened_once
from analysis.reporting.readme import README, SECTIONS, generated_readme

WITHOUT_TABLE = ("findings", "availability")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#L(\d+))?\)")


@pytest.fixture(scope="module")
def studies():
    return [opened_once(name) for name in study_names()]


def skeleton(*names: str, between: str = "old") -> str:
    marked = (f"<!-- begin {name} -->\n{between}\n<!-- end {name} -->" for name in names)
    return "# Prose above\n\n" + "\n\nProse between\n\n".join(marked) + "\n\nProse below\n"


def section(text: str, name: str) -> str:
    return text.split(f"<!-- begin {name} -->\n")[1].split(f"\n<!-- end {name} -->")[0]


def without_sections(text: str) -> str:
    return re.sub(r"(<!-- begin (\w+) -->).*?(<!-- end \2 -->)", r"\1\3", text, flags=re.DOTALL)


def test_the_readme_is_up_to_date(studies):
    text = README.read_text(encoding="utf-8")
    assert generated_readme(text, studies) == text


def test_what_stands_between_the_markers_is_replaced_and_all_else_stays(studies):
    text = skeleton(*SECTIONS, between=r"old \1 \g<0> | with $ signs")
    fresh = generated_readme(text, studies)
    assert "old" not in [section(fresh, name) for name in SECTIONS]
    assert r"\g<0>" not in fresh
    assert without_sections(fresh) == without_sections(text)
    assert generated_readme(fresh, studies) == fresh


def test_every_raw_table_is_named_with_its_card(studies):
    told = section(generated_readme(skeleton(*SECTIONS), studies), "data")
    tables = sorted(path.name for path in DATA_RAW.glob("*.csv"))
    assert sorted(re.findall(r"\[`(\w+\.csv)`\]", told)) == tables


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("side", ["begin", "end"])
def test_a_missing_marker_is_an_error_that_says_what_to_put_back(studies, name, side):
    text = skeleton(*SECTIONS).replace(f"<!-- {side} {name} -->", "")
    with pytest.raises(BuildError) as caught:
        generated_readme(text, studies)
    message = str(caught.value)
    assert message.startswith("README.md: ")
    assert f"'{name}'" in message
    assert f"<!-- begin {name} -->" in message
    assert f"<!-- end {name} -->" in message


def test_every_link_leads_to_a_file_and_every_line_number_to_the_function(studies):
    text = generated_readme(skeleton(*SECTIONS), studies)
    links = LINK.findall(text)
    assert len(links) > 2 * len(EXHIBITS)
    assert [path for path, _ in links if not (ROOT / path).is_file()] == []
    for exhibit in EXHIBITS:
        module, function = exhibit.program.rsplit(".", 1)
        source = f"{module.replace('.', '/')}.py"
        [line] = set(re.findall(rf"\[`{function}`\]\({re.escape(source)}#L(\d+)\)", text))
        shown = (ROOT / source).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert shown.startswith(f"def {function}(")


def test_every_study_exhibit_and_finding_is_listed(studies):
    text = generated_readme(skeleton(*SECTIONS), studies)
    for opened in studies:
        assert f"`{opened.study.name}`" in section(text, "studies")
        assert f"{len(opened.reports)} reports" in section(text, "studies")
        found = section(text, "findings")
        for sentence in finding_sentences(opened):
            assert f"- {sentence}" in found.splitlines()
    for exhibit in EXHIBITS:
        assert f"`{exhibit.name}`" in section(text, "exhibits")


def test_every_row_of_a_generated_table_has_as_many_cells_as_its_head(studies):
    text = generated_readme(skeleton(*SECTIONS), studies)
    for name in SECTIONS:
        rows = [line for line in section(text, name).splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in rows}) == (name not in WITHOUT_TABLE)
