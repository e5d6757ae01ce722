"""An archive is the same bytes each time, and is refused where its parts do not hold together."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from made_package import EXHIBIT, PROGRAM, SIDECAR, TEXTS, commit, make_package, renew_sidecar

from analysis.config import ROOT
from analysis.errors import BuildError, DataError
from analysis.review import bundle_files
from analysis.review.bundle import write_bundle, written_bundle
from analysis.review.bundle_checks import registered_exhibits
from analysis.review.unpack import unpack

MADE = ("manifest-sha256.txt", "ro-crate-metadata.json")
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
PACK = """
import os, sys
from pathlib import Path
os.umask(0o077)
from analysis.review.bundle import write_bundle
print(write_bundle(Path(sys.argv[1]), Path(sys.argv[2]), exhibits=[sys.argv[3]]).sha256)
"""


def pack(folder: Path, **options):
    return write_bundle(folder, folder.parent / "again", exhibits=[EXHIBIT], **options)


def test_another_place_time_zone_umask_and_locale_give_the_same_bytes(package, packed, tmp_path):
    other = tmp_path / "elsewhere" / "copy"
    shutil.copytree(package, other)
    for path in other.rglob("*.csv"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    command = [sys.executable, "-c", PACK, str(other), str(tmp_path / "there"), EXHIBIT]
    result = subprocess.run(
        command, env=os.environ | ELSEWHERE, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == packed.sha256
    there = tmp_path / "there" / packed.path.name
    assert there.read_bytes() == packed.path.read_bytes()
    assert hashlib.sha256(there.read_bytes()).hexdigest() == packed.sha256
    assert packed.sha256 in packed.path.with_suffix(".zip.sha256").read_text()


def test_the_archive_holds_the_tracked_files_and_what_was_made_for_it(package, packed):
    with zipfile.ZipFile(packed.path) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        contents = {name: archive.read(name) for name in names}
    assert names == sorted(names)
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=package, capture_output=True, check=True
    )
    assert set(names) == {*tracked.stdout.decode().strip("\0").split("\0"), *MADE}
    assert contents["tests/test_ü.py"].decode() == TEXTS["tests/test_ü.py"]
    assert {entry.date_time[:3] for entry in entries} == {(2026, 11, 23)}
    modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in entries}
    assert modes.pop(".ci/run") == 0o755
    assert set(modes.values()) == {0o644}


def test_nothing_in_the_archive_tells_the_machine(package, packed):
    content = packed.path.read_bytes()
    telling = {str(package), str(Path.home()), platform.node(), f"/{getpass.getuser()}/"}
    assert not [text for text in telling if text.encode() in content]


def test_no_tracked_file_names_a_place_on_a_machine():
    """Home folders and the folder of this checkout; documents may speak of /tmp and the like."""
    place = re.escape(str(ROOT)) if len(ROOT.parts) > 2 else "/no/such/place"
    pattern = re.compile(rf"(?<![\w./:]){place}/|/(?:home|Users)/[a-z]\w*/|/root/".encode())
    members = bundle_files.package_members(ROOT, worktree=True)
    own = Path(__file__).relative_to(ROOT).as_posix()
    found = [item.path for item in members if item.path != own and pattern.search(item.content)]
    assert found == []


def test_packing_what_was_unpacked_gives_the_same_archive(packed, tmp_path):
    unpack(packed.path, tmp_path / "unpacked")
    again = pack(tmp_path / "unpacked")
    assert again.sha256 == packed.sha256


def test_without_git_a_changed_file_of_a_bundle_is_named(packed, tmp_path):
    unpack(packed.path, tmp_path / "unpacked")
    (tmp_path / "unpacked" / "README.md").write_text("# Other\n")
    (tmp_path / "unpacked" / "figures" / "new.csv").write_text("a\n")
    with pytest.raises(BuildError, match=r"README\.md, figures/new\.csv"):
        pack(tmp_path / "unpacked")
    assert pack(tmp_path / "unpacked", worktree=True).sha256 != packed.sha256


def test_without_git_and_manifest_the_stated_rule_holds(package, packed):
    shutil.rmtree(package / ".git")
    (package / "analysis" / "__pycache__").mkdir()
    (package / "analysis" / "__pycache__" / "x.pyc").write_text("")
    (package / ".hidden").write_text("")
    (package / "site").mkdir()
    (package / "site" / "index.html").write_text("")
    assert pack(package).sha256 == packed.sha256


def test_a_folder_inside_another_checkout_is_not_taken_for_its_root(tmp_path):
    commit(make_package(tmp_path / "outer"))
    inner = make_package(tmp_path / "outer" / "inner")
    assert "README.md" in [item.path for item in bundle_files.package_members(inner)]


def test_uncommitted_changes_are_named_and_can_be_allowed(package, packed):
    (package / "README.md").write_text("# Other\n")
    (package / "new.txt").write_text("new\n")
    with pytest.raises(BuildError) as caught:
        pack(package)
    assert "README.md, new.txt" in str(caught.value)
    assert "--worktree" in str(caught.value)
    allowed = pack(package, worktree=True)
    assert allowed.sha256 != packed.sha256
    with zipfile.ZipFile(allowed.path) as archive:
        assert archive.read("new.txt") == b"new\n"


def test_a_renamed_file_is_named_by_both_names(package):
    subprocess.run(["git", "-C", str(package), "mv", "README.md", "READ.md"], check=True)
    with pytest.raises(BuildError, match=r"READ\.md, README\.md"):
        pack(package)


def break_nothing(package: Path) -> None:
    (package / SIDECAR).unlink()


def change_exhibit(package: Path) -> None:
    (package / "figures/zone/effects.csv").write_text("effect\n2\n")


def change_program(package: Path) -> None:
    (package / PROGRAM).write_text("def effects_table():\n    return 2\n")


def change_lock(package: Path) -> None:
    (package / "requirements.lock").write_text("numpy==2.4.7\n")


def change_processed(package: Path) -> None:
    (package / "data_processed/observations.csv").write_text("report_id,value\nR1,2\n")


def change_parameters(package: Path) -> None:
    (package / "notebooks/parameters/zone.yaml").write_text("title: Other\n")


def name_absent(package: Path) -> None:
    path = package / SIDECAR
    sidecar = json.loads(path.read_text())
    sidecar["processed"]["data_processed/absent.csv"] = "0" * 64
    path.write_text(json.dumps(sidecar))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (break_nothing, "has no provenance sidecar"),
        (change_exhibit, r"figures/zone/effects\.csv: the file was changed"),
        (change_program, r"exhibits/effects\.py: the file was changed"),
        (change_lock, r"requirements\.lock: the file was changed"),
        (change_processed, r"observations\.csv: the file was changed"),
        (change_parameters, r"zone\.yaml: the file was changed"),
        (name_absent, r"absent\.csv: the file it names is not packed"),
    ],
)
def test_an_exhibit_without_current_provenance_is_refused(package, fault, message):
    fault(package)
    with pytest.raises(BuildError, match=message):
        pack(package, worktree=True)
    assert not (package.parent / "again").exists()


def test_a_raw_file_that_is_not_as_registered_is_refused(package):
    (package / "data_raw/reports.csv").write_text("report_id,value\nR1,2\n")
    renew_sidecar(package)
    with pytest.raises(DataError, match="the file was changed"):
        pack(package, worktree=True)


def test_two_versions_are_refused(package):
    path = package / "pyproject.toml"
    path.write_text(re.sub('version = "[^"]+"', 'version = "9.9"', path.read_text(), count=1))
    with pytest.raises(BuildError, match=r"but 9\.9 in pyproject\.toml"):
        pack(package, worktree=True)


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_link_is_refused(package):
    (package / "link.md").symlink_to("README.md")
    with pytest.raises(BuildError, match="link"):
        pack(package, worktree=True)


def test_tables_of_which_only_figures_are_quoted_are_named(packed):
    assert packed.quoted == ("data_raw/reports.csv",)


def test_an_archive_that_was_not_written_is_told(tmp_path):
    with pytest.raises(BuildError, match="make bundle"):
        written_bundle(tmp_path)


def test_every_registered_exhibit_of_the_package_can_be_packed(tmp_path):
    """The real tree as it stands; fails where an exhibit was not built again after a change."""
    names = registered_exhibits()
    made = write_bundle(ROOT, tmp_path, worktree=True)
    with zipfile.ZipFile(made.path) as archive:
        crate = json.loads(archive.read("ro-crate-metadata.json"))
    actions = {item["@id"] for item in crate["@graph"] if item["@type"] == "CreateAction"}
    assert actions == {f"#make/{name}" for name in names}
