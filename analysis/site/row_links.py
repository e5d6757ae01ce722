"""From an exhibit to the raw rows that it rests on: links to their places on the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.provenance.boxes import Box
from analysis.site.anchors import anchors_of, page_of, table_behind
from analysis.site.inert import Html, site_link, text
from analysis.site.inputs import RawTable, SiteInputs
from analysis.site.pieces import paragraph, unfold
from analysis.site.sheets import Sheets, sheets_of
from analysis.site.tables import definitions

KEYS_SHOWN: Final = 400
RUNS_SHOWN: Final = 60
VALUES_SHOWN: Final = 12
NAMES: Final = 4
Entry = Mapping[str, Any]
"""An input of a sidecar."""


def raw_tables(inputs: SiteInputs, entries: Sequence[Entry]) -> Html:
    """Return every raw table behind an exhibit, those of which it takes no row by name only."""
    taken = [entry for entry in entries if number_of(entry) != 0]
    idle = [entry for entry in entries if number_of(entry) == 0]
    blocks = "".join(_raw_table(inputs, entry) for entry in taken)
    return Html((blocks or paragraph("It rests on no raw row.")) + _idle(inputs, idle))


def number_of(entry: Entry) -> int | None:
    """Return how many rows of a raw file an exhibit takes; None where that is not known."""
    rows = entry.get("rows")
    if rows is None or isinstance(rows, Mapping):
        return None if rows is None else int(rows["taken"])
    return len(rows)


def _idle(inputs: SiteInputs, entries: Sequence[Entry]) -> Html:
    if not entries:
        return Html("")
    links = [_title(inputs, entry, table_behind(entry)) for entry in entries]
    words = (
        "The program that opens the data of the notebook reads these files too; no row of them is "
        "in this exhibit: "
    )
    summary = f"{len(entries)} files that it opens and takes no row of"
    return unfold(summary, paragraph(words + ", ".join(links) + "."))


def _title(inputs: SiteInputs, entry: Entry, title: str) -> Html:
    name = table_behind(entry)
    return site_link(page_of(name), title) if name in inputs.tables else text(title)


def _raw_table(inputs: SiteInputs, entry: Entry) -> Html:
    known = inputs.tables.get(table_behind(entry))
    title = _title(inputs, entry, known.card.title if known else table_behind(entry))
    facts = definitions(
        [
            ("Publisher", text(_few(str(entry.get("publisher", "")).split("; ")))),
            ("Terms", text(entry.get("terms", ""))),
            ("File", hashed(str(entry["file"]), str(entry["sha256"]))),
        ]
    )
    rows = _rows(known, entry.get("rows")) if known else ""
    return Html(f'<div class="source"><h3>{title}</h3>{rows}{facts}</div>')


def _few(names: Sequence[str]) -> str:
    """Name the first publishers; the page of the table names all."""
    more = f" and {len(names) - NAMES} others" if len(names) > NAMES else ""
    return ", ".join(names[:NAMES]) + more


def _rows(table: RawTable, rows: Any) -> Html:
    if rows is None:
        words = f"Which of its {len(table.rows)} rows is not recorded: "
        return paragraph(f"{words}{site_link(page_of(table.name), table.name)}")
    if isinstance(rows, Mapping):
        return _many(table, rows)
    targets = anchors_of(table)
    links = [_key_link(str(key), targets) for key in rows[:KEYS_SHOWN]]
    more = f" and {len(rows) - KEYS_SHOWN} more" if len(rows) > KEYS_SHOWN else ""
    return paragraph(f"{_count(len(rows), len(table.rows))}: {' '.join(links)}{more}", "keys")


def _key_link(key: str, targets: Mapping[str, str]) -> Html:
    return site_link(targets[key], key) if key in targets else text(key)


def _many(table: RawTable, selection: Mapping[str, Any]) -> Html:
    """Return how many rows are taken, by which rule, and where they stand."""
    sheets = sheets_of(table)
    runs = sheets.runs(sheets.chosen(selection))
    links = [_run_link(sheets, run) for run in runs]
    folded = links[RUNS_SHOWN:]
    more = unfold(f"{len(folded)} more places", paragraph(" ".join(folded), "keys"))
    words = f"{_count(selection['taken'], selection['rows'])}{_rule(selection['where'])}"
    shown = paragraph(" ".join(links[:RUNS_SHOWN]), "keys")
    return Html(paragraph(words, "rule") + shown + (more if folded else ""))


def _count(taken: int, rows: int) -> str:
    return f"All {rows} rows" if taken == rows else f"{taken} of {rows} rows"


def _rule(where: Sequence[Box]) -> str:
    told = [", ".join(_condition(name, box[name]) for name in box) for box in where if box]
    return f": {'; or '.join(told)}" if told else ""


def _condition(column: str, values: Any) -> str:
    if isinstance(values, Mapping):
        return f"{text(column)} from {text(values['from'])} to {text(values['to'])}"
    more = f" and {len(values) - VALUES_SHOWN} others" if len(values) > VALUES_SHOWN else ""
    return f"{text(column)} {text(', '.join(values[:VALUES_SHOWN]))}{more}"


def _run_link(sheets: Sheets, run: tuple[int, int]) -> Html:
    first, last = run
    names, lines = [sheets.label(first)], [f"line {sheets.table.lines[first]}"]
    if first != last:
        names.append(sheets.label(last))
        lines = [f"lines {sheets.table.lines[first]} to {sheets.table.lines[last]}"]
    return site_link(sheets.target(first), f"{' … '.join(names)} ({lines[0]})", "run")


def hashed(file: str, digest: str) -> Html:
    """Return a file with its hash; a link if the site holds it."""
    shown_file = site_link(f"files/{file}", file) if _is_published(file) else text(file)
    return Html(f'{shown_file}<br><code class="hash">sha256 {text(digest)}</code>')


def _is_published(file: str) -> bool:
    return file.startswith(("data_raw/", "data_processed/", "figures/", "notebooks/parameters/"))
