"""From data_raw to every output: the same bytes, nothing twice, and only what changed."""

from __future__ import annotations

import json
import shutil

import pytest

pytestmark = pytest.mark.slow

OTHER_PLACE = {
    "PYTHONHASHSEED": "1",
    "LC_ALL": "C",
    "TZ": "Pacific/Kiritimati",
    "OPENBLAS_NUM_THREADS": "1",
}
NOTHING = "Nothing to do"
ABOUT_ALL_STUDIES = (
    "README.md",
    "figures/zone_comparison/",
    "figures/synthesis/",
    "figures/zones_frame/",
    "notebooks/06_zone_comparison.ipynb",
    "notebooks/11_zones_frame.ipynb",
    "notebooks/12_synthesis.ipynb",
)


def test_outputs_come_back_byte_by_byte_in_another_locale_and_time_zone(shared_project):
    committed = shared_project.outputs()
    for name in ("data_processed", "figures"):
        shutil.rmtree(shared_project.root / name)
    result = shared_project.run("reproduce", **OTHER_PLACE)
    assert result.returncode == 0, result.stderr
    rebuilt = shared_project.outputs()
    assert sorted(rebuilt) == sorted(committed)
    assert [name for name in committed if rebuilt[name] != committed[name]] == []
    copies = [name for name in committed if "/notebooks/" in name and name.endswith(".ipynb")]
    assert shared_project.kernels_started == len(copies)


def test_a_second_run_does_nothing_and_says_so(shared_project):
    before = shared_project.kernels_started
    result = shared_project.run("reproduce")
    assert result.returncode == 0, result.stderr
    assert NOTHING in result.stdout
    assert shared_project.kernels_started == before


def test_a_deleted_output_comes_back_alone_and_the_reason_is_given(shared_project):
    before = shared_project.outputs()
    (shared_project.root / "figures" / "ruili_muse" / "effects.tex").unlink()
    result = shared_project.run("reproduce")
    assert "figures/ruili_muse/effects.tex is missing" in result.stdout
    assert "Ran 1 steps" in result.stdout
    assert shared_project.outputs() == before


def test_one_notebook_is_built_alone_with_what_it_shows(shared_project):
    before = shared_project.outputs()
    figures = shared_project.root / "figures" / "mohan_boten"
    (figures / "coverage.svg").unlink()
    (figures / "effects.tex").unlink()
    result = shared_project.run("reproduce", "--notebook", "01_data_audit")
    assert result.returncode == 0, result.stderr
    assert "Ran 1 steps" in result.stdout
    assert (figures / "coverage.svg").is_file()
    assert not (figures / "effects.tex").exists()
    assert shared_project.run("reproduce").returncode == 0
    assert shared_project.outputs() == before


def test_a_study_file_rebuilds_that_study_alone(shared_project):
    before = shared_project.outputs()
    path = shared_project.root / "notebooks" / "parameters" / "ruili_muse.yaml"
    text = path.read_text(encoding="utf-8")
    with shared_project.undone():
        path.write_text(
            text.replace("label: Muse imports", "label: Imports at Muse"), encoding="utf-8"
        )
        result = shared_project.run("reproduce")
        assert result.returncode == 0, result.stderr
        after = shared_project.outputs()
    assert "notebooks/parameters/ruili_muse.yaml changed" in result.stdout
    moved = {name for name in after if after[name] != before.get(name)}
    assert moved
    mine = ("figures/ruili_muse/", "data_processed/robustness/ruili_muse/", *ABOUT_ALL_STUDIES)
    assert all(name.startswith(mine) for name in moved)
    assert "mohan_boten-" not in result.stdout


def test_a_new_study_needs_one_file_and_no_python(shared_project):
    folder = shared_project.root / "notebooks" / "parameters"
    own = """
title: Lweje
question: What happened to trade through Lweje?
places: [Lweje]
window: {start: 2014-01, end: 2023-12}
trend: none
seasonality: none
rho: 0.3
confidence: [high, medium]
level: 0.9
seeds: {bootstrap: 1}
interventions:
  - {name: coup, event: EV032, shape: step, label: Coup}
outcomes:
  - {name: total, label: Lweje trade, series: lweje/port/trade_value/mm_commerce/usd}
"""
    (folder / "lweje.yaml").write_text(own, encoding="utf-8")
    result = shared_project.run("reproduce", "--study", "lweje")
    assert result.returncode == 0, result.stderr
    figures = shared_project.root / "figures" / "lweje"
    assert (figures / "zone_trade.svg").stat().st_size > 1000
    assert "Lweje trade" in (figures / "effects.md").read_text(encoding="utf-8")
    assert (figures / "notebooks" / "02_zone_trade.ipynb").is_file()
    (folder / "lweje.yaml").unlink()


def test_a_step_that_fails_is_one_message_and_leaves_its_outputs(shared_project):
    with shared_project.undone():
        _fail_in_a_notebook(shared_project)


def _fail_in_a_notebook(project):
    path = project.root / "notebooks" / "02_zone_trade.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "effects")
    cell["source"] = ["1 / 0"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    executed = project.root / "figures" / "ruili_muse" / "notebooks" / "02_zone_trade.ipynb"
    before = executed.read_bytes()
    result = project.run("reproduce", "--study", "ruili_muse")
    assert result.returncode == 1
    assert "02_zone_trade.ipynb" in result.stderr
    assert "ZeroDivisionError" in result.stderr
    assert "to do:" in result.stderr
    assert "Traceback" not in result.stderr
    assert executed.read_bytes() == before
