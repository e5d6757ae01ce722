"""A change in the explorer as its reader waits for it: in JupyterLab, by the clock of the browser.

JupyterLab, its kernel and the browser share the cores of this machine, so that a change takes
longer here than in the kernel alone, whose worst change `benchmark_explorer.py` holds to a limit.
The peer is the least that any change can take: going back to a page that the explorer remembers,
which computes nothing. Fails if the usual change is over the limit, or at an error on the console.
Needs chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from analysis.config import NOTEBOOKS, ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LIMIT_MILLISECONDS = 300
PORT, TOKEN = 8917, "benchmark"
PATIENCE_SECONDS = 60
SETTLED_MILLISECONDS = 1500
PICTURE = ".widget-html img"
CHANGED = """before => {
    const picture = document.querySelector(".widget-html img");
    return picture && picture.src !== before;
}"""
MENU = {"bar": '.lm-MenuBar-itemLabel:text-is("Run")', "all": ':text-is("Run All Cells")'}


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """Start JupyterLab on a folder with the explorer alone; give the address of the notebook."""
    shutil.copy(NOTEBOOKS / "explore.ipynb", folder)
    own = {f"JUPYTER_{part}_DIR": str(folder / part) for part in ("CONFIG", "DATA", "RUNTIME")}
    options = [f"--port={PORT}", f"--IdentityProvider.token={TOKEN}", f"--notebook-dir={folder}"]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", *options],
        env=os.environ | own | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{PORT}/api?token={TOKEN}")
        yield f"http://127.0.0.1:{PORT}/lab/tree/explore.ipynb?token={TOKEN}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str) -> None:
    end = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(address):
                return
        except URLError:
            if monotonic() > end:
                raise
            sleep(0.2)


def run_all(page: Any, address: str) -> None:
    """Open the notebook, run it and wait for the first picture."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook", timeout=1000 * PATIENCE_SECONDS)
    page.wait_for_selector(".jp-NotebookPanel-toolbar", timeout=1000 * PATIENCE_SECONDS)
    page.wait_for_timeout(2 * SETTLED_MILLISECONDS)
    page.locator(MENU["bar"]).click()
    page.locator(f".lm-Menu-itemLabel{MENU['all']}").click()
    page.wait_for_selector(PICTURE, timeout=1000 * PATIENCE_SECONDS)
    page.wait_for_timeout(SETTLED_MILLISECONDS)


def wait_of(page: Any, change: Any) -> float:
    """Return the milliseconds from a change to its picture."""
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    before = page.locator(PICTURE).first.get_attribute("src")
    begun = monotonic()
    change()
    page.wait_for_function(CHANGED, arg=before)
    return 1000 * (monotonic() - begun)


def list_called(page: Any, label: str) -> Any:
    return page.locator(f'.widget-dropdown:has(label:text-is("{label}")) select')


def other(page: Any, label: str) -> str:
    """Return an entry of a list that is not chosen."""
    listed, chosen = list_called(page, label), list_called(page, label).input_value()
    entries = listed.locator("option").evaluate_all("all => all.map(one => one.value)")
    return str(next(entry for entry in entries if entry != chosen))


def waits_of(page: Any) -> tuple[dict[str, float], list[float]]:
    """Return the wait of each new change, and those of changes that were shown before."""
    new: dict[str, float] = {}
    back: list[float] = []
    studies = list_called(page, "Study")
    for entry in studies.locator("option").evaluate_all("all => all.map(one => one.value)")[::-1]:
        if entry != studies.input_value():
            new[entry] = wait_of(page, partial(studies.select_option, entry))
        new |= {f"{entry}: {name}": wait for name, wait in waits_of_study(page, back).items()}
    return new, back


def waits_of_study(page: Any, back: list[float]) -> dict[str, float]:
    """Untick each intervention and change the trend, each time going back afterwards."""
    new: dict[str, float] = {}
    for place in range(page.locator(".widget-checkbox input").count()):
        box = page.locator(".widget-checkbox input").nth(place)
        new[f"without intervention {place + 1}"] = wait_of(page, box.click)
        back.append(wait_of(page, box.click))
    trend = list_called(page, "Trend")
    chosen, changed = trend.input_value(), other(page, "Trend")
    new[f"trend {changed}"] = wait_of(page, partial(trend.select_option, changed))
    back.append(wait_of(page, partial(trend.select_option, chosen)))
    return new


def main() -> int:
    """Print one JSON line; fail if the median is over the limit or the console holds an error."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        sys.stderr.write("no chromium on this machine; on Debian: apt-get install chromium\n")
        return 1
    said: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        lab(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        flags = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(viewport={"width": 1300, "height": 1500})
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        run_all(page, address)
        new, back = waits_of(page)
        browser.close()
    waits = list(new.values())
    report = {
        "changes": len(new),
        "median_ms": round(median(waits)),
        "worst_ms": round(max(waits)),
        "worst": max(new, key=lambda name: new[name]),
        "over_limit": sum(wait > LIMIT_MILLISECONDS for wait in waits),
        "limit_ms": LIMIT_MILLISECONDS,
        "remembered_median_ms": round(median(back)),
        "median_to_remembered": round(median(waits) / median(back), 1),
        "console_errors": said,
    }
    sys.stdout.write(json.dumps(report) + "\n")
    return int(median(waits) > LIMIT_MILLISECONDS or bool(said))


if __name__ == "__main__":
    sys.exit(main())
