from __future__ import annotations

import io
import re
from itertools import combinations

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.errors import AnalysisError
from analysis.exhibits import style
from analysis.exhibits.accessibility import gate
from analysis.exhibits.accessibility.colours import blended, contrast_ratio, separation
from analysis.exhibits.accessibility.drawing import read_drawing
from analysis.exhibits.accessibility.gate import (
    MINIMUM_POINTS,
    MINIMUM_SEPARATION,
    PRINT_WIDTH,
    RULES,
    figure_faults,
    palette_faults,
    read_figure,
    saved_figures,
)
from analysis.exhibits.accessibility.measures import measured, registered_figures
from analysis.exhibits.accessibility.words import ALT_LONGEST, alt_faults, tells_of_data
from analysis.exhibits.figure import Margins, drawing, new_canvas

ALT = "Trade fell by 41.5 per cent when the gates were shut; without the event it would have grown."
DATA = pd.DataFrame({"month": ["2021-06", "2021-07"], "value": [10.0, -41.52]}, dtype=object)
TITLE = "Trade by month"
BACKGROUNDS = ("#ffffff", style.LIGHT_GREY)
WCAG_TOLERANCE = 0.005  # ratios are published to two decimals
USED_TOGETHER = {
    "series": style.SERIES_COLOURS,
    "roles": [colour for role, colour in style.ROLE_COLOURS.items() if role != "unknown"],
    "confidence": [*style.CONFIDENCE_COLOURS.values(), style.ROLE_COLOURS["growth"]],
    "checks": [colour for _, colour in style.CHECK_MARKS.values()],
    "methods": style.METHOD_COLOURS.values(),
    "categories": style.CATEGORY_COLOURS.values(),
    "countries": [*style.COUNTRY_COLOURS.values(), style.BLACK],
    "zones": style.ZONE_COLOURS.values(),
    "counts": [style.MIDDLE_GREY, style.BLUE, style.VERMILION, style.ORANGE, style.GREY],
}


def saved(
    folder, *, colours=(style.BLUE, style.ORANGE), points=8.0, ink=style.BLACK, alt=ALT, alpha=1.0
):
    """Save a small figure in every form that the gate reads, and read it."""
    files = {ending: folder / f"made.{ending}" for ending in gate.ENDINGS}
    with drawing():
        canvas, (axes,) = new_canvas(style.WIDTH_INCHES, [1.5], Margins(0.5, 0.2, 0.3, 0.4))
        for height, colour in enumerate(colours):
            axes.plot([0, 1], [height, height + 1], color=colour, alpha=alpha)
        axes.text(0.2, 0.2, "a label", fontsize=points, color=ink)
        picture = io.BytesIO()
        canvas.savefig(picture, format="svg", metadata={"Title": TITLE, "Date": None})
    files["svg"].write_bytes(picture.getvalue())
    DATA.to_csv(files["csv"], index=False)
    files["alt.txt"].write_text(alt, encoding="utf-8")
    return read_figure("made/made", files)


def broken(figure):
    return {fault.rule for fault in figure_faults(figure)}


