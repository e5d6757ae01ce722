"""No program reads a pickle, unsafe YAML or text as code: every source is looked through."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from analysis import study_yaml
from analysis.config import ANALYSIS, ROOT
from analysis.errors import StudyError
from analysis.study_yaml import read_yaml

UNSAFE_MODULES = {
    "pickle", "_pickle", "cPickle", "cloudpickle", "dill", "shelve", "marshal", "dbm",
}  # fmt: skip
UNSAFE_CALLS = {
    "eval", "exec", "compile", "os.system", "os.popen", "joblib.load", "pd.read_pickle",
    "pandas.read_pickle", "torch.load", "yaml.full_load", "yaml.unsafe_load", "yaml.load_all",
    "yaml.full_load_all", "yaml.unsafe_load_all",
}  # fmt: skip
SAFE_LOADERS = {"SafeLoader", "CSafeLoader"}
LOADERS_OF_ITS_OWN = "analysis/study_yaml.py"  # each of them is checked below
UNSAFE_YAML = "yaml.load without a safe loader"
HOSTILE_YAML = (
    "title: !!python/object/apply:os.system ['true']",
    "title: !!python/name:os.system",
    "title: !!python/module:os",
    "title: !!python/object/new:os.system ['true']",
)


def dotted(node):
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def keywords(call):
    return {item.arg: item.value for item in call.keywords}


def is_true(node):
    return isinstance(node, ast.Constant) and node.value is True


def call_fault(call):
    name, given = dotted(call.func), keywords(call)
    if name in UNSAFE_CALLS:
        return name
    if name.endswith((".to_pickle", ".read_pickle")):
        return name
    if is_true(given.get("shell")):
        return f"{name} in a shell"
    if "allow_pickle" in given and not _is_false(given["allow_pickle"]):
        return f"{name} with pickles allowed"
    if name == "yaml.load" and dotted(given.get("Loader")).split(".")[-1] not in SAFE_LOADERS:
        return UNSAFE_YAML
    return None


def _is_false(node):
    return isinstance(node, ast.Constant) and node.value is False


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def faults_of(source):
    found = []
    for node in ast.walk(ast.parse(source)):
        found += [f"imports {name}" for name in sorted(imported(node) & UNSAFE_MODULES)]
        found += [call_fault(node)] if isinstance(node, ast.Call) else []
    return [fault for fault in found if fault]


def test_no_program_of_the_package_runs_what_it_reads():
    found = {}
    for path in sorted(ANALYSIS.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        faults = faults_of(path.read_text(encoding="utf-8"))
        if name == LOADERS_OF_ITS_OWN:
            faults = [fault for fault in faults if fault != UNSAFE_YAML]
        if faults:
            found[name] = faults
    assert found == {}


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import pickle", "imports pickle"),
        ("from cloudpickle import loads", "imports cloudpickle"),
        ("joblib.load(path)", "joblib.load"),
        ("frame.to_pickle(path)", "frame.to_pickle"),
        ("np.load(path, allow_pickle=True)", "np.load with pickles allowed"),
        ("yaml.load(text)", UNSAFE_YAML),
        ("yaml.load(text, Loader=yaml.UnsafeLoader)", UNSAFE_YAML),
        ("subprocess.run(text, shell=True)", "subprocess.run in a shell"),
        ("eval(text)", "eval"),
    ],
)
def test_the_search_finds_what_it_looks_for(source, fault):
    assert faults_of(source) == [fault]


@pytest.mark.parametrize(
    "source",
    ["np.load(path)", "yaml.safe_load(text)", "yaml.load(t, Loader=yaml.CSafeLoader)", "a.eval()"],
)
def test_the_search_lets_what_is_safe_pass(source):
    assert faults_of(source) == []


@pytest.mark.parametrize("text", HOSTILE_YAML)
def test_a_study_file_cannot_name_a_function(tmp_path, text):
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="not valid YAML"):
        read_yaml(tmp_path / "study.yaml")
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load(text)


def test_every_loader_of_its_own_is_a_safe_one():
    loaders = [item for item in vars(study_yaml).values() if _is_loader(item)]
    assert loaders
    assert all(issubclass(item, yaml.SafeLoader | yaml.CSafeLoader) for item in loaders)


def _is_loader(item):
    return isinstance(item, type) and hasattr(item, "get_single_data")


def test_what_is_promised_is_written_down():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for word in ("port", "pickle", "YAML", "LaTeX", "spreadsheet", "hash", "advisories", "Report"):
        assert word in text
    assert "@" not in text  # no address is made up


def test_every_test_that_a_promise_names_exists():
    """The table of promises leads to the tests that hold them."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = {word.strip("`") for word in text.split() if word.startswith("`tests/")}
    assert named
    assert [name for name in named if not Path(ROOT / name).exists()] == []
