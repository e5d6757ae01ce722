"""One page for each raw table: its card and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from analysis.data_management.cards import Card
from analysis.site.anchors import page_of, row_anchors, table_behind
from analysis.site.inert import Html, raw, site_link, text, web_address, web_link
from analysis.site.inputs import FIRST_ROWS, ROWS_IN_FULL, RawTable, SiteInputs
from analysis.site.pieces import exhibit_list, hidden_tree, page, paragraph, section, unfold
from analysis.site.tables import definitions, scrolling, table

ADDRESSES: Final = frozenset({"url", "address"})
LANGUAGES: Final[Mapping[str, str]] = {"chinese": "zh", "lao": "lo", "burmese": "my"}


def data_index(inputs: SiteInputs) -> str:
    """Return the page that lists the raw tables."""
    rows = [
        (
            site_link(page_of(name), item.card.title),
            text(f"{len(item.rows):,}".replace(",", "\u202f")),
            text(_publishers(item.card)),
            text(item.card.terms.licence),
        )
        for name, item in inputs.tables.items()
    ]
    intro = (
        f"{len(inputs.tables)} tables as published or as simulated, each with a card that says "
        f"who published it and under which terms. Tables of up to {ROWS_IN_FULL} rows stand here "
        f"row by row; of larger ones the first {FIRST_ROWS} rows and the file."
    )
    listed = table(("Table", "Rows", "Publishers", "Terms"), rows, "Raw tables", css="second-n")
    tree = hidden_tree(f"data/{name}" for name in inputs.tables)
    return page("Raw data", raw(paragraph(text(intro), "lead") + listed), tree)


def _publishers(card: Card) -> str:
    names = [publisher.name for publisher in card.publishers]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} others" if len(names) > 3 else "")


def data_page(inputs: SiteInputs, item: RawTable) -> str:
    """Return the page of one raw table."""
    card = item.card
    used = [
        exhibit
        for exhibit in inputs.exhibits
        for entry in (exhibit.provenance or {}).get("inputs", ())
        if table_behind(entry) == item.name
    ]
    behind = unfold(f"{len(used)} exhibits rest on this table", exhibit_list(used)) if used else ""
    return page(
        card.title,
        raw(paragraph(text(card.description), "lead") + _facts(item) + behind),
        section("Columns", _columns(card)),
        section("Known faults", _faults(card)) if card.known_faults else "",
        section("Rows", _reach(item), _rows(item)),
    )


def _facts(item: RawTable) -> Html:
    card = item.card
    publishers = [
        web_link(publisher.address, publisher.name) if publisher.address else text(publisher.name)
        for publisher in card.publishers
    ]
    file = f"data_raw/{item.name}.csv"
    passed_on = "may be passed on" if card.terms.redistribution else "only the figures cited"
    return definitions(
        [
            ("Publishers", Html(", ".join(publishers))),
            ("Terms", text(f"{card.terms.licence} ({passed_on})")),
            ("How taken", text(card.how_taken)),
            ("Taken on", text(card.taken_on)),
            ("Coverage", text(card.coverage)),
            ("Cite as", text(card.citation)),
            ("File", Html(f'<a class="download" download href="site:files/{file}">{file}</a>')),
        ]
    )


def _columns(card: Card) -> Html:
    return definitions((name, text(meaning)) for name, meaning in card.columns.items())


def _faults(card: Card) -> Html:
    return Html(f"<ul>{''.join(f'<li>{text(fault)}</li>' for fault in card.known_faults)}</ul>")


def _reach(item: RawTable) -> Html:
    if len(item.shown) == len(item.rows):
        return paragraph(f"All {len(item.rows)} rows, as in the file.")
    return Html(
        paragraph(f"The first {FIRST_ROWS} of {len(item.rows)} rows; the file holds all of them.")
        + unfold(f"Where each {item.key[0]} stands in the file", _line_numbers(item))
    )


def _line_numbers(item: RawTable) -> Html:
    """Return first and last line of each value of the first key; the heads are line 1."""
    column = item.columns.index(item.key[0])
    lines: dict[str, list[int]] = {}
    for number, row in enumerate(item.rows, 2):
        lines.setdefault(row[column], []).append(number)
    rows = [
        (text(value), text(len(found)), text(f"{min(found)}-{max(found)}"))
        for value, found in lines.items()
    ]
    return table((item.key[0], "Rows", "Between lines"), rows, "Lines of the file")


def _rows(item: RawTable) -> Html:
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in item.columns)
    body = [
        f'<tr id="{text(anchor)}">{_cells(item.columns, row)}</tr>'
        for row, anchor in zip(item.shown, row_anchors(item), strict=True)
    ]
    rows = f"<thead><tr>{heads}</tr></thead><tbody>\n{chr(10).join(body)}\n</tbody>"
    return scrolling(rows, f"Rows of {item.name}", css="dense")


def _cells(columns: Sequence[str], row: Sequence[str]) -> str:
    return " ".join(cell(name, value) for name, value in zip(columns, row, strict=True))


def cell(column: str, value: str) -> str:
    """Return one cell of a raw row: addresses become links, words of other scripts say which."""
    if column in ADDRESSES and web_address(value):
        return f'<td class="address">{web_link(value)}</td>'
    language = f' lang="{LANGUAGES[column]}"' if column in LANGUAGES and value else ""
    return f"<td{language}>{text(value)}</td>"


def glossary_page(inputs: SiteInputs) -> str:
    """Return the terms in their languages, each kind of term in one section."""
    item = inputs.tables["glossary"]
    kinds: dict[str, list[tuple[str, ...]]] = {}
    for row in item.rows:
        kinds.setdefault(row[item.columns.index("kind")], []).append(row)
    shown = [name for name in item.columns if name not in {"term", "kind"}]
    blocks = [
        section(kind.replace("_", " ").capitalize(), _terms(item, rows, shown))
        for kind, rows in kinds.items()
    ]
    source = site_link(page_of("glossary"), "the raw table")
    intro = f"Places, bodies and methods in the languages of the border, from {source}."
    return page("Glossary", raw(paragraph(intro, "lead")), *blocks)


def _terms(item: RawTable, rows: Sequence[tuple[str, ...]], shown: Sequence[str]) -> Html:
    present = [n for n in shown if any(row[item.columns.index(n)] for row in rows)]
    heads = "".join(f'<th scope="col">{text(name.capitalize())}</th>' for name in present)
    body = "".join(
        "<tr>" + "".join(cell(name, row[item.columns.index(name)]) for name in present) + "</tr>"
        for row in rows
    )
    kind = rows[0][item.columns.index("kind")]
    return scrolling(f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>", f"Terms: {kind}")
