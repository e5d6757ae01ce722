"""An archive from anywhere: nothing leaves the folder, and no byte is other than listed."""

from __future__ import annotations

import shutil
import stat
import subprocess
import zipfile

import pytest

from analysis.errors import BuildError
from analysis.review.manifest import MANIFEST, manifest_text, parse_manifest
from analysis.review.unpack import is_inner_path, unpack

LINK = (stat.S_IFLNK | 0o777) << 16
PLACES = (
    "../outside.txt",
    "a/../../outside.txt",
    "/outside.txt",
    "C:/outside.txt",
    "c:outside.txt",
    "\\\\server\\share\\outside.txt",
    "a\\..\\..\\outside.txt",
    "./outside.txt",
    "a//outside.txt",
    "a/\noutside.txt",
    "file.txt:stream",
)


def archive_of(path, contents, attributes=0):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents:
            entry = zipfile.ZipInfo("placeholder")
            entry.filename = entry.orig_filename = name
            entry.external_attr = attributes
            archive.writestr(entry, content)
    return path


def listed(contents):
    return [*contents.items(), (MANIFEST, manifest_text(contents).encode())]


@pytest.mark.parametrize("place", PLACES)
def test_a_name_that_leads_out_is_refused_and_nothing_is_written(tmp_path, place):
    contents = listed({"good.txt": b"good", place: b"bad"})
    archive = archive_of(tmp_path / "bad.zip", contents)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BuildError, match="leads out of the folder"):
        unpack(archive, tmp_path / "folder")
    assert sorted(tmp_path.rglob("*")) == before


def test_plain_names_are_let_in():
    assert all(is_inner_path(name) for name in ("a", ".ci/run", "a/b..c", "tests/test_ü.py"))
    assert not any(is_inner_path(name) for name in ("", "..", "a/..", "a/"))


def test_a_link_is_refused(tmp_path):
    archive = archive_of(tmp_path / "bad.zip", [("link", b"/etc")], LINK)
    with pytest.raises(BuildError, match="link or a device"):
        unpack(archive, tmp_path / "folder")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["a.txt", "A.txt"])
def test_a_name_that_stands_twice_is_refused(tmp_path, second):
    archive = archive_of(tmp_path / "bad.zip", [("a.txt", b"1"), (second, b"2")])
    with pytest.raises(BuildError, match="stands twice"):
        unpack(archive, tmp_path / "folder")


def test_too_much_is_refused_before_a_byte_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.review.unpack.LARGEST", 10)
    archive = archive_of(tmp_path / "big.zip", listed({"a.txt": b"12345678901"}))
    with pytest.raises(BuildError, match="more than"):
        unpack(archive, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def rewritten(packed, path, change):
    with zipfile.ZipFile(packed.path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    return archive_of(path, contents.items())


def change_one_byte(contents):
    contents["README.md"] = contents["README.md"].replace(b"Z", b"z")


def add_a_file(contents):
    contents["figures/extra.csv"] = b"a\n"


def drop_a_file(contents):
    del contents["README.md"]


def drop_the_manifest(contents):
    del contents[MANIFEST]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (change_one_byte, r"README\.md was changed"),
        (add_a_file, r"figures/extra\.csv is not listed"),
        (drop_a_file, r"README\.md is missing"),
        (drop_the_manifest, "there is no manifest"),
    ],
)
def test_the_manifest_catches_every_change(packed, tmp_path, change, message):
    archive = rewritten(packed, tmp_path / "bad.zip", change)
    with pytest.raises(BuildError, match=message):
        unpack(archive, tmp_path / "folder")


def test_one_byte_changed_on_the_disk_is_caught(packed, tmp_path):
    content = bytearray(packed.path.read_bytes())
    content[content.index(b"# Zone")] ^= 1
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(BuildError, match="cannot be read: Bad CRC-32"):
        unpack(tmp_path / "bad.zip", tmp_path / "folder")


def test_what_is_no_archive_is_told(tmp_path):
    (tmp_path / "bad.zip").write_text("no archive")
    with pytest.raises(BuildError, match="cannot be read"):
        unpack(tmp_path / "bad.zip", tmp_path / "folder")
    with pytest.raises(BuildError, match="cannot be read"):
        unpack(tmp_path / "absent.zip", tmp_path / "folder")


def test_files_come_back_with_their_modes(packed, tmp_path):
    found = unpack(packed.path, tmp_path / "folder")
    assert len(found) == packed.files - 1
    assert (tmp_path / "folder" / ".ci" / "run").stat().st_mode & 0o111
    assert not (tmp_path / "folder" / "README.md").stat().st_mode & 0o111


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_reads_the_manifest(packed, tmp_path):
    unpack(packed.path, tmp_path / "folder")
    command = ["sha256sum", "--check", "--strict", "--quiet", MANIFEST]
    assert subprocess.run(command, cwd=tmp_path / "folder", check=False).returncode == 0


@pytest.mark.parametrize("line", ["0" * 63 + "  a", "0" * 64 + " a", "0" * 64 + "  "])
def test_a_line_of_another_form_is_told(line):
    with pytest.raises(BuildError, match="line 1"):
        parse_manifest(line + "\n")


def test_a_path_that_stands_twice_in_the_manifest_is_told():
    with pytest.raises(BuildError, match="stands twice"):
        parse_manifest(f"{'0' * 64}  a\n{'1' * 64}  a\n")
