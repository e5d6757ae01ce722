"""The software is pinned once, by hash, and every other list of it follows from that one."""

from __future__ import annotations

import ast
import re
import sys

import pytest
import yaml

from analysis.config import ANALYSIS, LOCK, ROOT
from analysis.errors import BuildError
from analysis.reporting.environment import ENVIRONMENT, environment_text, locked_pins

DIRECT = ROOT / "requirements.in"
CONFIGURATION = (
    "requirements.lock",
    "requirements.in",
    "environment.yml",
    "Makefile",
    "pyproject.toml",
)
INDEX = re.compile(
    r"https?:|--(extra-)?index-url|--find-links|--trusted-host|pypi\.", re.IGNORECASE
)
# Module -> distribution, where they differ.
PACKAGE_OF = {"yaml": "pyyaml", "_pytask": "pytask", "sdmx": "sdmx1"}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def name_of(requirement: str) -> str:
    """Return the normalised name of a requirement (PEP 503)."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement.strip()).group()
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_requirements() -> set[str]:
    lines = (line.split("#")[0].strip() for line in DIRECT.read_text(encoding="utf-8").splitlines())
    return {name_of(line) for line in lines if line}


def lock_blocks() -> list[str]:
    """Return the text of each requirement of the lock, with its hashes."""
    text = LOCK.read_text(encoding="utf-8").replace("\\\n", " ")
    return [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]


def imported_packages() -> set[str]:
    """Return every package outside the standard library that some module of analysis/ imports."""
    modules = set()
    for path in ANALYSIS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    outside = modules - set(sys.stdlib_module_names) - {ANALYSIS.name}
    return {name_of(PACKAGE_OF.get(module, module)) for module in outside}


def test_environment_yml_holds_exactly_the_pins_of_the_lock():
    content = yaml.safe_load(ENVIRONMENT.read_text(encoding="utf-8"))
    [pip] = [item["pip"] for item in content["dependencies"] if isinstance(item, dict)]
    assert pip[0] == "--editable ."
    assert pip[1:] == list(locked_pins())
    assert ENVIRONMENT.read_text(encoding="utf-8") == environment_text(locked_pins())


def test_conda_itself_gives_nothing_but_python_and_pip():
    content = yaml.safe_load(environment_text(("a==1",)))
    plain = [item for item in content["dependencies"] if isinstance(item, str)]
    assert [item.split("=")[0] for item in plain] == ["python", "pip"]


def test_no_pin_of_the_lock_is_overlooked():
    pins = [line.split("--hash")[0].strip() for line in lock_blocks()]
    assert sorted(pin.replace(" ", "") for pin in locked_pins()) == sorted(
        pin.replace(" ", "") for pin in pins
    )
    assert all("==" in pin for pin in pins)


def test_every_pin_has_a_hash():
    without = [line.split("--hash")[0] for line in lock_blocks() if not HASH.search(line)]
    assert without == []


@pytest.mark.parametrize("name", CONFIGURATION)
def test_no_file_names_the_address_of_an_index(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if INDEX.search(line)] == []


def test_every_imported_package_is_a_direct_requirement():
    assert imported_packages() - direct_requirements() == set()


def test_every_direct_requirement_is_locked():
    assert direct_requirements() - {name_of(pin) for pin in locked_pins()} == set()


def test_no_package_has_two_pins_for_one_interpreter():
    """A package may be pinned twice only if markers tell the pins apart."""
    pins: dict[str, list[str]] = {}
    for pin in locked_pins():
        pins.setdefault(name_of(pin), []).append(pin)
    for name, found in pins.items():
        markers = [pin.partition(" ; ")[2] for pin in found]
        assert len(found) == 1 or (all(markers) and len(set(markers)) == len(found)), name


# Reading a lock


def test_a_pin_is_read_with_its_marker_and_without_its_hashes(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# a comment with name==1.0\n"
        "plain==1.2.3 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via other==2\n"
        "with-extra[socks]==2.0\n"
        "marked==3.0rc1 ; python_full_version == '3.12.*' and sys_platform != 'win32' \\\n"
        "    --hash=sha256:22\n",
        encoding="utf-8",
    )
    assert locked_pins(lock) == (
        "plain==1.2.3",
        "with-extra[socks]==2.0",
        "marked==3.0rc1 ; python_full_version == '3.12.*' and sys_platform != 'win32'",
    )


def test_markers_survive_in_the_yaml():
    pins = ("a==1 ; python_full_version < '3.12'", "b==2")
    content = yaml.safe_load(environment_text(pins))
    assert content["dependencies"][-1]["pip"][1:] == list(pins)


@pytest.mark.parametrize("text", [None, "", "# nothing but a comment\n", "unpinned\n"])
def test_a_lock_without_a_pin_is_refused(tmp_path, text):
    lock = tmp_path / "requirements.lock"
    if text is not None:
        lock.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r"requirements\.lock.*\n.*make lock"):
        locked_pins(lock)
