"""A small package with one exhibit, its sidecar and one raw table, to pack and unpack."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from analysis.config import ROOT
from analysis.data_management.checksums import write_register

EXHIBIT = "zone/effects"
SIDECAR = f"figures/{EXHIBIT}.provenance.json"
PROGRAM = "analysis/exhibits/effects.py"
CARD = """\
title: Reports of a made zone
description: Three figures.
publishers:
  - {name: Office of the Zone, address: "https://example.org"}
  - {name: this project, address: ""}
terms: {licence: "figures are quoted; no passing on", redistribution: false}
how_taken: Typed.
taken_on: 2026-01-31
coverage: the year 2020
columns: {report_id: key, value: figure}
known_faults: []
citation: Office of the Zone (2020), Reports.
"""
TEXTS = {
    ".ci/run": "#!/bin/sh\nmake test\n",
    ".gitignore": "bundle/\n",
    "Makefile": "reproduce:\n\ttrue\n",
    "README.md": "# Zone\n",
    "requirements.lock": "numpy==2.4.6\n",
    PROGRAM: "def effects_table():\n    return 1\n",
    "data_raw/reports.csv": "report_id,value\nR1,1\n",
    "data_raw/reports.card.yaml": CARD,
    "data_processed/observations.csv": "report_id,value\nR1,1\n",
    "notebooks/02_zone.ipynb": '{"cells": []}\n',
    "notebooks/parameters/zone.yaml": "title: Zone\n",
    "figures/zone/effects.csv": "effect\n1\n",
    "figures/zone/effects.svg": "<svg/>\n",
    "figures/zone/effects.alt.txt": "The effect\nis one.\n",
    "tests/test_ü.py": "def test_one():\n    assert True\n",
}


def make_package(root: Path) -> Path:
    """Write the package into an empty folder and return it."""
    for path, text in TEXTS.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / ".ci/run").chmod(0o755)
    for name in ("CITATION.cff", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    write_register(root / "data_raw")
    renew_sidecar(root)
    return root


def renew_sidecar(root: Path) -> None:
    """Write the sidecar of the exhibit for the files as they are."""

    def hashed(path: str) -> str:
        return sha256((root / path).read_bytes()).hexdigest()

    endings = ("csv", "svg", "alt.txt")
    sidecar = {
        "schema": "1",
        "exhibit": EXHIBIT,
        "kind": "figure",
        "notebook": "02_zone",
        "files": {f"effects.{end}": hashed(f"figures/zone/effects.{end}") for end in endings},
        "program": {
            "maker": "analysis.exhibits.effects.effects_table",
            "file": PROGRAM,
            "line": 1,
            "opener": "analysis.exhibits.effects.open_effects",
            "sources": {PROGRAM: hashed(PROGRAM)},
        },
        "parameters": {
            "files": {"notebooks/parameters/zone.yaml": hashed("notebooks/parameters/zone.yaml")},
            "seeds": {"bootstrap": 7},
        },
        "processed": {"data_processed/observations.csv": hashed("data_processed/observations.csv")},
        "inputs": [
            {
                "table": "reports",
                "file": "data_raw/reports.csv",
                "sha256": hashed("data_raw/reports.csv"),
                "card": "data_raw/reports.card.yaml",
                "publisher": "Office of the Zone",
                "terms": "quoted",
                "rows": ["R1"],
            }
        ],
        "environment": {"lock": hashed("requirements.lock"), "python": ">=3.11"},
    }
    text = json.dumps(sidecar, indent=1, sort_keys=True) + "\n"
    (root / SIDECAR).write_text(text, encoding="utf-8")


def commit(root: Path) -> None:
    """Put the folder under git and commit everything."""
    who = {"NAME": "A B", "EMAIL": "a@example.org"}
    environment = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "made"]):
        command = ["git", "-C", str(root), "-c", "commit.gpgsign=false", *arguments]
        subprocess.run(command, check=True, env=os.environ | environment)
