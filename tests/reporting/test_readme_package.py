"""README.md states availability, software, time and memory from what is committed."""

from __future__ import annotations

import json

import pytest

from analysis.config import DATA_RAW
from analysis.data_management.sources import SOURCES
from analysis.errors import BuildError
from analysis.program import line_of
from analysis.provenance.places import placed_exhibits
from analysis.reporting.measured import MEASURED, kind_of, read_measured, summary_of
from analysis.reporting.readme import README
from analysis.reporting.readme_package import availability, requirements
from analysis.reporting.task_readme import readme_inputs

RECORD = {
    "built_at": "2026-01-02T03:04:05Z",
    "processors": 2,
    "python": "3.11.2",
    "steps": {
        "table[a-b]": {"seconds": 1.25, "peak_memory_mb": 100.4},
        "table[a-c]": {"seconds": 2.5, "peak_memory_mb": 90.0},
        "data": {"seconds": 4.0, "peak_memory_mb": None},
    },
}


def test_the_record_of_a_build_is_summed_up_by_kind_of_step():
    measured = summary_of(RECORD, 61.26, 0.04)
    assert measured.measured_on == "2026-01-02"
    assert measured.seconds == 61.3
    assert measured.kinds["table"].steps == 2
    assert measured.kinds["table"].seconds == 3.8
    assert measured.kinds["table"].longest_step == "table[a-c]"
    assert measured.kinds["table"].peak_memory_mb == 100
    assert measured.kinds["data"].peak_memory_mb is None


def test_the_committed_figures_cover_every_kind_of_step():
    kinds = {"data", "robustness", "notebook", "outputs", "figure", "table", "provenance", "readme"}
    assert set(read_measured().kinds) == kinds
    assert kind_of("provenance[mohan_boten-02_zone_trade]") == "provenance"


@pytest.mark.parametrize("change", [{"seconds": "long"}, {"colour": "red"}, None])
def test_figures_that_break_their_contract_are_one_message(tmp_path, change):
    path = tmp_path / "measured_build.json"
    if change is not None:
        content = json.loads(MEASURED.read_text(encoding="utf-8")) | change
        path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BuildError, match=r"measure_build\.py --write"):
        read_measured(path)


def test_requirements_name_the_machine_and_do_not_change_from_run_to_run():
    text = requirements()
    measured = read_measured()
    assert measured.machine.processor in text
    assert f"{measured.seconds / 60:.1f} minutes" in text
    assert "numpy 2." in text
    assert text == requirements()


def test_availability_counts_the_tables_and_names_those_not_to_be_passed_on():
    text = availability()
    assert f"Tables: {len(SOURCES)}," in text
    assert "`health_spending.csv`" in text
    assert "`reports.csv`" not in text


def test_the_readme_shows_the_line_of_every_program_and_links_every_sidecar():
    text = README.read_text(encoding="utf-8")
    for one in placed_exhibits():
        module, function = one.exhibit.program.rsplit(".", 1)
        file = module.replace(".", "/") + ".py"
        line = line_of(DATA_RAW.parent / file, function)
        assert f"[`{function}`]({file}#L{line}) | {line} |" in text, "run make reproduce"
        assert f"figures/{one.name}.provenance.json)" in text


def test_whatever_moves_a_line_or_a_figure_writes_the_readme_anew():
    files = {path.name for path in readme_inputs().files}
    assert {"measured_build.json", "requirements.in", "security_gaps.py", "reports.csv"} <= files
