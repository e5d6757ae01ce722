"""From data_raw to every output: the same bytes, nothing twice, and only what changed."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.config import ROOT
from analysis.review.targets import Selection
from analysis.review.trees import compare_trees
from analysis.review.verdicts import ACCEPTED

pytestmark = pytest.mark.slow

OTHER_PLACE = {
    "PYTHONHASHSEED": "1",
    "LC_ALL": "C",
    "TZ": "Pacific/Kiritimati",
    "OPENBLAS_NUM_THREADS": "1",
}
NOTHING = "Nothing to do"
THIRD = "qingshuihe_chinshwehaw"
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
    if [name for name in committed if rebuilt[name] != committed[name]]:
        _rounded_otherwise_by_this_processor(shared_project)
    copies = [name for name in committed if "/notebooks/" in name and name.endswith(".ipynb")]
    assert shared_project.kernels_started == len(copies)


def _rounded_otherwise_by_this_processor(project):
    """Accept last digits of another processor: the same to a reader, and the same bytes again."""
    everything = compare_trees(ROOT, project.root, Selection())
    moved = {item.target.data.as_posix(): item.table.verdict for item in everything}
    assert {name: verdict for name, verdict in moved.items() if verdict not in ACCEPTED} == {}
    once = project.outputs()
    with project.undone():
        for name in ("data_processed", "figures"):
            shutil.rmtree(project.root / name)
        assert project.run("reproduce").returncode == 0
        assert project.outputs() == once


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
    path = shared_project.root / "notebooks" / "parameters" / f"{THIRD}.yaml"
    text = path.read_text(encoding="utf-8")
    assert "label: Coup}" in text
    with shared_project.undone():
        path.write_text(text.replace("label: Coup}", "label: Coup in Myanmar}"), encoding="utf-8")
        result = shared_project.run("reproduce")
        assert result.returncode == 0, result.stderr
        after = shared_project.outputs()
    assert f"notebooks/parameters/{THIRD}.yaml changed" in result.stdout
    moved = {name for name in after if after[name] != before.get(name)}
    assert moved
    mine = (f"figures/{THIRD}/", f"data_processed/robustness/{THIRD}/", *ABOUT_ALL_STUDIES)
    assert all(name.startswith(mine) for name in moved)
    assert "mohan_boten-" not in result.stdout
    assert "ruili_muse-" not in result.stdout


def test_a_border_of_ones_own_from_an_empty_form_to_the_expected_tables(shared_project):
    """The way of notebooks/adapt_a_border.md, with the committed third zone as what comes out."""
    root, given = shared_project.root, _Third.of(shared_project.root)
    expected, before, sidecars = _tables_of(root), shared_project.outputs(), _sidecars_of(root)
    readme = _readme_of(root)
    given.take_away()
    assert shared_project.run("register").returncode == 0
    _start_from_an_empty_form(shared_project, given)
    _fill_in_with_a_mistake_and_mend_it(shared_project, given)

    built = shared_project.run("reproduce", "--study", THIRD)
    assert built.returncode == 0, built.stderr
    assert "mohan_boten-" not in built.stdout
    assert _tables_of(root) == expected
    assert "Chinshwehaw total trade" in expected["effects.csv"]
    after = shared_project.outputs()
    moved = {name for name in before | after if after.get(name) != before.get(name)}
    # Sidecars and README name the empty tables that new-study leaves beside the reports.
    assert moved <= {"README.md", *(f"figures/{THIRD}/{name}" for name in sidecars)}
    assert _sidecars_of(root) == sidecars  # but for the tables that new-study made and are empty
    empty = {path.name for path in (root / "data_raw").glob(f"*_{THIRD}.csv")} - {given.table.name}
    assert {line.split("`")[1] for line in _readme_of(root) ^ readme} == empty


@dataclass(frozen=True)
class _Third:
    """The third zone as committed: settings, reports and their card, each with its text."""

    settings: Path
    table: Path
    filled: str
    rows: str
    card: str

    @classmethod
    def of(cls, root: Path) -> _Third:
        settings = root / "notebooks" / "parameters" / f"{THIRD}.yaml"
        table = root / "data_raw" / f"reports_{THIRD}.csv"
        paths = (settings, table, table.with_suffix(".card.yaml"))
        return cls(settings, table, *(path.read_text(encoding="utf-8") for path in paths))

    def take_away(self) -> None:
        for path in (self.settings, *self.table.parent.glob(f"*_{THIRD}.*")):
            path.unlink()
        shutil.rmtree(self.table.parents[1] / "figures" / THIRD)


def _start_from_an_empty_form(project, given: _Third) -> None:
    made = project.run("new-study", THIRD, "--like", "ruili_muse")
    assert made.returncode == 0, made.stderr
    assert given.table.read_text(encoding="utf-8") == given.rows.splitlines(keepends=True)[0]
    fresh = project.run("check")
    assert fresh.returncode == 0, fresh.stderr
    assert "CHANGE ME" in fresh.stdout
    kernels = project.kernels_started
    refused = project.run("reproduce", "--study", THIRD)
    assert refused.returncode == 1
    assert "is what new-study wrote" in refused.stderr
    assert project.kernels_started == kernels


def _fill_in_with_a_mistake_and_mend_it(project, given: _Third) -> None:
    given.table.write_text(given.rows.replace(",518.38,", ',"518,380",'), encoding="utf-8")
    given.table.with_suffix(".card.yaml").write_text(given.card, encoding="utf-8")
    given.settings.write_text(given.filled, encoding="utf-8")
    unregistered = project.run("check")
    assert unregistered.returncode == 1
    assert "run python -m analysis register" in unregistered.stderr
    assert project.run("register").returncode == 0
    mistaken = project.run("check")
    assert f"reports_{THIRD}.csv, row R1002 (line 3), column value" in mistaken.stderr
    assert "thousands separator" in mistaken.stderr
    given.table.write_text(given.rows, encoding="utf-8")
    assert project.run("register").returncode == 0
    content = project.run("check")
    assert content.returncode == 0, content.stderr
    assert "doubt" not in content.stdout


def _readme_of(root: Path) -> set[str]:
    return set((root / "README.md").read_text(encoding="utf-8").splitlines())


def _tables_of(root: Path) -> dict[str, str]:
    folder = root / "figures" / THIRD
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.csv")}


def _sidecars_of(root: Path) -> dict[str, dict[str, object]]:
    """Return the sidecars of the third zone without inputs of its own that hold no row."""
    found = {}
    for path in (root / "figures" / THIRD).glob("*.provenance.json"):
        sidecar = json.loads(path.read_text(encoding="utf-8"))
        kept = [item for item in sidecar["inputs"] if not _is_empty_and_of_the_third(item)]
        found[path.name] = sidecar | {"inputs": kept}
    return found


def _is_empty_and_of_the_third(item: dict[str, object]) -> bool:
    rows = item["rows"]
    return THIRD in str(item["file"]) and isinstance(rows, dict) and rows["rows"] == 0


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
