"""What pages are made of: inert text, tables let through, anchors, formulas, links, the state."""

from __future__ import annotations

import json
from importlib import import_module

import nbformat
import pytest
from rich.console import Console
from site_made import HOSTILE, HOSTILE_LINES, made_project

from analysis import __main__ as command_line
from analysis.errors import BuildError
from analysis.site import state
from analysis.site.anchors import anchors_of, telling_anchors
from analysis.site.data_pages import sheet_page
from analysis.site.exhibit_pages import NO_SIDECAR, exhibit_page
from analysis.site.inert import heading, relative, text, web_address, web_link
from analysis.site.inputs import read_inputs
from analysis.site.links import check_links, dead_links
from analysis.site.maths import formula
from analysis.site.pieces import badge
from analysis.site.programs import function_lines
from analysis.site.record_pages import claims_page, replication_page
from analysis.site.row_links import raw_tables
from analysis.site.sheets import ROWS_IN_FULL, ROWS_ON_SHEET, sheets_of
from analysis.site.sphinx_build import configuration, unexpected
from analysis.site.tables import linked, read_table

PLACES = (("ruili_muse", "effects"), ("ruili_muse", "zone_trade"))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    from analysis.site.inputs import every_place

    root = made_project(tmp_path_factory.mktemp("project"))
    chosen = [(f, e) for f, e in every_place(root) if (f, e.name) in PLACES]
    return read_inputs(root, chosen)


@pytest.mark.parametrize("value", [HOSTILE, HOSTILE_LINES, "a\nb", "```\n# x"])
def test_text_has_no_sign_that_html_or_a_fence_obeys(value):
    shown = text(value)
    assert not set("<>\"'`\n") & set(shown)


def test_a_heading_has_no_sign_that_myst_obeys_but_the_references_themselves():
    shown = heading(HOSTILE_LINES)
    assert not set("<>\"'`\n{}[]()$*_\\|!~:=") & set(shown)


def test_a_heading_is_read_back_as_the_text_it_was():
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(f"# {heading(HOSTILE)}")
    assert "".join(part.content for part in tokens[1].children) == HOSTILE


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "//example.org/x",
        "http:///x",
        "https://exa mple.org",
        'https://example.org/"onclick=',
        "http://[::1",
        "ftp://example.org",
        "",
    ],
)
def test_only_web_addresses_with_a_host_become_links(address):
    assert web_address(address) is None
    assert "<a" not in web_link(address, "label")


def test_a_web_address_becomes_a_link_with_its_signs_escaped():
    link = web_link("https://example.org/?a=1&b='2'", "x < y")
    assert 'href="https://example.org/?a=1&amp;b=&#x27;2&#x27;"' in link
    assert link.endswith(">x &lt; y</a>")


def test_a_table_is_let_through_cell_by_cell():
    body = (
        '<table id="x" onclick="alert(1)"><style>#x td:nth-child(2) {}</style>'
        "<caption>A &amp; B</caption><thead><tr><th>a</th><th>b</th></tr></thead>"
        '<tbody><tr><td onclick="x()">2021-07-08</td><td>R0001 and R9999<script>alert(1)</script>'
        '</td></tr></tbody></table><p class="note">Note &lt;i&gt;.</p>'
    )
    saved = read_table(body, {"R0001": "data/reports.html#row-R0001"})
    assert saved.caption == "A & B"
    assert saved.note == "Note <i>."
    assert '<td><span class="day">2021-07-08</span></td> ' in saved.rows
    assert '<a href="site:data/reports.html#row-R0001">R0001</a> and R9999' in saved.rows
    assert '<td class="n">' in saved.rows
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in saved.rows
    assert "onclick" not in saved.rows
    assert "<script" not in saved.rows


def test_keys_inside_other_words_are_no_links():
    assert linked("XR0001 R00011", {"R0001": "x"}) == "XR0001 R00011"


