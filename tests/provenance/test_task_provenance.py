"""A sidecar is written anew when what it says may have changed, and for no other reason."""

from __future__ import annotations

from analysis.config import DATA_RAW, LOCK, PARAMETERS
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.exhibits.robustness_files import robustness_register
from analysis.provenance.places import exhibits_of, placed_exhibits, shown_notebooks
from analysis.provenance.reads import reading_of
from analysis.provenance.task_provenance import (
    exhibit_files,
    provenance_program,
    raw_files,
    settings_of,
    sidecar_files,
    table_registers,
)
from analysis.provenance.write import card_of, files_of


def test_every_sidecar_is_the_product_of_one_step():
    made = [path for pair in shown_notebooks() for path in sidecar_files(*pair).values()]
    assert sorted(made) == sorted(one.sidecar for one in placed_exhibits())
    assert len(set(made)) == len(made)
    studies = {folder for folder, _ in shown_notebooks()} - {one.folder for one in COMMON_EXHIBITS}
    assert len(made) == len(studies) * len(EXHIBITS) + len(COMMON_EXHIBITS)


def test_a_study_file_concerns_the_sidecars_of_that_study():
    own = PARAMETERS / "ruili_muse.yaml"
    assert settings_of("ruili_muse", "02_zone_trade").files == (own,)
    assert own not in settings_of("mohan_boten", "02_zone_trade").files
    assert own not in settings_of("zones_frame", "11_zones_frame").files
    assert own in settings_of("synthesis", "12_synthesis").files


def test_processed_tables_are_watched_also_where_results_are_read():
    robust = table_registers("mohan_boten", "05_robustness")
    assert robust == (PROCESSED_REGISTER, robustness_register("mohan_boten"))
    assert table_registers("mohan_boten", "02_zone_trade") == (PROCESSED_REGISTER,)
    assert robustness_register("ruili_muse") in table_registers("synthesis", "12_synthesis")


def test_every_file_of_an_exhibit_every_card_and_every_program_are_watched():
    files = exhibit_files("mohan_boten", "02_zone_trade")["mohan_boten/effects"]
    assert [path.suffix for path in files] == [".csv", ".html", ".tex", ".md"]
    assert DATA_RAW / "reports.card.yaml" in raw_files().files
    program = set(provenance_program("mohan_boten", "02_zone_trade").files)
    assert LOCK in program
    assert {"effects.py", "study_results.py", "write.py", "reads.py", "lineage.py"} <= {
        path.name for path in program
    }


def test_exhibits_of_a_notebook_in_a_folder_are_those_of_the_registry():
    shown = exhibits_of("mohan_boten", "02_zone_trade")
    assert [one.exhibit for one in shown] == [
        item for item in EXHIBITS if item.notebook == "02_zone_trade"
    ]


def test_rows_that_a_study_adds_are_files_of_the_table(tmp_path):
    for name in ("reports", "reports_my_border", "series"):
        (tmp_path / f"{name}.csv").write_text("report_id\nR0001\n")
        (tmp_path / f"{name}.card.yaml").write_text("title: x\n")
    (tmp_path / "reports_without_a_card.csv").write_text("report_id\n")
    found = files_of("reports", tmp_path)
    assert [path.name for path in found] == ["reports.csv", "reports_my_border.csv"]
    assert card_of(found[1]).name == "reports_my_border.card.yaml"
    (tmp_path / "break_size_estimated_rho.csv").write_text("x\n")
    (tmp_path / "break_size_estimated_rho.card.yaml").write_text("x\n")
    assert [path.name for path in files_of("break_size", tmp_path)] == ["break_size.csv"]


def test_a_question_does_not_change_while_other_studies_are_computed():
    """A key names the registers of the exhibit alone, not those that a build is yet to write."""
    zones = next(one for one in placed_exhibits() if one.folder == "zone_comparison")
    assert zones.registers == (PROCESSED_REGISTER,)
    assert reading_of(zones) == reading_of(zones)
    synthesis = next(one for one in placed_exhibits() if one.folder == "synthesis")
    assert robustness_register("mohan_boten") in synthesis.registers
