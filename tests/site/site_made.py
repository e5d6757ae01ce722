"""A project to make a site from: committed outputs, with hostile text where data can hold it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pandas as pd

from analysis.config import ROOT
from analysis.exhibits.exhibit import EXTENSIONS
from analysis.exhibits.table import Column, Table
from analysis.site.inputs import Place, every_place

HOSTILE = (
    '<script>alert("script")</script><img src="x" onerror="alert(1)"><b onclick=alert(2)>bold</b> '
    "{raw}`html` [click](javascript:alert(3)) $x$ --> ]]> &lt;i&gt;"
)
HOSTILE_LINES = f"{HOSTILE}\n```{{raw}} html\n<script>alert(4)</script>\n```\n````````````\n# head"
NOT_A_LINK = "javascript:alert(5)"
BREAKS_OUT = 'https://example.org/"><script>alert(6)</script>'


def made_project(folder: Path) -> Path:
    """Copy what may change and link to the rest."""
    for name in ("analysis", "data_processed"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "data_raw", folder / "data_raw")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    for source in sorted((ROOT / "figures").iterdir()):
        own = folder / "figures" / source.name
        own.mkdir(parents=True)
        for path in source.iterdir():
            (own / path.name).symlink_to(path)
    return folder


def built_places(root: Path) -> tuple[Place, ...]:
    """Return the exhibits that have been built."""
    return tuple(
        (folder, entry)
        for folder, entry in every_place(root)
        if all(
            (root / "figures" / folder / f"{entry.name}.{ending}").exists()
            for ending in EXTENSIONS[entry.kind]
        )
    )


def hostile_publisher(root: Path, name: str) -> None:
    """Put hostile text into the sidecar of an exhibit, where a card's text stands."""
    path = root / "figures" / f"{name}.provenance.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for entry in content["inputs"]:
        entry["publisher"] = f"{entry['publisher']} {HOSTILE}"
    path.unlink()
    path.write_text(json.dumps(content), encoding="utf-8")


def make_hostile(root: Path) -> None:
    """Put markup, a script, a role, a directive and bad addresses wherever data are text."""
    _hostile_reports(root / "data_raw" / "reports.csv")
    card = root / "data_raw" / "problems.card.yaml"
    title = json.dumps(f"Problems {HOSTILE}")
    lines = card.read_text(encoding="utf-8").splitlines()
    card.write_text("\n".join([f"title: {title}", *lines[1:]]) + "\n", encoding="utf-8")
    study = root / "notebooks" / "parameters" / "mohan_boten.yaml"
    text = study.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(text) if line.startswith("title:"))
    text[at] = f"title: {json.dumps(f'Mohan {HOSTILE}')}"
    study.write_text("\n".join(text) + "\n", encoding="utf-8")
    _hostile_table(root / "figures" / "mohan_boten" / "left_out.html")
    _hostile_notebook(root / "figures" / "mohan_boten")


def _hostile_reports(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"note": HOSTILE_LINES, "title": HOSTILE}
    rows[1]["url"], rows[2]["url"] = NOT_A_LINK, BREAKS_OUT
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _hostile_table(path: Path) -> None:
    """One table as the build would write it, one as a stranger might."""
    made = Table(
        "left_out", f"Title {HOSTILE}", pd.DataFrame({"a": [HOSTILE]}), (Column("a", HOSTILE),)
    )
    stranger = f"<table><tr><td>{HOSTILE}<a href='{NOT_A_LINK}'>x</a></td></tr></table>"
    path.unlink()
    path.write_text(made.html() + stranger, encoding="utf-8")


def _hostile_notebook(folder: Path) -> None:
    (folder / "notebooks").unlink()
    shutil.copytree(ROOT / "figures" / "mohan_boten" / "notebooks", folder / "notebooks")
    path = folder / "notebooks" / "02_zone_trade.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for kind, cell in zip(("text/html", "text/markdown", "text/plain"), code[-3:], strict=True):
        data = {kind: HOSTILE_LINES, "text/plain": HOSTILE_LINES}
        cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
    path.write_text(json.dumps(notebook), encoding="utf-8")
