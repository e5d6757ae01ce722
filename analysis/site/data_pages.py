"""One page for each raw table: its card and its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from analysis.data_management.cards import Card
from analysis.site.anchors import anchors_of, page_of, table_behind
from analysis.site.inert import Html, raw, site_link, text, web_address, web_link
from analysis.site.inputs import RawTable, SiteInputs
from analysis.site.pieces import exhibit_list, hidden_tree, page, paragraph, section, unfold
from analysis.site.sheets import ROWS_IN_FULL, sheets_of
from analysis.site.tables import definitions, scrolling, table

ADDRESSES: Final = frozenset({"url", "address"})
SHOWN_PUBLISHERS: Final = 3
DAY_OR_MONTH: Final = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)
NO_SEARCH: Final = "---\nnosearch: true\n---\n\n"
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
        "who published it and under which terms. Every row stands here with its line in the file; "
        f"tables of more than {ROWS_IN_FULL} rows on several pages."
    )
    listed = table(("Table", "Rows", "Publishers", "Terms"), rows, "Raw tables", css="second-n")
    tree = hidden_tree(
        docname
        for name, item in inputs.tables.items()
        for docname in dict.fromkeys([f"data/{name}", *sheet_names(item)])
    )
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
        section("Rows", _rows(item)),
    )


def sheet_names(item: RawTable) -> tuple[str, ...]:
    """Return the pages on which the rows of a large table stand; none for other tables."""
    sheets = sheets_of(item)
    return () if sheets.is_one else tuple(map(sheets.docname, range(len(sheets.parts))))


def sheet_page(item: RawTable, part: int) -> str:
    """Return one page of rows of a large table; its rows are not in the search."""
    sheets = sheets_of(item)
    first, after = sheets.parts[part]
    title = f"{item.card.title}, rows {first + 1} to {after} of {len(item.rows)}"
    ways = [
        site_link(f"{sheets.docname(other)}.html", words)
        for other, words in ((part - 1, "Rows before"), (part + 1, "Rows after"))
        if 0 <= other < len(sheets.parts)
    ]
    shown = raw(_source(item) + paragraph(" · ".join(ways)) + _row_table(item, first, after))
    return NO_SEARCH + page(title, shown)


def _facts(item: RawTable) -> Html:
    card = item.card
    file = f"data_raw/{item.name}.csv"
    passed_on = "may be passed on" if card.terms.redistribution else "only the figures cited"
    return definitions(
        [
            ("Publishers", _linked_publishers(card, len(card.publishers))),
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


def _rows(item: RawTable) -> Html:
    sheets = sheets_of(item)
    if sheets.is_one:
        words = paragraph(f"All {len(item.rows)} rows, as in the file.")
        return Html(words + _source(item) + _row_table(item, 0, len(item.rows)))
    rows = [
        (
            site_link(f"{sheets.docname(part)}.html", f"rows {first + 1} to {after}"),
            text(f"{sheets.label(first)} … {sheets.label(after - 1)}"),
            text(f"{item.lines[first]} to {item.lines[after - 1]}"),
        )
        for part, (first, after) in enumerate(sheets.parts)
    ]
    words = paragraph(f"All {len(item.rows)} rows, as in the file, on {len(rows)} pages.")
    heads = ("Page", f"From and to ({', '.join(item.key)})", "Lines of the file")
    return Html(words + table(heads, rows, f"Pages of {item.name}"))


def _source(item: RawTable) -> Html:
    """Return who published the rows; it stays in sight while the rows are read."""
    file = f"data_raw/{item.name}.csv"
    words = (
        f"Source of every row: {_linked_publishers(item.card, SHOWN_PUBLISHERS)}. Terms: "
        f"{text(item.card.terms.licence)}. {site_link(page_of(item.name), 'The card')}, "
        f'<a download href="site:files/{file}">the file</a>.'
    )
    return paragraph(words, "source-of-rows")


def _linked_publishers(card: Card, most: int) -> Html:
    shown = [
        web_link(publisher.address, publisher.name) if publisher.address else text(publisher.name)
        for publisher in card.publishers[:most]
    ]
    more = len(card.publishers) - len(shown)
    place = "in each row" if "publisher" in card.columns else "on the card"
    return Html(", ".join(shown) + (f" and {more} others, named {place}" if more > 0 else ""))


def _row_table(item: RawTable, first: int, after: int) -> Html:
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in ("line", *item.columns))
    anchors = sheets_of(item).anchors
    body = [
        f'<tr id="{text(anchors[row])}"><td>{item.lines[row]}</td> '
        f"{_cells(item.columns, item.rows[row])}</tr>"
        for row in range(first, after)
    ]
    rows = f"<thead><tr>{heads}</tr></thead><tbody>\n{chr(10).join(body)}\n</tbody>"
    return scrolling(rows, f"Rows of {item.name}", css="dense")


def _cells(columns: Sequence[str], row: Sequence[str]) -> str:
    return " ".join(cell(name, value) for name, value in zip(columns, row, strict=True))


def cell(column: str, value: str) -> str:
    """Return one cell of a raw row: addresses become links, words of other scripts say which."""
    if column in ADDRESSES and web_address(value):
        return f'<td class="address">{web_link(value)}</td>'
    if DAY_OR_MONTH.fullmatch(value):
        return f'<td class="day">{value}</td>'
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
    heads += '<th scope="col">Raw row</th>'
    anchors = anchors_of(item)
    body = "".join(
        "<tr>"
        + " ".join(cell(name, row[item.columns.index(name)]) for name in present)
        + f" <td>{site_link(anchors['/'.join(item.key_of(row))], 'row')}</td></tr>"
        for row in rows
    )
    kind = rows[0][item.columns.index("kind")]
    return scrolling(f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>", f"Terms: {kind}")
