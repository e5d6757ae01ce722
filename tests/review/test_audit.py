"""What is installed is what is locked, and every difference is named."""

from __future__ import annotations

import base64
from hashlib import sha256
from importlib.metadata import PathDistribution

import pytest

from analysis.commands.audit import audit as audit_command
from analysis.config import LOCK
from analysis.errors import BuildError
from analysis.review.audit import Audit, audit, lock_faults

HASH = f" --hash=sha256:{'0' * 64}"


def install(folder, name="some-package", version="1.0", content=b"x = 1\n", listed=None):
    """Put a package as pip leaves it into a folder."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    digest = base64.urlsafe_b64encode(sha256(listed or content).digest()).rstrip(b"=").decode()
    (folder / f"{name}.py").write_bytes(content)
    (info / "RECORD").write_text(f"{name}.py,sha256={digest},6\n{info.name}/RECORD,,\n")
    return PathDistribution(info)


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "requirements.lock"
    path.write_text(
        f"some-package==1.0 \\\n   {HASH}\n    # via nothing\n"
        f"elsewhere==2.0 ; sys_platform == 'win32' \\\n   {HASH}\n"
    )
    return path


def test_the_lock_of_the_package_pins_everything_by_hash():
    assert lock_faults(LOCK.read_text(encoding="utf-8")) == []


def test_what_is_locked_and_installed_passes(lock, tmp_path):
    result = audit(lock, [install(tmp_path / "site")])
    assert result == Audit(pins=2, installed=1, files=1, faults=())


@pytest.mark.parametrize(
    ("packages", "fault"),
    [
        ([], "some-package is locked and not installed"),
        ([{"version": "1.1"}], "some-package is 1.1, locked 1.0"),
        ([{}, {"name": "stranger"}], "stranger is installed and not locked"),
        ([{}, {"version": "1.1"}], "some-package is installed twice: 1.0, 1.1"),
        ([{"listed": b"y = 1\n"}], "some-package: some-package.py was changed after"),
        ([{}, {"name": "elsewhere", "version": "3.0"}], "elsewhere is 3.0, locked 2.0"),
    ],
)
def test_each_difference_is_named(lock, tmp_path, packages, fault):
    found = [install(tmp_path / f"site{n}", **parts) for n, parts in enumerate(packages)]
    assert any(line.startswith(fault) for line in audit(lock, found).faults)


def test_a_file_that_is_gone_is_named(lock, tmp_path):
    package = install(tmp_path / "site")
    (tmp_path / "site" / "some-package.py").unlink()
    assert audit(lock, [package]).faults == ("some-package: some-package.py is missing",)


def test_names_are_compared_as_an_index_does(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"Some_Package==1.0{HASH}\n")
    assert audit(lock, [install(tmp_path / "site", name="some.package")]).faults == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"loose>=1.0{HASH}", "the lock does not pin loose>=1.0"),
        (f"wild==1.*{HASH}", "the lock does not pin wild==1.*"),
        ("bare==1.0", "the lock has no hash of bare==1.0"),
        ("short==1.0 --hash=sha256:00", "the lock has no hash of short==1.0"),
        ("weak==1.0 --hash=md5:00", "the lock has no hash of weak==1.0"),
        (f"far @ https://example.org/far.whl{HASH}", "the lock does not pin far"),
        ("-e .", "the lock has an option: -e ."),
        ("--find-links elsewhere", "the lock has an option: --find-links elsewhere"),
        (f"old==1.0{HASH}  # yanked: broken", "the lock marks a version as withdrawn"),
    ],
)
def test_a_lock_that_leaves_something_open_is_told(text, fault):
    assert any(line.startswith(fault) for line in lock_faults(text + "\n"))


def test_the_command_tells_what_it_cannot_check(monkeypatch, capsys):
    monkeypatch.setattr("analysis.review.audit.audit", lambda: Audit(2, 1, 1, ()))
    audit_command()
    said = capsys.readouterr().out
    assert "what is installed is what is locked" in said
    assert said.count("not checked:") == 3


def test_the_command_ends_with_the_faults(monkeypatch):
    faults = tuple(f"package{n} is locked and not installed" for n in range(22))
    monkeypatch.setattr("analysis.review.audit.audit", lambda: Audit(2, 1, 1, faults))
    with pytest.raises(BuildError, match="and 2 more"):
        audit_command()
