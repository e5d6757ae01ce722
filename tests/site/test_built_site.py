"""The site as built from the committed outputs, with hostile text in them, in a browser."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from clicks import assert_row_with_source, from_notebook, sampled, to_raw_rows
from site_browser import CHROMIUM, FLAGS, HOW, served
from site_made import (
    HOSTILE,
    NOT_A_LINK,
    built_places,
    hostile_publisher,
    made_project,
    make_hostile,
)

from analysis.site.anchors import table_behind
from analysis.site.build import build_site
from analysis.site.inputs import SiteInputs, read_inputs
from analysis.site.links import dead_links
from analysis.site.row_links import number_of
from analysis.site.sheets import sheets_of

KINDS = (
    "index.html",
    "studies/index.html",
    "studies/ruili_muse.html",
    "studies/synthesis.html",
    "exhibits/index.html",
    "exhibits/ruili_muse/effects.html",
    "exhibits/ruili_muse/zone_trade.html",
    "notebooks/index.html",
    "notebooks/interval_method/03_interval_method.html",
    "methods/index.html",
    "methods/interval_series.html",
    "methods/inference.html",
    "data/index.html",
    "data/data_gaps.html",
    "data/policy_monthly.html",
    "data/policy_monthly/2.html",
    "replication.html",
    "claims.html",
    "glossary.html",
    "search.html",
)
HOSTILE_PAGES = (
    "data/reports.html",
    "data/problems.html",
    "data/index.html",
    "studies/mohan_boten.html",
    "exhibits/mohan_boten/left_out.html",
    "notebooks/mohan_boten/02_zone_trade.html",
    "exhibits/mohan_boten/effects.html",
    "index.html",
)
EVERY_PAGE = "SITE_EVERY_PAGE"  # set it to load all pages, about a minute
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
PATIENCE_MS = 60_000  # for a machine that does other things at the same time
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> SiteInputs:
    root = made_project(tmp_path_factory.mktemp("project"))
    hostile_publisher(root, "mohan_boten/effects")
    make_hostile(root)
    return read_inputs(root, built_places(root))


@pytest.fixture(scope="module")
def site(made, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_site(made, folder / "site", folder / "work")
    return folder / "site"


@pytest.fixture(scope="module")
def address(site):
    with served(site) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip(HOW)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport=DESK)
    yield opened
    opened.close()


def html_pages(site: Path) -> list[str]:
    found = [path.relative_to(site).as_posix() for path in site.rglob("*.html")]
    return sorted(name for name in found if not name.startswith(("files/", "_static/")))


def lost(request) -> bool:
    """Tell a request that failed from one that was given up when the next page was opened."""
    return request.failure != "net::ERR_ABORTED"


def loaded(site: Path) -> list[str]:
    """Return each kind of page and every fourth of all pages; all of them if asked.

    The others run the same programs, as a test of their text shows.
    """
    pages = html_pages(site)
    return pages if EVERY_PAGE in os.environ else sorted({*KINDS, *HOSTILE_PAGES, *pages[::4]})


def programs(text: str) -> set[str]:
    """Return the scripts of a page: those in other files by name, those inside by their text."""
    found = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    return {_program(attributes, content) for attributes, content in found}


def _program(attributes: str, content: str) -> str:
    source = re.search(r'src="(?:[^"]*/)?([^"/?]+)', attributes)
    return source[1] if source else re.sub(r"pagename = '[^']*'", "pagename", content)


def links(text: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', text)


def test_every_link_and_anchor_of_the_site_resolves(site):
    assert dead_links(site) == []


def test_every_exhibit_table_notebook_and_study_has_its_page(made, site):
    pages = set(html_pages(site))
    assert {item.page for item in made.exhibits} <= pages
    assert {f"data/{name}.html" for name in made.tables} <= pages
    assert {f"notebooks/{folder}/{stem}.html" for folder, stem in made.notebooks} <= pages
    assert {f"studies/{folder}.html" for folder in made.folders} <= pages


def test_every_exhibit_is_linked_where_its_notebook_shows_it(made, site):
    for item in made.exhibits:
        notebook = site / "notebooks" / item.folder / f"{item.entry.notebook}.html"
        text = notebook.read_text(encoding="utf-8")
        assert f'id="exhibit-{item.name}"' in text, item.docname
        assert f"../../{item.page}" in links(text), item.docname


def test_every_row_of_every_raw_table_has_a_place_on_the_site(made, site):
    for name, table in made.tables.items():
        sheets = sheets_of(table)
        for part, (first, after) in enumerate(sheets.parts):
            text = (site / f"{sheets.docname(part)}.html").read_text("utf-8")
            ids = re.findall(r'<tr id="([^"]+)"><td>(\d+)</td>', text)
            wanted = range(first, after)
            assert [unescape(one) for one, _ in ids] == [sheets.anchors[row] for row in wanted]
            assert [int(line) for _, line in ids] == list(table.lines[first:after]), name
            assert 'class="source-of-rows"' in text


def test_the_rows_of_every_sidecar_are_rows_of_the_site(made):
    """Rows of a file that the hostile text made longer or shorter are the same rows."""
    for item in made.exhibits:
        for entry in (item.provenance or {}).get("inputs", ()):
            table = made.tables[table_behind(entry)]
            chosen = sheets_of(table).chosen(entry["rows"])
            assert chosen.sum() == number_of(entry), f"{item.docname}: {table.name}"


def test_every_exhibit_links_to_a_row_of_each_table_that_it_takes_rows_of(made, site):
    for item in made.exhibits:
        page = unescape((site / item.page).read_text("utf-8"))
        shown = links(page.partition("Raw rows and their sources</h2>")[2])
        for entry in (item.provenance or {}).get("inputs", ()):
            if number_of(entry):
                sheets = sheets_of(made.tables[table_behind(entry)])
                first = int(sheets.chosen(entry["rows"]).argmax())
                assert f"../../{sheets.target(first)}" in shown, f"{item.docname}: {first}"


def test_two_clicks_lead_from_an_estimate_in_a_notebook_to_raw_rows(made, address, page):
    item = next(one for one in made.exhibits if one.docname == "exhibits/ruili_muse/effects")
    from_notebook(page, address, item)
    to_raw_rows(page)
    assert page.locator("tr:target a[href^='http']").count()


def test_two_clicks_lead_from_a_common_exhibit_to_one_month_of_one_country(made, address, page):
    name = "exhibits/country_panels/policy_synchrony"
    from_notebook(page, address, next(one for one in made.exhibits if one.docname == name))
    page.locator(".source .keys a[href*='policy_monthly']").last.click()
    page.wait_for_url("**/data/policy_monthly/7.html#row-*")
    assert_row_with_source(page)


def test_two_clicks_lead_from_a_claim_to_its_row_and_one_to_its_report(address, page):
    page.goto(f"{address}/claims.html", wait_until="load")
    page.locator("p.lead a").click()
    page.locator(".source .keys a[href*='data/claims.html']").first.click()
    page.wait_for_url("**/data/claims.html#row-*")
    assert_row_with_source(page)
    page.goto(f"{address}/claims.html", wait_until="load")
    page.locator("#claim-C001 a[href*='data/reports.html#']").first.click()
    assert_row_with_source(page)


def test_two_clicks_lead_from_the_exhibits_of_a_sample_to_raw_rows(made, address, page):
    for item in sampled(made):
        from_notebook(page, address, item)
        to_raw_rows(page)


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("index.html", "ul.headlines a"),
        ("studies/index.html", ".card-study a.badges"),
        ("studies/country_panels.html", "table.questions td:last-child a"),
        ("methods/inference.html", "ul.exhibits a"),
        ("notebooks/zones_frame/11_zones_frame.html", ".shown[id] .behind a"),
    ],
)
def test_two_clicks_lead_from_other_pages_to_raw_rows(address, page, start, first):
    page.goto(f"{address}/{start}", wait_until="load")
    page.locator(first).first.click()
    to_raw_rows(page)


def test_every_picture_has_its_words(site):
    for name in html_pages(site):
        for picture in re.findall(r"<img[^>]*>", (site / name).read_text("utf-8")):
            assert " alt=" in picture, f"{name}: {picture[:80]}"


def test_no_page_names_a_folder_of_this_machine_or_an_address_to_fetch_from(site):
    for name in html_pages(site):
        text = (site / name).read_text("utf-8")
        assert str(site.parent) not in text
        assert not re.search(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(?:https?:)?//', text)


def test_no_page_has_a_program_that_the_loaded_pages_have_not(site):
    known = {name: programs((site / name).read_text("utf-8")) for name in html_pages(site)}
    seen = set().union(*(known[name] for name in loaded(site)))
    for name, found in known.items():
        assert found - seen == set(), name


def test_every_page_loads_without_a_complaint_or_a_request_that_leaves(site, address, page):
    complaints, asked = [], []

    def complain(given: bool, words: str) -> None:
        if given:
            complaints.append(words)

    page.on("console", lambda said: complain(said.type == "error", said.text))
    page.on("pageerror", lambda error: complain(True, str(error)))
    page.on("requestfailed", lambda request: complain(lost(request), request.url))
    page.on("response", lambda answer: complain(answer.status >= 400, answer.url))
    page.on("dialog", lambda dialog: complain(True, dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    for name in loaded(site):
        page.goto(f"{address}/{name}", wait_until="load")
    assert complaints == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


@pytest.mark.parametrize("name", HOSTILE_PAGES)
def test_text_from_data_is_shown_and_not_obeyed(address, page, name):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}/{name}", wait_until="load")
    article = "document.querySelector('main, .bd-main')"
    assert (
        page.evaluate(f"{article}.querySelectorAll('script, b, [onerror], [onclick]').length") == 0
    )
    hrefs = page.evaluate(f"[...{article}.querySelectorAll('a')].map(a => a.protocol)")
    assert set(hrefs) <= {"http:", "https:"}
    told = page.evaluate(f"{article}.textContent")
    if name != "exhibits/mohan_boten/effects.html":
        assert '<script>alert("script")</script>' in told
        assert "{raw}`html` [click](javascript:alert(3)) $x$ --> ]]> &lt;i&gt;" in told
    if name == "data/reports.html":
        assert NOT_A_LINK in told
        assert "```{raw} html <script>alert(4)</script> ```" in told
    assert dialogs == []


def test_a_search_finds_hostile_titles_and_does_not_obey_them(address, page):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}/search.html?q=mohan+bold", wait_until="load")
    page.wait_for_selector("#search-results li", timeout=PATIENCE_MS)
    page.wait_for_timeout(500)
    assert (
        page.evaluate("document.querySelectorAll('#search-results :is(script, b, img)').length")
        == 0
    )
    assert HOSTILE.split(" ")[0][:25] in page.evaluate(
        "document.querySelector('#search-results').textContent"
    )
    assert dialogs == []


def test_a_search_finds_a_raw_row(address, page):
    page.goto(f"{address}/search.html?q=R0041", wait_until="load")
    found = "#search-results li a[href*='data/reports.html']"
    page.wait_for_selector(found, timeout=PATIENCE_MS)


@pytest.mark.parametrize("name", KINDS)
def test_no_kind_of_page_has_a_serious_finding_of_axe(address, page, name):
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{address}/{name}", wait_until="load")
    found = Axe().run(page).response["violations"]
    serious = [
        f"{item['id']}: {node['target']} {node['html'][:120]}"
        for item in found
        if item["impact"] in SERIOUS
        for node in item["nodes"][:3]
    ]
    assert serious == []


@pytest.mark.parametrize("name", KINDS)
def test_no_kind_of_page_scrolls_sideways_on_a_phone_or_loses_words_in_print(address, page, name):
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/{name}", wait_until="load")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size({"width": 794, "height": 1123})
    page.emulate_media(media="print")
    gone = page.evaluate(
        "['.bd-header', '.bd-sidebar-primary', '.bd-footer'].filter(s => document.querySelector(s)"
        " && document.querySelector(s).getClientRects().length)"
    )
    assert gone == []
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().width") > 300


@pytest.mark.parametrize("name", ["index.html", "exhibits/ruili_muse/effects.html"])
def test_the_keyboard_reaches_search_and_navigation_and_focus_is_seen(address, page, name):
    page.goto(f"{address}/{name}", wait_until="load")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "(e => [e.tagName, e.className || '', e.textContent.trim(),"
            " getComputedStyle(e).outlineStyle, parseFloat(getComputedStyle(e).outlineWidth)])"
            "(document.activeElement)"
        )
        if place[0] == "BODY":
            break
        reached.append(place)
    words = " ".join(f"{place[1]} {place[2]}" for place in reached)
    assert "search-button" in words
    for section in ("Studies", "Exhibits", "Notebooks", "Raw data", "Glossary"):
        assert any(place[2] == section for place in reached), section
    unseen = [place for place in reached if place[3] == "none" or place[4] < 1]
    assert unseen == []