def test_a_good_figure_breaks_no_rule(tmp_path):
    assert figure_faults(saved(tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "rule", "told"),
    [
        ({"colours": ("#0072B2", "#009E73")}, "colours told apart", "11.7 apart"),
        ({"colours": ("#E69F00", style.BLUE)}, "contrast of marks", "2.25"),
        ({"points": 6.0}, "size of text", "'a label' is printed at 4.61 points"),
        ({"ink": "#8C8C8C"}, "contrast of text", "'a label', #8c8c8c on #ffffff"),
        ({"alt": "  \n"}, "alt text", "it is empty"),
        ({"alt": f"{TITLE}."}, "alt text", "repeats the title"),
        ({"alt": f"Figure of the months. {ALT}"}, "alt text", "begins with ['Figure', 'of']"),
        ({"alt": "Down 41.5."}, "alt text", "10 letters"),
        ({"alt": ALT * (ALT_LONGEST // len(ALT) + 1)}, "alt text", "letters"),
        ({"alt": ALT.replace("41.5", "42.5")}, "alt text", "stands in the data"),
    ],
)
def test_the_gate_fails_on(tmp_path, change, rule, told):
    figure = saved(tmp_path, **change)
    assert broken(figure) == {rule}
    assert any(told in fault.problem for fault in figure_faults(figure))


def test_a_tint_need_not_stand_out_but_what_lies_on_it_must(tmp_path):
    def with_band(shade):
        with drawing():
            canvas, (axes,) = new_canvas(4.0, [1.0], Margins(0.5, 0.2, 0.3, 0.4))
            axes.axvspan(0.2, 0.8, color=shade, linewidth=0)
            axes.plot([0.4, 0.6], [0.4, 0.6], color=style.ORANGE)
            axes.text(0.4, 0.5, "within", color=style.GREY)
            canvas.savefig(tmp_path / "band.svg", metadata={"Date": None})
        read = read_drawing(tmp_path / "band.svg")
        return gate.SavedFigure("made/band", read, DATA, ALT)

    assert figure_faults(with_band(style.LIGHT_GREY)) == []
    assert broken(with_band("#B0B0B0")) == {"contrast of marks", "contrast of text"}


def test_text_turned_upright_is_looked_up_where_it_stands(tmp_path):
    with drawing():
        canvas, (axes,) = new_canvas(4.0, [3.0], Margins(0.5, 0.2, 0.3, 0.4))
        axes.axis("off")
        canvas.text(0.5, 0.3, "upright", rotation=90, ha="center", va="bottom")
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.bar([0.5], [0.9], width=0.1, color=style.BLACK)
        canvas.savefig(tmp_path / "upright.svg", metadata={"Date": None})
    read = read_drawing(tmp_path / "upright.svg")
    (text,) = read.texts
    assert (text.words, round(text.points, 1)) == ("upright", 9.0)
    assert set(text.backgrounds) == {"#000000"}


def test_a_width_within_the_page_is_not_shrunk(tmp_path):
    figure = saved(tmp_path)
    (label,) = [text for text in figure.drawing.texts if text.words == "a label"]
    assert figure.printed_points(label) == pytest.approx(8.0 * PRINT_WIDTH / (72 * 8.2), abs=1e-3)
    narrow = gate.SavedFigure("a/b", gate.Drawing("", PRINT_WIDTH / 2, (), ()), DATA, ALT)
    assert narrow.printed_points(label) == label.points


@pytest.mark.parametrize("name", USED_TOGETHER)
def test_colours_that_are_used_together_keep_the_limits(name):
    assert palette_faults(USED_TOGETHER[name]) == []


def test_the_series_stand_out_from_shading_too():
    assert palette_faults(style.SERIES_COLOURS, BACKGROUNDS) == []


def test_a_palette_that_colour_blind_readers_confuse_fails():
    (fault,) = palette_faults(["#D55E00", "#7B8B00"])
    assert "apart" in fault
    assert "contrast 2.25" in palette_faults(["#E69F00"])[0]


def test_the_smallest_letters_of_the_style_can_be_printed():
    width = 72 * style.WIDTH_INCHES
    assert min(style.TINY, style.SMALL) * PRINT_WIDTH / width >= MINIMUM_POINTS


def test_the_limit_of_separation_is_one_that_a_published_sequence_keeps():
    sequence = [to_hex(colour) for colour in mpl.color_sequences["petroff10"]]
    closest = min(separation(first, second) for first, second in combinations(sequence, 2))
    assert closest == pytest.approx(14.5, abs=0.05)
    assert closest >= MINIMUM_SEPARATION


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#767676", "#FFFFFF", 4.54)],
)
def test_contrast_ratios_are_those_published_for_wcag(first, second, ratio):
    assert contrast_ratio(first, second) == pytest.approx(ratio, abs=WCAG_TOLERANCE)
    assert contrast_ratio(second, first) == contrast_ratio(first, second)


def test_separation_is_symmetric_and_none_of_a_colour_from_itself():
    assert separation("#123456", "#123456") == 0
    assert separation("#123456", "#abcdef") == pytest.approx(separation("#abcdef", "#123456"))


def test_a_translucent_colour_is_seen_mixed_with_what_lies_below():
    assert blended("#000000", "#ffffff", 0.5) in {"#7f7f7f", "#808080"}
    assert blended("#ABCDEF", "#ffffff", 1.0) == "#abcdef"


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("a fall of −41.5 per cent", True),
        ("a fall of 41.5 per cent", True),
        ("a fall of 42 per cent", True),
        ("a fall of 43 per cent", False),
        ("from 2021-06 to 2021-07", False),
        ("2 months are shown", True),
        ("with a 10 % interval", False),
        ("the effect is not identified", False),
    ],
)
def test_numbers_of_an_alt_text_are_sought_in_the_data(text, tells):
    assert tells_of_data(text, DATA) is tells


