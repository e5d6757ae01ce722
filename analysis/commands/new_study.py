"""The command new-study: the files of a border of one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer


def new_study_command(
    name: Annotated[str, typer.Argument(help="Name of the new study, for example hekou_laocai.")],
    like: Annotated[
        str, typer.Option("--like", help="Study whose settings the new one starts from.")
    ] = "ruili_muse",
) -> None:
    """Write the files of a study of your own: settings to change, tables to fill in."""
    from rich.console import Console

    from analysis.newstudy.create import new_study

    console = Console(highlight=False, soft_wrap=True)
    study, *tables = new_study(name, like, datetime.now(tz=UTC).date())
    console.print(f"wrote notebooks/parameters/{study.name} (every key is explained in it)")
    for path in tables:
        if path.suffix == ".csv":
            console.print(f"wrote data_raw/{path.name} and its card")
    console.print(
        f"next: enter figures in data_raw/reports_{name}.csv, change the study file, then run\n"
        "      python -m analysis register && python -m analysis check"
    )
