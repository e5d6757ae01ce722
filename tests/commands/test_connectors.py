"""The commands fetch and import-customs, against a server and files on this machine."""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from analysis import __main__ as command_line
from analysis.config import DATA_RAW
from analysis.connectors import adopt, customs, fetch, session_policy
from analysis.connectors.registry import COMTRADE_KEY, SOURCES
from tests.connectors import formats
from tests.connectors.server import Reply, in_turn, publisher
from tests.connectors.test_customs import ENGLISH

QUICK = session_policy.Policy(connect=0.3, read=0.3, attempts=2, backoff=0.0)
KEY = "sk-0123456789abcdef"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for module in (fetch.fetch, customs.import_customs):
        monkeypatch.setitem(module.__kwdefaults__, "external", tmp_path / "external")
    monkeypatch.setitem(fetch.fetch.__kwdefaults__, "policy", QUICK)
    monkeypatch.setattr(adopt.newest, "__defaults__", (None, tmp_path / "external"))
    monkeypatch.setattr(adopt.adopt, "__defaults__", (tmp_path / "data_raw", None))
    return lambda *arguments: CliRunner().invoke(
        command_line.app, [str(item) for item in arguments]
    )


def test_without_a_name_the_sources_are_listed(run):
    result = run("fetch")
    assert result.exit_code == 0
    assert all(name in result.output for name in SOURCES)
    assert COMTRADE_KEY in result.output


def test_fetch_reports_the_drift_and_that_no_exhibit_uses_it(run, monkeypatch):
    monkeypatch.setenv(COMTRADE_KEY, KEY)
    with publisher(formats.comtrade()) as server:
        result = run(
            "fetch", "comtrade_annual", "--first", 2021, "--last", 2024, "--base", server.base
        )
    assert result.exit_code == 0
    assert "R0117" in result.output
    assert "differs" in result.output
    assert "No table or figure uses this vintage" in result.output
    assert KEY not in result.output


def test_offline_says_which_figures_go_on_and_exits_with_three(run, tmp_path):
    with publisher(in_turn(Reply(b"", 503))) as server:
        result = run("fetch", "oxcgrt", "--base", server.base)
    assert result.exit_code == 3
    assert "goes on with data_raw/policy_monthly.csv, taken on 2026-11-24" in result.output
    assert "Nothing was fetched" in result.output
    assert not (tmp_path / "external").exists()


def test_a_missing_key_is_one_message(run, monkeypatch):
    monkeypatch.delenv(COMTRADE_KEY, raising=False)
    result = run("fetch", "comtrade_monthly")
    assert result.exit_code != 0
    assert COMTRADE_KEY in str(result.exception)


def test_import_customs_from_the_command_line(run, tmp_path):
    file = tmp_path / "query.csv"
    header = "数据年月,贸易伙伴编码,贸易伙伴名称,美元,"
    rows = [f'2018{month:02d},119,老挝,"110,000,000",' for month in range(1, 10)]
    file.write_bytes("\n".join([header, *rows]).encode("gb18030"))
    result = run("import-customs", file, "--unit", "usd", "--flow", "exports")
    assert result.exit_code == 0
    assert "R0106" in result.output
    assert "990" in result.output
    refused = run("import-customs", file, "--flow", "exports")
    assert "does not state its unit" in str(refused.exception)


def test_adopt_adds_the_imported_months_and_says_what_to_run_next(run, tmp_path):
    assert "no customs table has been imported" in str(run("adopt").exception)
    shutil.copytree(DATA_RAW, tmp_path / "data_raw")
    file = tmp_path / "table.csv"
    file.write_text(ENGLISH)
    assert run("import-customs", file).exit_code == 0
    result = run("adopt")
    assert result.exit_code == 0
    assert "6 rows of vintage" in result.output
    assert "python -m analysis check" in result.output
    assert "0 rows of vintage" in run("adopt").output
