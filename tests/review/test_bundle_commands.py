"""What the commands `bundle` and `verify-bundle` say."""

from __future__ import annotations

import pytest

from analysis.commands.bundle import bundle
from analysis.commands.verify_bundle import verify_bundle
from analysis.errors import BuildError
from analysis.review.bundle import Bundle
from analysis.review.rebuild import Reproduction
from analysis.review.verdicts import Verdict


@pytest.fixture
def verified(monkeypatch, tmp_path):
    def run(faults, verdict):
        result = Reproduction(9, 5, faults, False, verdict)
        monkeypatch.setattr("analysis.review.rebuild.verify_bundle", lambda *_: result)
        verify_bundle(tmp_path / "some.zip")

    return run


def test_packing_tells_the_hash_and_what_is_only_quoted(monkeypatch, capsys, tmp_path):
    made = Bundle(tmp_path / "a.zip", "f" * 64, 3, ("data_raw/x.csv",))
    asked = {}
    monkeypatch.setattr("analysis.review.bundle.write_bundle", lambda **o: asked.update(o) or made)
    bundle(tmp_path, worktree=True)
    said = capsys.readouterr().out
    assert asked == {"folder": tmp_path, "worktree": True}
    assert "f" * 64 in said
    assert "data_raw/x.csv quote single figures" in said


def test_the_same_bytes_are_said(verified, capsys):
    verified((), Verdict.FULL)
    said = capsys.readouterr().out
    assert "the same bytes" in said
    assert "verdict: full" in said


def test_other_files_are_listed_up_to_a_limit(verified, capsys):
    verified(tuple(f"figures/{number} differs" for number in range(30)), Verdict.MINOR)
    said = capsys.readouterr().out
    assert "figures/19 differs" in said
    assert "figures/20 differs" not in said
    assert "and 10 more" in said
    assert "verdict: minor differences" in said


def test_other_numbers_are_an_error(verified):
    with pytest.raises(BuildError, match="partial"):
        verified(("figures/a differs",), Verdict.PARTIAL)
