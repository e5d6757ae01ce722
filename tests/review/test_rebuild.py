"""A bundle is rebuilt elsewhere and compared byte by byte; the build itself is watched here."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from analysis.errors import BuildError
from analysis.review.rebuild import run_command, verify_bundle
from analysis.review.verdicts import Verdict


class Build:
    """Puts given outputs back in place of a build, and remembers what it was asked to run."""

    def __init__(self, source, code=0):
        self.source, self.code = source, code
        self.command, self.environment, self.left = (), {}, []

    def __call__(self, command, folder, environment):
        self.command, self.environment = command, environment
        self.left = sorted(path.name for path in folder.iterdir())
        for name in ("data_processed", "figures"):
            shutil.copytree(self.source / name, folder / name)
        return subprocess.CompletedProcess(command, self.code, "some words\n", "the last word\n")


def test_the_same_bytes_are_a_full_reproduction(package, packed, tmp_path):
    build = Build(package)
    result = verify_bundle(packed.path, tmp_path / "work", build)
    assert result.faults == ()
    assert result.verdict is Verdict.FULL
    assert result.files == packed.files - 1
    assert result.rebuilt == 5
    assert not {"data_processed", "figures"} & {*build.left}
    assert build.environment["PYTHONPATH"] == str(tmp_path / "work")


def test_another_lock_gets_its_own_packages(package, packed, tmp_path):
    build = Build(package)
    assert verify_bundle(packed.path, tmp_path / "work", build).own_environment
    assert build.command == ["make", "reproduce"]


def test_the_same_lock_uses_the_python_that_runs(package, packed, tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.review.rebuild.LOCK", package / "requirements.lock")
    build = Build(package)
    assert not verify_bundle(packed.path, tmp_path / "work", build).own_environment
    assert build.command == [sys.executable, "-m", "analysis", "reproduce", "--no-site"]


def test_what_comes_out_otherwise_is_named(package, packed, tmp_path):
    figures = package / "figures" / "zone"
    (figures / "effects.csv").write_text("effect\n2\n")
    (figures / "effects.svg").unlink()
    (figures / "new.csv").write_text("a\n")
    result = verify_bundle(packed.path, tmp_path / "work", Build(package))
    assert not result.is_accepted
    assert result.faults == (
        "figures/zone/effects.csv differs",
        "figures/zone/effects.svg was not built",
        "figures/zone/new.csv is new",
    )


def test_other_bytes_with_the_same_numbers_are_named_and_accepted(package, packed, tmp_path):
    (package / "figures" / "zone" / "effects.svg").write_text("<svg></svg>\n")
    result = verify_bundle(packed.path, tmp_path / "work", Build(package))
    assert result.faults == ("figures/zone/effects.svg differs",)
    assert result.verdict is Verdict.FULL
    assert result.is_accepted


def test_a_build_that_fails_tells_its_last_words(package, packed, tmp_path):
    with pytest.raises(BuildError, match="the last word"):
        verify_bundle(packed.path, tmp_path / "work", Build(package, code=2))


def test_a_folder_that_holds_something_is_left_alone(packed, package):
    with pytest.raises(BuildError, match="not empty"):
        verify_bundle(packed.path, package)
    assert (package / "README.md").is_file()


def test_the_command_runs_in_the_folder(tmp_path):
    program = "import os; print(os.getcwd(), os.environ['WHO'])"
    result = run_command([sys.executable, "-c", program], tmp_path, {"WHO": "me"})
    assert result.stdout.split() == [str(tmp_path.resolve()), "me"]