def test_a_verdict_of_an_alt_text_is_sought_in_the_data():
    data = pd.DataFrame({"standing": ["not identified; no report"]})
    assert tells_of_data("the effect is not identified", data)
    assert not tells_of_data("there is no data", data)


def test_a_figure_with_nothing_to_draw_tells_the_reason():
    data = pd.DataFrame({"reason": ["The study file names no series."]})
    assert list(alt_faults("The study file names no series.\n", TITLE, data)) == []
    assert list(alt_faults(ALT, TITLE, data)) == ["it is not the reason for which nothing is drawn"]


def test_a_map_in_the_sentence_is_no_opening():
    text = "Ports lie in 2 countries on the map of the border, which shows no lines between them."
    assert list(alt_faults(text, TITLE, DATA)) == []


@pytest.fixture(scope="module")
def committed():
    return list(saved_figures(registered_figures()))


@pytest.mark.parametrize("rule", RULES)
def test_every_committed_figure_keeps(committed, rule):
    told = [
        f"{figure.name}: {problem}" for figure in committed for problem in set(RULES[rule](figure))
    ]
    assert told == []


def test_committed_figures_are_read_in_full(committed):
    for figure in committed:
        assert figure.drawing.texts, figure.name
        assert figure.drawing.marks or list(figure.data) == ["reason"], figure.name
        svg = (gate.FIGURES / f"{figure.name}.svg").read_text(encoding="utf-8")
        words = re.findall(r"<!-- (.*?) -->", svg, flags=re.DOTALL)
        assert len(figure.drawing.texts) >= len(words) > 0, figure.name
        assert measured(figure).letters == len(figure.alt.strip())


def test_figures_are_named_by_folder_and_unknown_folders_refused():
    names = registered_figures("mohan_boten")
    assert names
    assert all(name.startswith("mohan_boten/") for name in names)
    with pytest.raises(AnalysisError, match="mohan_botn"):
        registered_figures("mohan_botn")


def test_a_figure_without_its_files_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(gate, "FIGURES", tmp_path)
    with pytest.raises(AnalysisError, match="not complete"):
        list(saved_figures(["a/b"]))


def test_the_command_prints_a_verdict_and_what_to_mend(tmp_path, monkeypatch):
    (tmp_path / "interval_method").mkdir()
    figure = "interval_method/coverage_by_history"
    saved(tmp_path, ink="#8C8C8C")
    for ending in gate.ENDINGS:
        (tmp_path / f"made.{ending}").rename(tmp_path / f"{figure}.{ending}")
    monkeypatch.setattr(gate, "FIGURES", tmp_path)
    result = CliRunner().invoke(app, ["accessibility", "interval_method"], env={"COLUMNS": "200"})
    assert result.exit_code == 1
    assert "mend" in result.output
    assert f"{figure}: contrast of text: 'a label', #8c8c8c on #ffffff" in result.output
