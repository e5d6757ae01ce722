"""The first page: what the package is, its key figure, and the ways in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from analysis.site.inert import Html, raw, site_link, text
from analysis.site.inputs import SiteInputs
from analysis.site.pieces import badge, hidden_tree, page, paragraph, picture, section
from analysis.site.record_pages import overall
from analysis.site.study_pages import cards, key_figure

SECTIONS: Final = (
    "studies/index",
    "exhibits/index",
    "notebooks/index",
    "methods/index",
    "data/index",
    "replication",
    "claims",
    "glossary",
)
TITLE: Final = "Borderlands: what closed gates did to trade"
LEAD: Final = (
    "Border statistics reach the public as statements about intervals: “January–June”, “up 99 per "
    "cent on the year before”, “over 8 million”. This package estimates interrupted time series "
    "straight from such statements, without filling in a single month. Where the statements cannot "
    "carry an effect it says so, with the reason and without a number."
)
STEPS: Final = (
    ("Pick a number", "in a notebook, a table or a figure.", "notebooks/index.html"),
    ("Open its exhibit", "for program, settings, seeds and files.", "exhibits/index.html"),
    ("Read the raw rows", "as published, each with its source.", "data/index.html"),
)
HEADLINES: Final = 3
MOST: Final = 50
"""Share of the specifications, in per cent, in which a headline has to hold."""
SHOWN_FIRST: Final = "ruili_muse"
OPEN_VERDICTS: Final = ("not identified", "no data")


def landing_page(inputs: SiteInputs) -> str:
    """Return the first page."""
    common = [folder for folder in inputs.folders if folder not in inputs.studies]
    return page(
        TITLE,
        raw(_hero(inputs)),
        raw(_numbers(inputs)),
        section("Studies of a zone", cards(inputs, inputs.studies, "cards wide")),
        section("From any number to its source in two clicks", _steps()),
        section("What answers the questions", _questions(inputs)),
        section("Around the studies", cards(inputs, common)),
        hidden_tree(SECTIONS, {"replication": "Replication", "claims": "Claims"}),
    )


def _hero(inputs: SiteInputs) -> Html:
    folder = SHOWN_FIRST if SHOWN_FIRST in inputs.studies else next(iter(inputs.studies), "")
    figure = key_figure(inputs, folder)
    drawing = ""
    if figure:
        caption = site_link(figure.page, "Reports, expected flow, and flow without the events")
        drawing = (
            f'<figure class="hero-figure">{picture(figure)}'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    buttons = (
        site_link("studies/index.html", "Read the studies", "button")
        + " "
        + site_link("methods/interval_series.html", "See the method", "button quiet")
    )
    words = f'{paragraph(text(LEAD), "lead")}<p class="buttons">{buttons}</p>'
    told = f"{words}{_headlines(inputs)}{paragraph(overall(inputs))}"
    return Html(f'<div class="hero"><div>{told}</div>{drawing}</div>')


def _headlines(inputs: SiteInputs) -> Html:
    """Return the strongest findings from published figures: identified, and not by one choice."""
    told = sorted(
        (row for row in inputs.findings if _is_headline(row)),
        key=lambda row: float(row["share_agreeing"]),
        reverse=True,
    )
    pages = {(item.folder, item.name): item.page for item in inputs.exhibits}
    lines = []
    for row in told[:HEADLINES]:
        page_of_effects = pages.get((row["study"], "effects"), "studies/index.html")
        title = f"{row['outcome_label']}: {row['label']}"
        between = f"{_percent(row['lower'])} to {_percent(row['upper'])} %"
        words = f"{between}, from {row['start']}; {row['robustness']}"
        lines.append(
            f"<li><strong>{_percent(row['estimate'])} %</strong>"
            f"<span>{site_link(page_of_effects, title)}<br>{text(words)}</span></li>"
        )
    return Html(f'<ul class="headlines">{"".join(lines)}</ul>') if lines else Html("")


def _is_headline(row: Mapping[str, str]) -> bool:
    """Tell whether a finding is identified, away from zero, and holds in most specifications."""
    if row["kind"] != "published" or row["verdict"] != "identified" or not row["share_agreeing"]:
        return False
    away = float(row["lower"]) > 0 or float(row["upper"]) < 0
    return away and float(row["share_agreeing"]) > MOST


def _percent(value: str) -> str:
    return f"{float(value):+.0f}".replace("-", "−")


def _rows_of(inputs: SiteInputs, register: str) -> int:
    """Count the rows of a register and of what studies bring along."""
    return sum(
        len(item.rows)
        for name, item in inputs.tables.items()
        if item.columns == inputs.tables[register].columns and name.startswith(register)
    )


def _numbers(inputs: SiteInputs) -> Html:
    figures = (
        (_rows_of(inputs, "reports"), "published figures, each with its source", "data/reports"),
        (_rows_of(inputs, "events"), "dated events", "data/events"),
        (len(inputs.tables), "raw tables with a card", "data/index"),
        (len(inputs.exhibits), "exhibits", "exhibits/index"),
        (len(inputs.notebooks), "executed notebooks", "notebooks/index"),
    )
    items = "".join(
        f"<li><strong>{number}</strong> {site_link(f'{target}.html', what)}</li>"
        for number, what, target in figures
    )
    return Html(f'<ul class="numbers">{items}</ul>')


def _steps() -> Html:
    items = "".join(
        f"<li>{site_link(target, title)} <span>{text(words)}</span></li>"
        for title, words, target in STEPS
    )
    return Html(f'<ol class="steps">{items}</ol>')


def _questions(inputs: SiteInputs) -> Html:
    """Return how the questions of each study came out."""
    counts: dict[str, Counter[str]] = {}
    for row in inputs.questions:
        word = row["verdict"].split(":")[0]
        counts.setdefault(row["study_label"], Counter())[_kind(word)] += 1
    lines = [
        f"<li><strong>{text(label)}</strong> {_badges(found)}</li>"
        for label, found in counts.items()
    ]
    exhibit = next((item for item in inputs.exhibits if item.name == "questions"), None)
    target = exhibit.page if exhibit else "studies/synthesis.html"
    link = site_link(target, "every question with its verdict and answer")
    intro = f"{len(inputs.questions)} questions, answered or not: {link}."
    return Html(paragraph(intro) + f'<ul class="verdicts">{"".join(lines)}</ul>')


def _kind(word: str) -> str:
    return word if word in OPEN_VERDICTS else "weak" if word == "weak" else "answered"


def _badges(found: Counter[str]) -> str:
    order = ("answered", "weak", *OPEN_VERDICTS)
    return " ".join(badge(f"{word}: {found[word]}") for word in order if found[word])
