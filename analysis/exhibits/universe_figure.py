"""Picture of the placebo universe: the size of every break, with the series asked about."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLUE, GREY, LIGHT_GREY, SMALL, VERMILION, WIDTH_INCHES
from analysis.exhibits.tuples import tuples_of
from analysis.exhibits.universe_ranks import ranks_frame, ranks_sentence
from analysis.exhibits.universe_results import Answer, OpenUniverse
from analysis.universe.ranks import BIN

NAME: Final = "universe_distributions"
TITLE: Final = "The break of each series asked about among the breaks of all series of its panel"
JOINED: Final = 10  # bins of the engine in one bar
PANEL_INCHES: Final = 0.85
MARGINS: Final = Margins(left=0.65, right=0.2, top=0.35, bottom=0.5, between=0.5)
STYLES: Final = ((VERMILION, "-"), (BLUE, "--"))
BARS, MARK = "series", "asked about"
ROOM: Final = 1.03
LABEL_SHARE: Final = 0.2  # of the height of a panel, above the bars, for each label


def universe_distributions_figure(opened: OpenUniverse) -> Figure:
    """Return a histogram of |t| at each event, with the series asked about marked by name."""
    data = steady(distribution_rows(opened))
    return Figure(NAME, TITLE, f"{TITLE}. {ranks_sentence(opened)}", data, lambda: _draw(data))


def distribution_rows(opened: OpenUniverse) -> pd.DataFrame:
    """Return bars and marks of each question.

    Returns
    -------
    pandas.DataFrame
        `question` is the heading; rows of kind `series` are bars from `t_from` up to `t_to` with
        `share_percent` of the series; those of kind `asked about` are marks at |t| = `t_from`
        with the `label` that is drawn.
    """
    ranks = ranks_frame(opened)
    rows: list[dict[str, Any]] = []
    for answer in opened.answers:
        heading = _heading(answer)
        own = ranks[(ranks["panel"] == answer.panel.name) & (ranks["event"] == answer.asked.event)]
        rows += [{"question": heading, "kind": BARS} | bar for bar in _bars(answer)]
        rows += [
            {
                "question": heading,
                "kind": MARK,
                "t_from": abs(row.t),
                "label": f"{row.label}: |t| {abs(row.t):.1f}, rank {row.among}",
            }
            for row in tuples_of(own[own["t"].notna()])
        ]
    columns = ["question", "kind", "t_from", "t_to", "share_percent", "label"]
    return pd.DataFrame(rows, columns=columns)


def _heading(answer: Answer) -> str:
    start = answer.event.start
    return (
        f"{answer.asked.label}, {_day(start)}: {answer.panel.what}, "
        f"{answer.universe.series} {answer.panel.label}"
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _bars(answer: Answer) -> list[dict[str, float]]:
    counts = answer.universe.counts.reshape(-1, JOINED).sum(axis=1)
    last = int(np.flatnonzero(counts)[-1]) + 1
    edges = np.arange(last + 1) * JOINED * BIN
    shares = 100 * counts[:last] / answer.universe.series
    return [
        {"t_from": float(low), "t_to": float(high), "share_percent": float(share)}
        for low, high, share in zip(edges[:-1], edges[1:], shares, strict=True)
    ]


def _draw(data: pd.DataFrame) -> Canvas:
    questions = list(dict.fromkeys(data["question"]))
    canvas, panels = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(questions), MARGINS)
    reach = float(data[["t_from", "t_to"]].max().max())
    for axes, question in zip(panels, questions, strict=True):
        own = data[data["question"] == question]
        axes.set_xlim(0, ROOM * reach)
        axes.set_title(question, fontsize=SMALL, y=1.0, pad=3)
        axes.set_ylabel("% of series", fontsize=SMALL)
        _draw_bars(axes, own[own["kind"] == BARS])
        marks = tuples_of(own[own["kind"] == MARK].sort_values("t_from"))
        axes.set_ylim(0, float(own["share_percent"].max()) / (1 - LABEL_SHARE * (len(marks) + 0.2)))
        for at, row in enumerate(marks):
            _draw_mark(axes, row, at)
    panels[-1].set_xlabel(
        "size of the break in standard errors, |t| (bars: all series of the panel)", fontsize=SMALL
    )
    return canvas


def _draw_bars(axes: Axes, bars: pd.DataFrame) -> None:
    edges = np.append(bars["t_from"].to_numpy(), bars["t_to"].to_numpy()[-1])
    shares = bars["share_percent"].to_numpy()
    axes.stairs(shares, edges, fill=True, facecolor=LIGHT_GREY, edgecolor=GREY, linewidth=0.6)


def _draw_mark(axes: Axes, row: Any, at: int) -> None:
    """Draw one line, the lower the larger its |t|, so that no label crosses another line."""
    colour, line = STYLES[at % len(STYLES)]
    top = 1 - LABEL_SHARE * at
    axes.axvline(row.t_from, ymax=top, color=colour, linewidth=1.4, linestyle=line)
    right = row.t_from > axes.get_xlim()[1] / 2
    axes.annotate(
        row.label,
        xy=(row.t_from, top),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if right else 4, -1),
        ha="right" if right else "left",
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color="black",
    )