def test_addresses_are_counted_from_the_page():
    assert relative('<a href="site:a/b.html">', "x/y/z") == '<a href="../../a/b.html">'
    assert relative(text('<a href="site:a">'), "x/y") == text('<a href="site:a">')


def test_every_row_of_every_table_has_an_anchor_of_its_own(inputs):
    for table in inputs.tables.values():
        sheets = sheets_of(table)
        assert len(set(sheets.anchors)) == len(sheets.anchors) == len(table.rows)
        assert sheets.is_one == (len(table.rows) <= ROWS_IN_FULL)
        assert [row for part in sheets.parts for row in range(*part)] == [*range(len(table.rows))]
        assert all(
            after - first <= max(ROWS_ON_SHEET, ROWS_IN_FULL) for first, after in sheets.parts
        )


def test_a_row_of_a_large_table_has_a_page_and_names_its_line(inputs):
    table = inputs.tables["policy_monthly"]
    sheets = sheets_of(table)
    assert sheets.target(0) == "data/policy_monthly/1.html#row-ABW-2020-01"
    assert sheets.target(6659) == "data/policy_monthly/7.html#row-ZWE-2022-12"
    page = sheet_page(table, 6)
    assert page.startswith("---\nnosearch: true\n---\n")
    assert '<tr id="row-ZWE-2022-12"><td>6661</td>' in page
    assert "Oxford COVID-19 Government Response Tracker" in page
    assert 'href="site:data/policy_monthly.html"' in page


def test_a_selection_is_told_by_its_rule_and_linked_where_each_run_begins(inputs):
    where = [{"unit": ["CHN", "LAO"], "month": {"from": "2020-01", "to": "2020-03"}}]
    entry = {
        "file": "data_raw/policy_monthly.csv",
        "sha256": "a" * 64,
        "publisher": "x",
        "terms": "y",
        "rows": {"taken": 6, "rows": 6660, "where": where},
    }
    shown = raw_tables(inputs, [entry])
    assert "6 of 6660 rows: unit CHN, LAO, month from 2020-01 to 2020-03" in shown
    assert 'href="site:data/policy_monthly/2.html#row-CHN-2020-01"' in shown
    assert "#row-LAO-2020-01" in shown
    assert "#row-CHN-2020-02" not in shown
    whole = raw_tables(inputs, [entry | {"rows": {"taken": 6660, "rows": 6660, "where": [{}]}}])
    assert "All 6660 rows" in whole
    assert whole.count('class="run"') == 7
    idle = raw_tables(inputs, [entry | {"rows": {"taken": 0, "rows": 6660, "where": []}}])
    assert "It rests on no raw row." in idle
    assert "takes no row of" in idle
    unknown = raw_tables(inputs, [entry | {"rows": None}])
    assert "Which of its 6660 rows is not recorded" in unknown


def test_reports_events_and_series_are_found_by_their_keys(inputs):
    found = telling_anchors(inputs.tables)
    assert found["R0001"] == "data/reports.html#row-R0001"
    assert found["EV023"] == "data/events.html#row-EV023"
    key = inputs.tables["series"].rows[0][0]
    assert found[key].startswith("data/series.html#row-")
    assert "mohan" not in found
    assert len(anchors_of(inputs.tables["reports"])) == len(inputs.tables["reports"].rows)


def test_an_exhibit_without_a_sidecar_says_how_to_get_one(inputs):
    for item in inputs.exhibits:
        bare = type(item)(**{**vars(item), "provenance": None})
        page = exhibit_page(inputs, bare, {})
        assert text(NO_SIDECAR) in page
        assert "analysis/exhibits/" in page


def test_a_missing_output_is_named_with_what_to_do(inputs, tmp_path):
    root = made_project(tmp_path)
    (root / "figures" / "ruili_muse" / "effects.tex").unlink()
    chosen = [(item.folder, item.entry) for item in inputs.exhibits]
    with pytest.raises(BuildError, match=r"effects\.tex.*missing(.|\n)*reproduce"):
        read_inputs(root, chosen)


