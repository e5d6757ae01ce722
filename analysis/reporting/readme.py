"""The generated sections of README.md: studies, findings, data, exhibits and their programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.config import DATA_RAW, FIGURES, NOTEBOOKS, PARAMETERS, ROOT, study_names
from analysis.data_management.cards import read_card
from analysis.data_management.parts import parts_of
from analysis.data_management.save import write_text_atomic
from analysis.data_management.sources import SOURCES
from analysis.errors import BuildError
from analysis.exhibits.effects import finding_sentences
from analysis.exhibits.exhibit import EXTENSIONS, CommonExhibit, Exhibit
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.exhibits.study_results import OpenStudy, opened_once
from analysis.program import line_of
from analysis.reporting.readme_package import availability, requirements

README: Final = ROOT / "README.md"
QUESTIONS: Final = FIGURES / "synthesis" / "questions.csv"


def refresh_readme(readme: Path = README) -> None:
    """Write the sections between the markers anew; leave the prose alone."""
    studies = [opened_once(name) for name in study_names()]
    write_text_atomic(readme, generated_readme(readme.read_text(encoding="utf-8"), studies))


def generated_readme(text: str, studies: Sequence[OpenStudy]) -> str:
    """Return README.md with every section between its markers written anew.

    Raises
    ------
    BuildError
        When a marker is missing.
    """
    for name, section in SECTIONS.items():
        text = _replaced(text, name, section(studies))
    return text


def _replaced(text: str, name: str, body: str) -> str:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise BuildError(
            f"the markers of section '{name}' are missing",
            file=README.name,
            remedy=f"put {begin} and {end} where the section belongs",
        )
    return pattern.sub(lambda _: f"{begin}\n{body}\n{end}", text)


def _studies(studies: Sequence[OpenStudy]) -> str:
    rows = [
        (
            f"[`{opened.study.name}`]({_relative(PARAMETERS / opened.study.name)}.yaml)",
            opened.study.question,
            f"{len(opened.reports)} reports in {opened.reports['series'].nunique()} series",
            ", ".join(outcome.label for outcome in opened.study.outcomes),
        )
        for opened in studies
    ]
    return _table(("Study", "Question", "Figures", "Outcomes"), rows)


def _findings(studies: Sequence[OpenStudy]) -> str:
    blocks = []
    for opened in studies:
        lines = [f"- {sentence}" for sentence in finding_sentences(opened)]
        rows = _from_raw_rows(opened.study.name)
        blocks.append("\n".join([f"**{opened.study.title}**", "", *lines, "", rows]))
    return "\n\n".join(blocks)


def _from_raw_rows(study: str) -> str:
    """Return the way from the findings of a study to the raw rows behind them."""
    effects = FIGURES / study / "effects"
    table, sidecar = (_relative(effects.with_suffix(end)) for end in (".md", ".provenance.json"))
    return f"These are rows of [effects]({table}); its [provenance]({sidecar}) names the raw rows."


def _questions(studies: Sequence[OpenStudy]) -> str:
    """Return every question with links to what answers it, as the build saved them."""
    if not QUESTIONS.is_file():
        raise BuildError(
            "the coverage of the questions is not built",
            file=_relative(QUESTIONS),
            remedy="run `python -m analysis reproduce`",
        )
    table = pd.read_csv(QUESTIONS, dtype="str", keep_default_na=False)
    folders = {item.name: [opened.study.name for opened in studies] for item in EXHIBITS}
    folders |= {item.name: [item.folder] for item in COMMON_EXHIBITS}
    kinds: dict[str, str] = {item.name: item.kind for item in EXHIBITS}
    kinds |= {item.name: item.kind for item in COMMON_EXHIBITS}
    rows = []
    for row in table.to_dict("records"):
        links = [
            _exhibit_link(name, folder, kinds[name])
            for name in str(row["exhibits"]).split(", ")
            if name
            for folder in folders[name]
        ]
        cells = (row["study_label"], row["question"], ", ".join(links), row["verdict"])
        answer = str(row["answer"]).replace("|", "/")
        rows.append((*map(str, cells), answer))
    return _table(("Study", "Question", "Exhibits", "Verdict", "Answer, or why not"), rows)


def _exhibit_link(name: str, folder: str, kind: str) -> str:
    ending = "svg" if kind == "figure" else "md"
    return f"[{name}]({_relative(FIGURES / folder)}/{name}.{ending})"


def _data(_: Sequence[OpenStudy]) -> str:
    rows = []
    for part in (part for table in SOURCES for part in parts_of(table)):
        card = read_card(DATA_RAW / part.card)
        publishers = [publisher.name for publisher in card.publishers]
        named = ", ".join(publishers[:4]) + (" and others" if len(publishers) > 4 else "")
        may = "yes" if card.terms.redistribution else "only the figures cited"
        link = f"[`{part.file}`](data_raw/{part.card})"
        rows.append((link, card.title, named, card.terms.licence, may))
    return _table(("File and card", "What", "Publishers", "Terms", "Redistributed"), rows)


def _exhibits(studies: Sequence[OpenStudy]) -> str:
    folders = [opened.study.name for opened in studies]
    rows = [_exhibit_row(exhibit, folders) for exhibit in EXHIBITS]
    rows += [_exhibit_row(exhibit, [exhibit.folder]) for exhibit in COMMON_EXHIBITS]
    return _table(("Exhibit", "Program", "Line", "Shown in", "Output and provenance"), rows)


def _exhibit_row(exhibit: Exhibit | CommonExhibit, folders: Sequence[str]) -> tuple[str, ...]:
    module, function = exhibit.program.rsplit(".", 1)
    source = f"{module.replace('.', '/')}.py"
    line = line_of(ROOT / source, function)
    ending = "svg" if exhibit.kind == "figure" else "md"
    links = ", ".join(_output_links(exhibit.name, folder, ending) for folder in folders)
    return (
        f"{exhibit.kind} `{exhibit.name}`",
        f"[`{function}`]({source}#L{line})",
        str(line),
        f"[{exhibit.notebook}]({_relative(NOTEBOOKS)}/{exhibit.notebook}.ipynb)",
        f"{links} ({', '.join(EXTENSIONS[exhibit.kind])})",
    )


def _output_links(name: str, folder: str, ending: str) -> str:
    stem = f"{_relative(FIGURES / folder)}/{name}"
    return f"[{folder}]({stem}.{ending}) [(whence)]({stem}.provenance.json)"


def _relative(path: object) -> str:
    return str(path).replace(f"{ROOT}/", "")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


SECTIONS: Final[Mapping[str, Callable[[Sequence[OpenStudy]], str]]] = {
    "studies": _studies,
    "findings": _findings,
    "questions": _questions,
    "availability": lambda _: availability(),
    "data": _data,
    "requirements": lambda _: requirements(),
    "exhibits": _exhibits,
}
