"""The command `site`: the pages for readers without Python."""

from __future__ import annotations

import time

from rich.console import Console

CONSOLE = Console(soft_wrap=True)


def site() -> None:
    """Build site/ from the committed outputs; open site/index.html, no server is needed."""
    from analysis.reporting.lock import build_lock

    with build_lock():
        show_site(CONSOLE)


def show_site(console: Console) -> None:
    """Bring the site up to date and say what was done.

    Raises
    ------
    BuildError, DataError
        If a page cannot be made; an earlier site stays as it was.
    """
    from analysis.site.state import bring_site_up_to_date

    started = time.perf_counter()
    if bring_site_up_to_date():
        console.print(f"Site: built in {time.perf_counter() - started:.0f} s; open site/index.html")
    else:
        console.print(
            "Site: up to date (no output, raw table, record or program that it is made from "
            "changed); open site/index.html"
        )
