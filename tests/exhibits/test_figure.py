"""A figure is the same bytes for the same data, says in words what it shows, and fits its page."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import combinations, pairwise

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from analysis.config import ROOT
from analysis.exhibits.figure import Figure, Margins, drawing, new_canvas
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.exhibits.style import RC
from analysis.exhibits.timeline import EventLine

SMALLEST_POINTS = 6.0
PIXEL = 1.0
OTHER_PROCESS = """
import json, sys
from hashlib import sha256
from analysis.exhibits.registry import EXHIBITS
from analysis.exhibits.write import contents
from analysis.exhibits.study_results import opened_once
opened = opened_once(sys.argv[1])
made = {item.name: contents(item.make(item.open(opened.study.name))) for item in EXHIBITS}
print(json.dumps({f"{name}.{ending}": sha256(content).hexdigest()
                  for name, files in made.items() for ending, content in files.items()}))
"""
DATES = re.compile(rb"dc:date|\d{4}-\d\d-\d\dT|\d\d:\d\d:\d\d")
MARGINS = Margins(left=0.9, right=0.2, top=0.6, bottom=0.5, between=0.25)
PANELS = [1.25, 0.8, 2.0]
WIDTH = 6.4
ALT = "Trade <fell> by half & more – and rose again"


def figure(
    height: float = 1.0, fault: Exception | None = None, first: Callable[[], object] = list
) -> Figure:
    """Return a figure that calls `first` when its drawing begins, and may fail at its end."""

    def draw():
        first()
        canvas, (axes,) = new_canvas(4.0, [1.5], MARGINS)
        axes.plot([0, 1, 2], [0, height, 0.5], label="curve")
        axes.set_title("A title")
        axes.legend()
        if fault:
            raise fault
        return canvas

    data = pd.DataFrame({"day": pd.to_datetime(["2021-07-08"]), "rate": [1 / 3]})
    return Figure("made", "A made figure & its title", ALT, data, draw)


# The same bytes


def test_two_drawings_of_the_same_data_are_the_same_bytes():
    first, again = figure(), figure()
    assert first.svg() == again.svg()
    assert first.png() == again.png()
    assert first.svg() == first.svg()


def test_one_drawing_gives_the_same_files_as_one_for_each_kind():
    assert figure().pictures() == {"svg": figure().svg(), "png": figure().png()}


def test_other_data_are_other_bytes():
    assert figure(1.0).svg() != figure(2.0).svg()
    assert figure(1.0).png() != figure(2.0).png()


@pytest.mark.parametrize("opened", ["ruili_muse"], indirect=True)
def test_another_process_with_another_hash_seed_makes_the_same_files(opened, files):
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", OTHER_PROCESS, opened.study.name]
    result = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    here = {
        f"{name}.{ending}": sha256(content).hexdigest()
        for name, forms in files.items()
        for ending, content in forms.items()
    }
    there = json.loads(result.stdout)
    assert [name for name in here if here[name] != there[name]] == []
    assert set(here) == set(there)


def test_two_threads_draw_the_same_bytes_as_one_after_the_other():
    """Settings belong to the process: who is done first must not take them from who still draws."""
    alone = [figure(height).pictures() for height in (1.0, 2.0)]
    begun = threading.Event()

    def draw_first() -> dict[str, bytes]:
        def begin() -> None:
            begun.set()
            time.sleep(0.1)  # the other one comes in, if nothing keeps it out

        return figure(1.0, first=begin).pictures()

    def draw_second() -> dict[str, bytes]:
        begun.wait()
        return figure(2.0, first=lambda: time.sleep(0.5)).pictures()

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(draw_first), pool.submit(draw_second)]
    assert [job.result() for job in jobs] == alone


@pytest.mark.parametrize("fault", [None, ValueError("drawing failed")])
def test_drawing_leaves_the_settings_of_matplotlib_as_they_were(fault):
    with mpl.rc_context({"font.size": 17.0, "svg.hashsalt": "of somebody else"}):
        before = dict(mpl.rcParams)
        try:
            figure(fault=fault).pictures()
        except ValueError as error:
            assert error is fault  # noqa: PT017
        assert dict(mpl.rcParams) == before


def test_the_settings_of_the_reader_do_not_change_the_picture():
    usual = figure().svg()
    with mpl.rc_context({"font.size": 17.0, "svg.hashsalt": "x", "axes.grid": False}):
        assert figure().svg() == usual


def test_a_drawing_has_the_house_style_in_force():
    with drawing():
        assert {name: mpl.rcParams[name] for name in RC if name != "font.family"} == {
            name: value for name, value in RC.items() if name != "font.family"
        }


# What a file says about itself


def test_no_file_holds_a_date_of_its_making():
    svg, png = figure().svg(), figure().png()
    assert not DATES.search(svg)
    assert b"tIME" not in png
    with Image.open(io.BytesIO(png)) as image:
        assert set(image.text) <= {"Title", "Description"}


def test_svg_holds_title_and_alt_text():
    root = ET.fromstring(figure().svg())
    title = root.find("{http://www.w3.org/2000/svg}title")
    description = root.find(".//{http://purl.org/dc/elements/1.1/}description")
    assert title.text == figure().title
    assert description.text == ALT


def test_png_holds_the_alt_text():
    with Image.open(io.BytesIO(figure().png())) as image:
        assert image.text["Description"] == ALT


def test_the_notebook_gets_the_picture_with_its_alt_text():
    data, metadata = figure()._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == ALT
    assert data["text/plain"].splitlines() == [figure().title, ALT]
    with Image.open(io.BytesIO(data["image/png"])) as image:
        assert image.format == "PNG"


def test_csv_holds_what_is_drawn_with_its_steady_digits():
    assert figure().csv() == "day,rate\n2021-07-08,0.333333\n"


# Sizes in inches


def test_panels_and_margins_have_the_sizes_that_were_given():
    canvas, axes = new_canvas(WIDTH, PANELS, MARGINS)
    width, height = canvas.get_size_inches()
    assert width == pytest.approx(WIDTH)
    assert height == pytest.approx(0.6 + 1.25 + 0.25 + 0.8 + 0.25 + 2.0 + 0.5)
    boxes = [panel.get_position() for panel in axes]
    assert [box.height * height for box in boxes] == pytest.approx(PANELS)
    assert [box.width * width for box in boxes] == pytest.approx([6.4 - 0.9 - 0.2] * 3)
    assert [box.x0 * width for box in boxes] == pytest.approx([0.9] * 3)
    assert (1 - boxes[0].y1) * height == pytest.approx(0.6)
    assert boxes[-1].y0 * height == pytest.approx(0.5)
    gaps = [(upper.y0 - lower.y1) * height for upper, lower in pairwise(boxes)]
    assert gaps == pytest.approx([0.25, 0.25])


def test_panels_share_their_time_axis_and_only_the_last_one_labels_it():
    canvas, axes = new_canvas(WIDTH, PANELS, MARGINS)
    axes[2].set_xlim(3, 7)
    assert [panel.get_xlim() for panel in axes] == [(3, 7)] * 3
    canvas.draw_without_rendering()
    labelled = [any(tick.label1.get_visible() for tick in a.xaxis.get_major_ticks()) for a in axes]
    assert labelled == [False, False, True]


def test_the_saved_picture_has_the_size_of_the_canvas():
    with Image.open(io.BytesIO(figure().png(dpi=100))) as image:
        assert image.size == (400, round((0.6 + 1.5 + 0.5) * 100))


# The figures of the studies


def words_of(text: Text) -> Bbox:
    """Return the box of the words alone: that of an annotation would hold its line as well."""
    return Text.get_window_extent(text)


def texts_of(canvas) -> list[Text]:
    shown = [text for text in canvas.findobj(Text) if text.get_visible() and text.get_text()]
    return [text for text in shown if not _is_hidden_tick(text, canvas)]


def _is_hidden_tick(text: Text, canvas) -> bool:
    """Ticks outside the range of their axis exist, but are not drawn."""
    for axes in canvas.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.majorTicks, *axis.minorTicks]:
                if text in (tick.label1, tick.label2):
                    return not low <= tick.get_loc() <= high
    return False


def small_texts(canvas) -> list[str]:
    return [text.get_text() for text in texts_of(canvas) if text.get_fontsize() < SMALLEST_POINTS]


def texts_outside(canvas) -> list[str]:
    width, height = canvas.get_size_inches() * canvas.dpi
    page = Bbox.from_extents(-PIXEL, -PIXEL, width + PIXEL, height + PIXEL)
    return [
        text.get_text()
        for text in texts_of(canvas)
        if not (page.contains(*words_of(text).min) and page.contains(*words_of(text).max))
    ]


def test_no_text_is_too_small_to_read(canvases):
    for name, canvas in canvases.items():
        assert small_texts(canvas) == [], name


def test_no_text_runs_out_of_the_picture(canvases):
    for name, canvas in canvases.items():
        assert texts_outside(canvas) == [], name


def test_the_figures_about_the_method_are_as_legible(method_canvases):
    for name, canvas in method_canvases.items():
        assert texts_of(canvas)
        assert small_texts(canvas) == [], name
        assert texts_outside(canvas) == [], name


def test_no_two_event_labels_touch(opened, canvases):
    labels = {EventLine(item.start, item.label).text for item in opened.interventions}
    for name, canvas in canvases.items():
        boxes = [
            (text.get_text(), words_of(text))
            for text in texts_of(canvas)
            if text.get_text() in labels
        ]
        touching = [
            (one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)
        ]
        assert touching == [], name


def test_every_figure_of_the_registry_is_drawn(canvases, method_canvases):
    assert set(canvases) == {item.name for item in EXHIBITS if item.kind == "figure"}
    assert set(method_canvases) == {item.name for item in COMMON_EXHIBITS if item.kind == "figure"}
