"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

EngineOption = Annotated[
    str, typer.Option(help="Where work runs: local (processes of this machine) or dask.")
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(help="Address of a running Dask scheduler; by default one is started."),
]
