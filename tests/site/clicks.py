"""Two clicks from a number to raw rows with their source, as a reader makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from analysis.site.inputs import SavedExhibit, SiteInputs
from analysis.site.row_links import number_of

SEED = 20230108
SAMPLE = 15
NUMBER = re.compile(r"\d")
CELL = re.compile(r"<td>[^<]*\d")
IN_SIGHT = """e => {
  const box = e.getBoundingClientRect();
  return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def sampled(made: SiteInputs) -> Iterator[SavedExhibit]:
    """Draw exhibits that take raw rows; which ones is settled by a seed."""
    taking = [item for item in made.exhibits if has_number(item) and not is_hostile(item)]
    yield from Random(SEED).sample(sorted(taking, key=lambda item: item.docname), SAMPLE)


def has_number(item: SavedExhibit) -> bool:
    """Tell whether there is a number to start at: a study may have no row for a table."""
    return bool(taken_by(item)) and (item.entry.kind == "figure" or bool(CELL.search(item.body)))


def is_hostile(item: SavedExhibit) -> bool:
    """Tell whether the notebook of an exhibit shows hostile text where its exhibits were."""
    return (item.folder, item.entry.notebook) == ("mohan_boten", "02_zone_trade")


def taken_by(item: SavedExhibit) -> int:
    entries = (item.provenance or {}).get("inputs", ())
    return sum(number_of(entry) or 0 for entry in entries)


def from_notebook(page, address: str, item: SavedExhibit) -> None:
    """Start at an exhibit in its notebook; the first click is the link below it."""
    place = f"notebooks/{item.folder}/{item.entry.notebook}.html"
    page.goto(f"{address}/{place}", wait_until="load")
    shown = page.locator(f"#exhibit-{item.name}")
    if item.entry.kind == "table":
        assert NUMBER.search(" ".join(shown.locator("td").all_inner_texts())), item.docname
    shown.locator(".behind a").click()
    page.wait_for_url(f"**/{item.page}")


def to_raw_rows(page) -> None:
    """Click the first row that an exhibit names; raw rows with their source are in sight."""
    page.locator(".source .keys a").first.click()
    page.wait_for_url("**/data/**#row-*")
    assert_row_with_source(page)


def assert_row_with_source(page) -> None:
    row = page.locator("tr:target")
    assert row.evaluate(IN_SIGHT)
    assert int(row.locator("td").first.inner_text()) > 1
    source = page.locator(".source-of-rows")
    assert source.evaluate(IN_SIGHT)
    assert "Source of every row: " in source.inner_text()
    assert row.evaluate("e => e.getBoundingClientRect().top") >= source.evaluate(
        "e => e.getBoundingClientRect().bottom"
    )
