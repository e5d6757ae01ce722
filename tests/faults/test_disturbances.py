"""Two builds at once, a full disk, a read-only folder and Ctrl-C: a clear end, nothing lost."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from pathlib import Path

import pytest

from analysis.data_management.save import write_bytes_atomic
from analysis.errors import BuildError
from tests.faults.builds import FOLDER, REFUSAL, REFUSED, TABLE
from tests.faults.processes import KERNELS_END, PATIENCE, processes_in, until

pytestmark = pytest.mark.faults


def holder(root: Path) -> str:
    lock = root / ".pytask" / "build.lock"
    return lock.read_text().strip() if lock.is_file() else ""


def test_a_second_build_is_refused_and_a_patient_one_waits(built):
    built.disturb()
    first = built.start()
    until(lambda: holder(built.project.root) == str(first.pid))
    refused = built.rebuilt()
    patient = built.start("--wait")
    assert first.communicate()[1] == ""
    assert first.returncode == 0
    assert refused.returncode == 1
    assert f"another build runs in this folder (process {first.pid})" in refused.stderr
    assert "to do:" in refused.stderr
    assert "Traceback" not in refused.stderr
    output, errors = patient.communicate()
    assert patient.returncode == 0, errors
    assert "Nothing to do" in output
    assert built.project.outputs() == built.outputs


@pytest.mark.parametrize(
    ("number", "folder", "lost"),
    [
        (errno.ENOSPC, FOLDER, f"{FOLDER}/monte_carlo.csv"),
        (errno.ENOSPC, "data_processed", TABLE),
        (errno.EROFS, FOLDER, f"{FOLDER}/monte_carlo.csv"),
        (errno.EACCES, "data_processed", TABLE),
        (errno.ENOSPC, ".pytask", TABLE),
        (errno.EROFS, "pytask.lock", f"{FOLDER}/monte_carlo.csv"),
    ],
)
def test_a_refusal_to_write_is_one_message_and_costs_nothing(built, number, folder, lost):
    root = built.project.root
    (root / lost).unlink()
    before = built.project.outputs()
    refusal = {REFUSED: str(root / folder), REFUSAL: str(number)}
    process = built.start(**refusal)
    _, errors = process.communicate()
    assert process.returncode == 1, errors
    assert errors.count(" error ") == 1, errors
    assert os.strerror(number) in errors
    assert "to do:" in errors
    assert "Traceback" not in errors
    now = built.project.outputs()
    assert {name: now[name] for name in before} == before
    assert built.rebuilt().returncode == 0
    assert built.project.outputs() == built.outputs


def test_a_disk_that_is_really_full_keeps_the_earlier_file(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        path = disk / "table.csv"
        write_bytes_atomic(path, b"earlier")
        with pytest.raises(BuildError, match="make room on the disk"):
            write_bytes_atomic(path, bytes(1_000_000))
        assert path.read_bytes() == b"earlier"
        assert [file.name for file in disk.iterdir()] == ["table.csv"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_ctrl_c_ends_a_build_with_one_message_and_leaves_no_kernel(built):
    root = built.project.root
    built.disturb()
    kernels = built.project.kernels_started
    process = built.start()
    until(lambda: built.project.kernels_started > kernels)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "build error the build was interrupted" in errors
    assert "Traceback" not in errors
    until(lambda: processes_in(root) == [], KERNELS_END)
    assert built.rebuilt().returncode == 0
    assert built.project.outputs() == built.outputs
