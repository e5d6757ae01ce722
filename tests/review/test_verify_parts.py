"""The parts of a verification: the copy, the packages, what is compared, the report."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pandas as pd
import pytest
from packaging.requirements import Requirement
from rich.console import Console

from analysis.config import DATA_RAW, ROOT
from analysis.errors import BuildError, DataError, StudyError
from analysis.review.copy import copy_source, find_source
from analysis.review.fresh_build import check_raw_data
from analysis.review.report import Build, ReplicationReport
from analysis.review.report_files import write_report
from analysis.review.show import show_report
from analysis.review.software import Software, package_differences
from analysis.review.targets import Selection, known_names, targets_in
from analysis.review.trees import compare_trees
from analysis.review.verdicts import Verdict
from analysis.review.verification import verify_against

EFFECTS = "outcome,estimate\ntrade,-19.2177\ncargo,12.4944\n"


def made_tree(folder: Path, effects: str = EFFECTS) -> Path:
    files = {
        "figures/boten/effects.csv": effects,
        "figures/boten/effects.md": "**Effects**\n",
        "figures/boten/coverage.csv": "place,start\nBoten,2020-01-01\n",
        "figures/boten/coverage.svg": "<svg/>",
        "figures/boten/coverage.alt.txt": "One report.\n",
        "figures/boten/notebooks/02_zone_trade.ipynb": "{}",
        "data_processed/reports.csv": "report_id,value\nR1,5.0\n",
        "data_processed/robustness/boten/checks.csv": "check,holds\nplacebo,yes\n",
        "data_raw/reports.csv": "report_id,value\nR1,5\n",
        "analysis/made.py": "ONE = 1\n",
        "pytask.lock": "made",
        ".pytask/imports.json": "{}",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def git(folder: Path, *arguments: str) -> None:
    own = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True)


def made_report(before: Path, after: Path, complete: bool = True) -> ReplicationReport:
    software = Software("a" * 64, "3.11.7", "Linux", 2, ())
    build = Build("commit 1234567890", "1234567890", False, complete)
    compared = compare_trees(before, after, Selection())
    return ReplicationReport("2026-01-01T00:00:00+00:00", build, Selection(), software, compared, 1)


def test_a_folder_without_git_is_copied_without_outputs_and_memory(tmp_path):
    tree = made_tree(tmp_path / "project")
    source = find_source(worktree=False, root=tree)
    assert "no git repository" in source.words
    copies = copy_source(source, tmp_path / "work", tree)
    assert (copies.rebuilt / "analysis/made.py").is_file()
    assert not (copies.rebuilt / "figures").exists()
    assert not (copies.rebuilt / "data_processed").exists()
    assert not (copies.rebuilt / ".pytask").exists()
    assert not (copies.rebuilt / "pytask.lock").exists()
    assert (copies.committed / "figures/boten/effects.csv").read_text() == EFFECTS


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_last_commit_is_copied_unless_the_work_tree_is_asked_for(tmp_path):
    tree = made_tree(tmp_path / "project")
    git(tree, "init")
    git(tree, "add", "-A")
    git(tree, "commit", "-m", "made")
    (tree / "analysis/made.py").write_text("ONE = 2\n")
    (tree / "analysis/new.py").write_text("TWO = 2\n")
    committed = find_source(worktree=False, root=tree)
    assert committed.dirty
    assert "left out" in committed.words
    copies = copy_source(committed, tmp_path / "first", tree)
    assert (copies.rebuilt / "analysis/made.py").read_text() == "ONE = 1\n"
    assert not (copies.rebuilt / "analysis/new.py").exists()
    standing = find_source(worktree=True, root=tree)
    assert "work tree" in standing.words
    copies = copy_source(standing, tmp_path / "second", tree)
    assert (copies.rebuilt / "analysis/made.py").read_text() == "ONE = 2\n"
    assert (copies.rebuilt / "analysis/new.py").is_file()
    assert not (copies.rebuilt / "figures").exists()


def test_an_unregistered_change_of_raw_data_stops_before_anything_is_built(tmp_path):
    shutil.copytree(DATA_RAW, tmp_path / "data_raw")
    path = tmp_path / "data_raw" / "glossary.csv"
    path.write_text(path.read_text(encoding="utf-8") + "x,y,z\n", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        check_raw_data(tmp_path)
    assert "data_raw/glossary.csv" in str(raised.value)
    assert "nothing was built" in str(raised.value)
    assert "python -m analysis register" in str(raised.value)


def test_packages_that_differ_from_the_lock_are_named():
    pins = [Requirement(f"{name}==1.2.0") for name in ("same", "newer", "absent")]
    present = {"same": "1.2", "newer": "1.3.0"}

    def installed(name: str) -> str:
        if name not in present:
            raise PackageNotFoundError(name)
        return present[name]

    found = package_differences(pins, installed)
    assert [(item.name, item.locked, item.installed) for item in found] == [
        ("newer", "1.2.0", "1.3.0"),
        ("absent", "1.2.0", "not installed"),
    ]


def test_exhibits_and_processed_tables_are_found_in_either_tree(tmp_path):
    before, after = made_tree(tmp_path / "before"), made_tree(tmp_path / "after")
    (after / "figures/boten/effects.csv").unlink()
    targets = {item.name: item for item in targets_in((before, after), Selection())}
    assert sorted(targets) == [
        "boten/coverage",
        "boten/effects",
        "data_processed/reports",
        "data_processed/robustness/boten/checks",
    ]
    assert targets["boten/coverage"].kind == "figure"
    assert targets["boten/effects"].forms["estimate"] == "percent"


def test_a_selection_compares_its_own_exhibits(tmp_path):
    tree = made_tree(tmp_path)
    (tree / "data_processed/robustness/boten/checks.csv").unlink()
    names = [item.name for item in targets_in((tree,), Selection(("boten",), ("01_data_audit",)))]
    assert names == ["boten/coverage", "data_processed/reports"]
    names = [item.name for item in targets_in((tree,), Selection(("muse",)))]
    assert names == ["data_processed/reports"]
    with pytest.raises(StudyError, match="did you mean 'boten'"):
        known_names("study", ["botten"], ["boten"])


def test_the_report_names_what_moved_in_every_form(tmp_path):
    before = made_tree(tmp_path / "before")
    after = made_tree(tmp_path / "after", EFFECTS.replace("12.4944", "13.4944"))
    report = made_report(before, after)
    assert [item.target.name for item in report.moved] == ["boten/effects"]
    assert (report.verdict, report.accepted) == (Verdict.PARTIAL, False)
    written = write_report(report, tmp_path / "out")
    assert sorted(path.name for path in written) == ["verify.csv", "verify.json", "verify.md"]
    content = json.loads((tmp_path / "out/verify.json").read_text(encoding="utf-8"))
    moved = [item for item in content["exhibits"] if item["verdict"] != "full"]
    assert moved[0]["largest"]["after"] == "13.4944"
    assert content["counts"]["exhibits"]["full"] == 1
    lines = pd.read_csv(tmp_path / "out/verify.csv")
    assert lines.loc[lines["verdict"] == "partial", "name"].tolist() == ["boten/effects"]
    markdown = (tmp_path / "out/verify.md").read_text(encoding="utf-8")
    assert "estimate at outcome = cargo: 12.4944 -> 13.4944 (+1; +7.41 %)" in markdown
    assert "boten/coverage" not in markdown


def test_the_report_is_printed_with_what_differs_alone(tmp_path):
    before = made_tree(tmp_path / "before")
    after = made_tree(tmp_path / "after")
    (after / "figures/boten/coverage.alt.txt").write_text("Two reports.\n")
    shown = io.StringIO()
    show_report(made_report(before, after), Console(width=200, file=shown))
    text = shown.getvalue()
    assert "words differ in coverage.alt.txt" in text
    assert "boten/effects" not in text
    assert "verdict: minor differences" in text


def test_a_build_that_failed_is_never_accepted(tmp_path):
    tree = made_tree(tmp_path)
    assert made_report(tree, tree).accepted
    assert not made_report(tree, tree, complete=False).accepted


def test_the_outputs_of_the_package_agree_with_themselves():
    report = verify_against(ROOT, Selection())
    assert report.verdict is Verdict.FULL
    assert len(report.exhibits) > 100


def test_a_folder_that_is_not_a_build_is_refused(tmp_path):
    with pytest.raises(BuildError, match="has no figures/"):
        verify_against(tmp_path, Selection())