def test_a_formula_is_drawn_and_its_source_is_its_name():
    drawn = formula(r"\tfrac12 \le x' \bigl[ \mathbf 1 \bigr]")
    assert drawn.startswith('<svg class="formula" role="img" aria-label="\\tfrac12 \\le x')
    assert ' d="M' in drawn
    assert 'id="' not in drawn


def test_a_formula_that_cannot_be_drawn_is_named():
    with pytest.raises(BuildError, match=r"cannot be drawn: \\nosuch"):
        formula(r"\nosuch{x}")


def test_a_dead_link_and_a_dead_anchor_fail_the_build(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#x">b</a><a href="c.html">c</a>')
    (tmp_path / "b.html").write_text('<p id="y"></p><a href="https://example.org/gone">w</a>')
    assert dead_links(tmp_path) == ["a.html: b.html#x", "a.html: c.html"]
    with pytest.raises(BuildError, match="2 links of the site lead nowhere"):
        check_links(tmp_path)


def test_a_warning_is_an_error_and_names_no_folder_of_the_machine(tmp_path):
    lines = [f"\x1b[91m{tmp_path}/a.md:1: WARNING: no such page\x1b[39;49;00m", ""]
    assert unexpected(lines, tmp_path) == ["a.md:1: WARNING: no such page"]


def test_the_settings_fetch_nothing():
    settings = json.dumps(configuration())
    assert "http" not in settings.replace("html", "")
    assert configuration()["nb_execution_mode"] == "off"


def test_verdicts_are_told_by_words_first():
    assert badge("identified: 3") == '<span class="badge-verdict good">identified: 3</span>'
    assert 'class="badge-verdict none"' in badge("NOT COMPARABLE")
    assert 'class="badge-verdict open"' in badge("minor differences")
    assert 'class="badge-verdict none"' in badge("not identified")
    assert "&lt;b&gt;" in badge("<b>")


def test_a_report_is_shown_with_the_worst_first(inputs):
    record = {"kind": "table", "numbers": 3, "within": 1, "minor": 0, "material": 1}
    report = {
        "verdict": "partial",
        "time": "2026-01-01T00:00:00+00:00",
        "build": {"source": "a copy", "commit": "abc", "dirty": False, "seconds": 9.4},
        "exhibits": [
            record | {"name": "mohan_boten/a", "verdict": "full", "largest": None},
            record
            | {
                "name": "ruili_muse/effects",
                "verdict": "partial",
                "largest": {"row": "<b>", "column": "effect", "before": 1, "after": 2},
            },
        ],
        "processed_tables": [],
    }
    page = replication_page(type(inputs)(**{**vars(inputs), "report": report}))
    assert page.index("ruili_muse/effects") < page.index("mohan_boten/a")
    assert 'href="site:exhibits/ruili_muse/effects.html"' in page
    assert "&lt;b&gt;, effect: 1 → 2" in page


def test_without_a_report_or_claims_the_pages_say_how_to_make_them(inputs):
    bare = type(inputs)(**{**vars(inputs), "report": None, "claims": None})
    assert "python -m analysis verify" in replication_page(bare)
    assert "python -m analysis reproduce" in claims_page(bare, {})


def test_a_claim_links_to_its_report_and_its_page(inputs):
    claim = {
        "claim_id": "C001",
        "claim": "<i>up</i>",
        "verdict": "PASS",
        "reports": "R0001",
        "url": "https://example.org",
    }
    page = claims_page(
        type(inputs)(**{**vars(inputs), "claims": (claim,)}),
        {"R0001": "data/reports.html#row-R0001"},
    )
    assert "&lt;i&gt;up&lt;/i&gt;" in page
    assert 'href="site:data/reports.html#row-R0001"' in page
    assert 'href="https://example.org"' in page


def test_the_program_of_an_exhibit_is_shown_with_its_line(inputs):
    source = inputs.root / "analysis" / "exhibits" / "effects.py"
    line, listing = function_lines(source, "effects_table")
    assert source.read_text(encoding="utf-8").splitlines()[line - 1].startswith("def effects_table")
    assert listing.startswith("def effects_table")
    with pytest.raises(BuildError, match="no_such"):
        function_lines(source, "no_such")


def test_a_notebook_page_is_a_notebook(inputs):
    from analysis.site.notebook_pages import notebook_page

    made = notebook_page(inputs, "ruili_muse", "02_zone_trade", {})
    notebook = nbformat.reads(made.content, as_version=4)
    nbformat.validate(notebook)
    assert "NBVAL" not in made.content
    assert all(name.endswith(".png") for name in made.files)
    kinds = {kind for cell in notebook.cells for o in cell.get("outputs", []) for kind in o.data}
    assert kinds == {"text/html"}


def test_the_site_is_skipped_while_nothing_changed_and_stays_whole_on_failure(
    monkeypatch, tmp_path
):
    built = []

    def build(_, site, work):
        if (tmp_path / "figures" / "broken").exists():
            raise BuildError("a page cannot be made")
        site.mkdir(exist_ok=True)
        (site / "index.html").write_text(str(len(built)))
        built.append(work)

    for name in ("figures", "data_raw"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("analysis.site.build.build_site", build)
    monkeypatch.setattr("analysis.site.inputs.read_inputs", lambda root: root)
    assert state.bring_site_up_to_date(tmp_path)
    assert not state.bring_site_up_to_date(tmp_path)
    (tmp_path / "data_raw" / "a.csv").write_text("x")
    assert state.bring_site_up_to_date(tmp_path)
    (tmp_path / "figures" / "broken").write_text("")
    with pytest.raises(BuildError):
        state.bring_site_up_to_date(tmp_path)
    assert (tmp_path / "site" / "index.html").read_text() == "1"
    (tmp_path / "figures" / "broken").unlink()
    assert not state.bring_site_up_to_date(tmp_path)


def test_a_failed_build_leaves_the_earlier_site_and_no_workshop(monkeypatch, inputs, tmp_path):
    from analysis.site import build

    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("earlier")

    def fail(*_):
        raise BuildError("Sphinx warns")

    monkeypatch.setattr(build, "assemble", lambda _: build.SitePages({}, {}, {}))
    monkeypatch.setattr(build, "navigation", lambda _: None)
    monkeypatch.setattr(build, "build_html", fail)
    with pytest.raises(BuildError):
        build.build_site(inputs, site, tmp_path / "work")
    assert (site / "index.html").read_text() == "earlier"
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ((), True),
        (("--no-site",), False),
        (("--no-provenance",), False),
        (("--study", "ruili_muse"), False),
    ],
)
def test_reproduce_ends_with_the_site_unless_told_or_building_a_part(monkeypatch, options, shown):
    from typer.testing import CliRunner

    from analysis.reporting.build import BuildSummary

    asked = []
    monkeypatch.setattr("analysis.reporting.build.build", lambda *_, **__: BuildSummary((), ("a",)))
    monkeypatch.setattr(command_line, "validate", lambda: ({}, []))
    monkeypatch.setattr(command_line, "show_site", asked.append)
    result = CliRunner().invoke(command_line.app, ["reproduce", *options])
    assert result.exit_code == 0, result.output
    assert bool(asked) == shown


@pytest.mark.parametrize(("built", "words"), [(True, "Site: built"), (False, "Site: up to date")])
def test_the_command_says_what_it_did_and_where_to_look(monkeypatch, built, words):
    monkeypatch.setattr("analysis.site.state.bring_site_up_to_date", lambda: built)
    show_site = import_module("analysis.commands.site").show_site
    console = Console(record=True, width=200)
    show_site(console)
    told = console.export_text()
    assert words in told
    assert "site/index.html" in told
