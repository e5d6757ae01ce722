"""What follows from a choice as HTML; text from data is shown, never obeyed."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from analysis.errors import AnalysisError, ModelError
from analysis.exhibits.canvas import Canvases
from analysis.exhibits.figure import Picture, new_canvas
from analysis.exhibits.style import SCREEN_DPI
from analysis.explorer.choice import Choice, Ground
from analysis.explorer.view import UNWRITTEN, View, view_of
from analysis.newstudy.doubt import Doubt
from analysis.site.inert import Html, text

WORKING: Final = Html('<p role="status">Computing …</p>')
"""Stands where a result will be, so that no earlier one is taken for it."""


def page_of(choice: Choice, ground: Ground, canvases: Canvases = new_canvas) -> Html:
    """Return everything that follows from a choice, or the one message why nothing does.

    Parameters
    ----------
    canvases
        Gives the canvas that the picture is drawn on.
    """
    try:
        return result_html(view_of(choice, ground), canvases)
    except AnalysisError as error:
        return refusal_html(error)


def result_html(view: View, canvases: Canvases = new_canvas) -> Html:
    """Return doubts, figure, verdicts and tables of a choice.

    Raises
    ------
    ModelError
        When the reports of the choice break the model.
    """
    fit = next(iter(view.opened.fits.values()))
    method = "; ".join([fit.convention, *fit.notes])
    parts = [
        *map(_doubt_html, view.doubts),
        picture_html(view.picture(canvases)),
        _list_html(view.verdicts),
        view.effects.html(),
        view.cumulative.html(),
        view.identification.html() if len(view.identification.frame) else "",
        f"<p><strong>How it was estimated:</strong> {text(method)}.</p>",
    ]
    return Html("\n".join(parts))


def picture_html(picture: Picture) -> Html:
    """Return a picture with its alt text and caption, inside the page itself."""
    content = base64.b64encode(picture.quick_webp(SCREEN_DPI)).decode("ascii")
    return Html(
        f'<figure style="margin: 0"><img src="data:image/webp;base64,{content}" '
        f'alt="{text(picture.alt)}" style="max-width: 100%">'
        f"<figcaption>{text(picture.title)}</figcaption></figure>"
    )


def refusal_html(error: AnalysisError) -> Html:
    """Return what is wrong, why it matters, what is allowed and what to do."""
    shown = error.file is not None and str(error.file) != UNWRITTEN.name
    said: list[tuple[str, str | None]] = [("In", str(error.file))] if shown else []
    said += [("Why", error.why), ("Allowed", error.allowed), ("To do", error.remedy)]
    lines = "".join(f"<br><em>{word}:</em> {text(words)}" for word, words in said if words)
    return Html(f'<p role="alert"><strong>{text(error.problem)}</strong>{lines}</p>')


def unexpected_html(error: Exception) -> Html:
    """Return that a choice cannot be computed, for an error that is no message to a reader."""
    return refusal_html(
        ModelError(
            f"this choice cannot be computed ({type(error).__name__}: {error})",
            remedy="choose another window or fewer interventions",
        )
    )


def written_html(path: Path) -> Html:
    """Return that a study file was written, and how to go on."""
    build = f"python -m analysis reproduce --study {path.stem}"
    return Html(
        f'<p role="status">Wrote <code>notebooks/parameters/{text(path.name)}</code>. Every key is '
        f"explained in it. <code>{text(build)}</code> makes its tables, figures and notebooks.</p>"
    )


def _doubt_html(doubt: Doubt) -> Html:
    return Html(
        f'<p role="note"><strong>Looks like a usual mistake:</strong> {text(doubt.problem)}.'
        f"<br><em>Why:</em> {text(doubt.why)}<br><em>To do:</em> {text(doubt.remedy)}</p>"
    )


def _list_html(sentences: Iterable[str]) -> Html:
    return Html("<ul>" + "".join(f"<li>{text(item)}</li>" for item in sentences) + "</ul>")
