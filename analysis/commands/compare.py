"""The command compare: any studies side by side."""

from __future__ import annotations

from typing import Annotated

import typer


def compare(
    studies: Annotated[list[str], typer.Argument(help="Two studies or more, by name.")],
) -> None:
    """Compare studies: a notebook and tables under figures/, refused where nothing compares."""
    from rich.console import Console

    from analysis.newstudy.comparison import compared_studies
    from analysis.newstudy.comparison_notebook import write_comparison

    names = compared_studies(studies)
    folder = write_comparison(names)
    Console(highlight=False, soft_wrap=True).print(
        f"wrote figures/{folder.name}/comparison.ipynb and its tables and figures"
    )
