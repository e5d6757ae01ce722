"""One page for each study and for each notebook that is run once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from analysis.site.anchors import anchors_in
from analysis.site.exhibit_pages import table_with_note
from analysis.site.inert import Html, raw, site_link, text
from analysis.site.inputs import SavedExhibit, SiteInputs
from analysis.site.pieces import (
    badge,
    exhibit_list,
    folder_title,
    hidden_tree,
    notebook_label,
    page,
    paragraph,
    picture,
    section,
    unfold,
)
from analysis.site.programs import coloured
from analysis.site.tables import Anchors, table

KEY_FIGURES: Final[Mapping[str, str]] = {
    "interval_method": "coverage_by_history",
    "zone_comparison": "effects_by_zone",
    "country_panels": "policy_synchrony_null",
    "inference_methods": "rejection_rates_series",
    "border_security": "security_conflict",
    "lancang_mekong_health": "health_timeline",
    "zones_frame": "zones_map",
    "synthesis": "findings_forest",
    "published_claims": "claims_against_figures",
    "placebo_universe": "universe_distributions",
    "cost_of_scale": "cost_growth",
}
STUDY_FIGURE: Final = "zone_trade"
STUDY_RESULT: Final = "effects"


def key_figure(inputs: SiteInputs, folder: str) -> SavedExhibit | None:
    """Return the figure that stands for a folder."""
    name = STUDY_FIGURE if folder in inputs.studies else KEY_FIGURES.get(folder)
    return next((item for item in inputs.in_folder(folder) if item.name == name), None)


def studies_index(inputs: SiteInputs) -> str:
    """Return the page with a card for each study and each notebook that is run once."""
    common = len(inputs.folders) - len(inputs.studies)
    intro = (
        f"{len(inputs.studies)} zones are estimated by one study file each; {common} notebooks set "
        "them in context."
    )
    return page(
        "Studies",
        raw(paragraph(text(intro), "lead") + cards(inputs, inputs.folders)),
        hidden_tree(f"studies/{folder}" for folder in inputs.folders),
    )


def cards(inputs: SiteInputs, folders: Iterable[str], css: str = "cards") -> Html:
    """Return cards with key figure, title and question."""
    return Html(f'<div class="{css}">{"".join(_card(inputs, folder) for folder in folders)}</div>')


def _card(inputs: SiteInputs, folder: str) -> str:
    figure = key_figure(inputs, folder)
    drawing = f'<div class="thumb">{_decoration(figure)}</div>' if figure else ""
    link = site_link(f"studies/{folder}.html", folder_title(inputs, folder))
    number = len(inputs.in_folder(folder))
    facts = f'<p class="count">{number} exhibits</p>{verdict_counts(inputs, folder)}'
    return (
        f'<article class="card-study">{drawing}<h3>{link}</h3>'
        f"<p>{text(purpose(inputs, folder))}</p>{facts}</article>"
    )


def _decoration(figure: SavedExhibit) -> Html:
    """Return a small picture beside its own title, which says all that it says."""
    return Html(f'<img loading="lazy" src="site:{text(figure.file)}.svg" alt="">')


def purpose(inputs: SiteInputs, folder: str) -> str:
    """Return the question of a study, or what its notebook says first."""
    if folder in inputs.studies:
        return " ".join(str(inputs.studies[folder].get("question", "")).split())
    for (place, _), content in inputs.notebooks.items():
        if place == folder:
            return _first_paragraph("".join(content["cells"][0]["source"]))
    return ""


def _first_paragraph(markdown: str) -> str:
    parts = [part for part in markdown.split("\n\n") if part and not part.startswith("#")]
    first = " ".join(parts[0].replace("`", "").split()) if parts else ""
    sentences = first.split(". ")
    return ". ".join(sentences[:2]).rstrip(".") + "." if first else ""


def verdict_counts(inputs: SiteInputs, folder: str) -> Html:
    """Return how many findings of a study are identified, weak and not identified."""
    result = next((i for i in inputs.in_folder(folder) if i.name == STUDY_RESULT), None)
    if result is None or folder not in inputs.studies:
        return Html("")
    words = ("not identified", "identified", "weak")
    found = {word: result.body.count(f"<td>{word}</td>") for word in words}
    order = ("identified", "weak", "not identified")
    badges = " ".join(badge(f"{word}: {found[word]}") for word in order if found[word])
    return paragraph(f'<a class="badges" href="site:{text(result.page)}">{badges}</a>', "badges")


def study_page(inputs: SiteInputs, folder: str, anchors: Anchors) -> str:
    """Return the page of one study or of one notebook that is run once."""
    figure = key_figure(inputs, folder)
    return page(
        folder_title(inputs, folder),
        raw(paragraph(text(purpose(inputs, folder)), "lead") + verdict_counts(inputs, folder)),
        raw(_linked_figure(figure)) if figure else "",
        _findings(inputs, folder, anchors),
        _design(inputs, folder),
        _questions(inputs, folder),
        section("Exhibits", *_by_notebook(inputs, folder)),
    )


def _linked_figure(figure: SavedExhibit) -> Html:
    link = site_link(figure.page, figure.title)
    return Html(
        f'<figure class="exhibit">{picture(figure)}<figcaption>{link}</figcaption></figure>'
    )


def _findings(inputs: SiteInputs, folder: str, anchors: Anchors) -> str:
    result = next((i for i in inputs.in_folder(folder) if i.name == STUDY_RESULT), None)
    if result is None or folder not in inputs.studies:
        return ""
    more = paragraph(f"Where it comes from: {site_link(result.page, result.title)}.")
    return section("What comes out", table_with_note(result.body, anchors), more)


def _design(inputs: SiteInputs, folder: str) -> str:
    """Return outcomes, events and the study file."""
    if folder not in inputs.studies:
        return ""
    study = inputs.studies[folder]
    file = f"notebooks/parameters/{folder}.yaml"
    listing = coloured((inputs.root / file).read_text(encoding="utf-8"), "yaml")
    link = f'<a class="download" download href="site:files/{file}">{text(file)}</a>'
    return section(
        "What is estimated",
        _outcomes(inputs, study),
        _events(inputs, study),
        paragraph(f"Everything that was chosen stands in one file: {link}"),
        unfold("The study file", listing),
    )


def _outcomes(inputs: SiteInputs, study: Mapping[str, Any]) -> Html:
    series = anchors_in(inputs.tables, "series")
    labels = {str(item["name"]): str(item["label"]) for item in study["interventions"]}
    rows = []
    for outcome in study["outcomes"]:
        key = str(outcome["series"])
        events = [labels.get(str(name), str(name)) for name in outcome.get("interventions", labels)]
        shown = site_link(series[key], key) if key in series else text(key)
        rows.append((text(outcome["label"]), shown, text(", ".join(events))))
    return table(("Outcome", "Series", "Events in its model"), rows, "Outcomes")


def _events(inputs: SiteInputs, study: Mapping[str, Any]) -> Html:
    places = anchors_in(inputs.tables, "events")
    days = {
        row[0]: row[item.columns.index("start")]
        for name, item in inputs.tables.items()
        if name.split("_")[0] == "events"
        for row in item.rows
    }
    rows = []
    for item in study["interventions"]:
        key = str(item.get("event", ""))
        link = site_link(places[key], key) if key in places else text(key)
        rows.append((text(item["label"]), text(days.get(key, "")), text(item["shape"]), link))
    return table(("Event", "From", "Shape of its effect", "Raw row"), rows, "Events")


def _questions(inputs: SiteInputs, folder: str) -> str:
    """Return the questions that the exhibits of a folder answer."""
    names = {item.name for item in inputs.in_folder(folder)}
    asked = [row for row in inputs.questions if names & set(_named(row))]
    if not asked:
        return ""
    return section("Questions that it answers", question_table(inputs, asked, folder))


def _named(row: Mapping[str, str]) -> list[str]:
    return [name for name in row["exhibits"].split(", ") if name]


def question_table(
    inputs: SiteInputs, questions: Sequence[Mapping[str, str]], folder: str = ""
) -> Html:
    """Return questions with verdict, answer and the exhibits that answer them."""
    rows = []
    for row in questions:
        exhibits = [
            item
            for item in inputs.exhibits
            if item.name in _named(row) and folder in {"", item.folder}
        ]
        links = [_short_link(inputs, item, not folder) for item in exhibits]
        cells = (text(row["question"]), badge(row["verdict"]), text(row["answer"]))
        rows.append((*cells, Html("<br>".join(links))))
    heads = ("Question", "Verdict", "Answer, or why not", "Exhibits")
    return table(heads, rows, "Questions", css="questions")


def _short_link(inputs: SiteInputs, item: SavedExhibit, with_study: bool) -> Html:
    several = with_study and item.folder in inputs.studies
    label = f"{item.name}, {item.folder}" if several else item.name
    return site_link(item.page, label.replace("_", " "))


def _by_notebook(inputs: SiteInputs, folder: str) -> list[Html]:
    parts = []
    for stem, items in groupby(inputs.in_folder(folder), key=lambda item: item.entry.notebook):
        link = site_link(f"notebooks/{folder}/{stem}.html", notebook_label(stem))
        parts.append(Html(f"<h3>{link}</h3>{exhibit_list(items)}"))
    return parts
