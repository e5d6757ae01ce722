"""A table keeps exact values, and every form of it shows the same cells and nothing else."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analysis.exhibits.table import MISSING, Column, Table
from exhibits.made import STEADY

THIN = "\u202f"
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table></caption></p><b>bold",
    "<thead><tbody>",
    "<!-- begin studies -->",
    "<style>td {display: none}</style>",
    "\"double\" 'single' & more",
    "a|b",
)
ENTITY = "&lt;b&gt; &amp;"  # Markdown may show it as the letters that it stands for
TABLE_TAGS = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
HARMLESS_ATTRIBUTES = {"class", "id", "scope", "style"}
LATEX_SPECIALS = "\\&%$#_{}~^"
LATEX_WORDS = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    **{f"\\{letter}": letter for letter in "&%$#_{}"},
}
LATEX_WORD = re.compile("|".join(map(re.escape, LATEX_WORDS)))


def one_column(values: object, form: str = "text", **parts: str) -> Table:
    frame = pd.DataFrame({"key": pd.Series(values)})
    texts = {"name": "made", "title": "Title", "note": "Note"} | parts
    return Table(frame=frame, columns=(Column("key", "Label", form),), **texts)


def shown(value: object, form: str) -> str:
    return one_column(pd.Series([value], dtype="object"), form).shown().loc[0, "Label"]


EMPTY = Table(
    name="made",
    title="Nothing here",
    frame=pd.DataFrame({"key": pd.Series([], dtype=float), "other": pd.Series([], dtype=str)}),
    columns=(Column("key", "One label", "percent"), Column("other", "Other label")),
    note="A note",
)


@dataclass
class Seen(HTMLParser):
    """What a browser would make of a fragment: elements, attributes and text by element."""

    tags: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    texts: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.texts.append((tag, ""))

    def handle_data(self, data):
        if self.texts:
            tag, text = self.texts[-1]
            self.texts[-1] = (tag, text + data)

    def handle_comment(self, data):
        self.comments.append(data)

    def of(self, tag: str) -> list[str]:
        return [text.strip() for name, text in self.texts if name == tag]


def parsed(html: str) -> Seen:
    seen = Seen()
    seen.feed(html)
    seen.close()
    return seen


def rendered(markdown: str) -> Seen:
    return parsed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


# Numbers as printed


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("text", "R0001", "R0001"),
        ("count", 7, "7"),
        ("count", 1234567, f"1{THIN}234{THIN}567"),
        ("count", 999.6, f"1{THIN}000"),
        ("1", 0.25, "0.2"),
        ("1", -1234.56, f"−1{THIN}234.6"),
        ("2", 3.14159, "3.14"),
        ("3", -0.0005001, "−0.001"),
        ("significant", 123456.7, f"123{THIN}457"),
        ("significant", 45.678, "45.7"),
        ("significant", 4.5678, "4.57"),
        ("significant", -0.45678, "−0.457"),
        ("significant", 0, "0.000"),
        ("percent", 12.34, "+12.3"),
        ("percent", -3, "−3.0"),
        ("percent", 0.0, "+0.0"),
        ("day", pd.Timestamp("2021-07-08 13:00"), "2021-07-08"),
        ("day", "2021-07-08", "2021-07-08"),
    ],
)
def test_a_value_is_shown_as_printed(form, value, text):
    assert shown(value, form) == text


@settings(max_examples=200, deadline=None)
@given(
    value=st.floats(-1e9, 1e9),
    form=st.sampled_from([("count", 0), ("1", 1), ("2", 2), ("3", 3), ("percent", 1)]),
)
def test_a_shown_number_is_the_value_to_half_a_unit_of_its_last_digit(value, form):
    name, digits = form
    text = shown(value, name)
    assert "-" not in text
    assert "," not in text
    number = float(text.replace("−", "-").replace(THIN, ""))
    assert number == pytest.approx(value, abs=0.5 * 10**-digits * (1 + 1e-6) + 1e-6)


@pytest.mark.parametrize("form", ["text", "count", "1", "significant", "percent", "day"])
@pytest.mark.parametrize("nothing", [None, pd.NA, float("nan"), np.nan, pd.NaT, ""])
def test_a_missing_value_is_a_dash_in_every_form(form, nothing):
    table = one_column(pd.Series([nothing], dtype="object"), form)
    assert table.shown().loc[0, "Label"] == MISSING
    assert parsed(table.html()).of("td") == [MISSING]
    assert f"| {MISSING} |" in table.markdown()
    assert f"\n{MISSING} \\\\" in table.latex()
    assert MISSING in table._repr_mimebundle_()["text/plain"]


def test_a_missing_number_of_a_nullable_column_is_a_dash_and_not_nought():
    table = one_column(pd.array([None, 0.0], dtype="Float64"), "percent")
    assert list(table.shown()["Label"]) == [MISSING, "+0.0"]


# Exact values


def test_csv_gives_back_every_value_with_its_steady_digits():
    rng = np.random.default_rng(3)
    numbers = np.concatenate(
        [rng.normal(size=50) * 10.0 ** rng.integers(-12, 12, 50), [0.1, 1e300]]
    )
    text = one_column(numbers, "1").csv()
    found = [float(line) for line in text.splitlines()[1:]]
    assert found == pytest.approx(numbers.tolist(), rel=STEADY, abs=0.0)
    assert found[-2:] == [0.1, 1e300]


def test_csv_holds_every_column_of_the_frame_with_days_and_missing_cells():
    frame = pd.DataFrame(
        {
            "shown": [1.23456789, np.nan],
            "hidden": ["with, comma", 'with "quote"\nand line'],
            "day": pd.to_datetime(["2021-07-08", None]),
            "known": pd.array([0.5, None], dtype="Float64"),
        }
    )
    text = Table("made", "Title", frame, (Column("shown", "Shown", "1"),)).csv()
    assert text.splitlines()[:2] == [
        "shown,hidden,day,known",
        '1.23456789,"with, comma",2021-07-08,0.5',
    ]
    assert text.endswith("\n")
    back = pd.read_csv(io.StringIO(text))
    assert back["hidden"].tolist() == frame["hidden"].tolist()
    assert back.loc[1, ["shown", "day", "known"]].isna().all()


# Nothing in a text becomes markup


def assert_inert(seen: Seen, allowed: set[str]) -> None:
    assert set(seen.tags) <= allowed
    assert seen.attributes <= HARMLESS_ATTRIBUTES
    assert seen.comments == []


@pytest.mark.parametrize("text", [*HOSTILE, ENTITY])
def test_html_shows_a_hostile_text_as_text_wherever_it_stands(text):
    frame = pd.DataFrame({"key": [text]})
    table = Table("made", text, frame, (Column("key", text),), note=text)
    seen = parsed(table.html())
    assert_inert(seen, TABLE_TAGS | {"style"})
    assert seen.tags.count("style") == 1
    for tag in ("caption", "th", "td", "p"):
        assert seen.of(tag) == [text]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_a_hostile_cell_as_text_in_its_column(text):
    frame = pd.DataFrame({"key": [text], "other": ["after"]})
    columns = (Column("key", "Label"), Column("other", "Other"))
    seen = rendered(Table("made", "Title", frame, columns).markdown())
    assert_inert(seen, TABLE_TAGS | {"strong"})
    assert seen.of("td") == [text, "after"]


@pytest.mark.parametrize(
    ("place", "element"), [("title", "strong"), ("note", "p"), ("label", "th")]
)
def test_markdown_shows_hostile_words_around_the_cells_as_text(place, element):
    for text in HOSTILE:
        words = {"title": "Title", "note": "Note", "label": "Label"} | {place: text}
        columns = (Column("key", words.pop("label")),)
        table = Table(name="made", frame=pd.DataFrame({"key": ["cell"]}), columns=columns, **words)
        seen = rendered(table.markdown())
        assert_inert(seen, TABLE_TAGS | {"strong"})
        assert text in seen.of(element)


@pytest.mark.parametrize("text", [*HOSTILE, ENTITY])
def test_nothing_in_a_cell_becomes_an_element_of_markdown(text):
    assert_inert(rendered(one_column([text]).markdown()), TABLE_TAGS | {"strong"})


def test_a_line_break_in_a_cell_does_not_end_the_row_of_a_pipe_table():
    lines = one_column(["one\ntwo", "three"]).markdown().splitlines()
    assert lines[2:6] == ["| Label |", "| --- |", "| one two |", "| three |"]


def latex_text(source: str) -> str:
    """Return what LaTeX prints for a text without commands of its own."""
    bare = LATEX_WORD.sub("", source)
    assert not set(bare) & set(LATEX_SPECIALS), f"not escaped: {bare}"
    return LATEX_WORD.sub(lambda found: LATEX_WORDS[found.group()], source)


def balanced(latex: str) -> bool:
    depth = 0
    for mark in re.findall(r"(?<!\\)[{}]", latex.replace(r"\\", "")):
        depth += 1 if mark == "{" else -1
        if depth < 0:
            return False
    return depth == 0


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=LATEX_SPECIALS + "aZ1é", min_size=1, max_size=12))
def test_latex_prints_every_special_letter_as_itself(text):
    frame = pd.DataFrame({"key": [text], "other": ["last"]})
    columns = (Column("key", f"L{text}"), Column("other", "Other"))
    latex = Table("made", f"T{text}", frame, columns, note=f"N{text}").latex()
    assert balanced(latex)
    [row] = [line for line in latex.splitlines() if line.endswith(r"& last \\")]
    assert latex_text(row.removesuffix(r" & last \\")) == text
    head = next(line for line in latex.splitlines() if line.endswith(r"& Other \\"))
    assert latex_text(head.removesuffix(r" & Other \\")) == f"L{text}"
    caption = next(line for line in latex.splitlines() if line.startswith(r"\caption"))
    inner = caption.removeprefix(r"\caption{").removesuffix(r"} \label{tab:made} \\")
    assert latex_text(inner) == f"T{text}"
    assert latex_text(latex.splitlines()[-1].removeprefix("% ")) == f"N{text}"


# Every form shows the same


def test_every_form_shows_the_same_cells():
    frame = pd.DataFrame({"a": ["Muse", "Ruili"], "b": [1234.5, -0.25], "unused": [1, 2]})
    columns = (Column("b", "Flow", "2"), Column("a", "Place"))
    table = Table("made", "Title", frame, columns, "Note")
    cells = [f"1{THIN}234.50", "Muse", "−0.25", "Ruili"]
    assert parsed(table.html()).of("th") == ["Flow", "Place"]
    assert parsed(table.html()).of("td") == cells
    assert rendered(table.markdown()).of("td") == cells
    assert f"{cells[0]} & Muse \\\\" in table.latex()
    assert f"{cells[2]} & Ruili \\\\" in table.latex()


def test_the_notebook_gets_html_and_the_whole_table_as_plain_text():
    words = [f"word {number} " + "long " * 40 + "end" for number in range(80)]
    table = one_column(words, title="The title", note="The note")
    bundle = table._repr_mimebundle_()
    assert bundle["text/html"] == table.html()
    lines = bundle["text/plain"].splitlines()
    assert (lines[0], lines[-1]) == ("The title", "The note")
    assert [line.strip() for line in lines[2:-1]] == words
    assert set(bundle) == {"text/html", "text/plain"}


def test_html_does_not_cut_a_long_cell_or_a_long_table():
    words = ["x" * 300, *map(str, range(200))]
    assert parsed(one_column(words).html()).of("td") == words


@pytest.mark.parametrize("note", ["", "A note"])
def test_without_a_note_no_form_has_a_place_for_it(note):
    table = one_column(["cell"], note=note)
    assert ("p" in parsed(table.html()).tags) == bool(note)
    assert table.latex().splitlines()[-1] == (f"% {note}" if note else r"\end{longtable}")
    assert table.markdown().endswith("| cell |\n" if not note else f"\n\n{note}\n")
    plain = table._repr_mimebundle_()["text/plain"].splitlines()
    assert [line.strip() for line in plain] == ["Title", "Label", "cell", *([note] if note else [])]


def test_an_empty_table_has_its_title_head_and_note_in_every_form():
    html = parsed(EMPTY.html())
    assert html.of("caption") == ["Nothing here"]
    assert html.of("th") == ["One label", "Other label"]
    assert html.of("td") == []
    assert html.of("p") == ["A note"]
    markdown = rendered(EMPTY.markdown())
    assert (markdown.of("th"), markdown.of("td")) == (["One label", "Other label"], [])
    assert EMPTY.csv() == "key,other\n"
    latex = EMPTY.latex()
    assert r"One label & Other label \\" in latex
    assert balanced(latex)
    assert latex.splitlines()[-3:] == [r"\endlastfoot", r"\end{longtable}", "% A note"]
    plain = EMPTY._repr_mimebundle_()["text/plain"]
    for word in ("Nothing here", "One label", "Other label", "A note"):
        assert word in plain


@pytest.mark.parametrize("form", ["shown", "html", "markdown", "latex"])
def test_a_column_that_the_frame_lacks_is_an_error_and_not_an_empty_column(form):
    table = Table("made", "Title", pd.DataFrame({"here": [1]}), (Column("absent", "Label"),))
    with pytest.raises(KeyError, match="absent"):
        getattr(table, form)()


def test_a_form_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError, match="per mille"):
        one_column([1.0], "per mille").html()


def test_numbers_and_days_stand_on_the_right_and_are_not_broken():
    frame = pd.DataFrame({"a": ["Muse"], "b": [1.0], "c": ["2021-07-08"]})
    columns = (Column("a", "Place"), Column("b", "Flow", "1"), Column("c", "Day", "day"))
    [style] = parsed(Table("made", "Title", frame, columns).html()).of("style")
    [selectors] = re.findall(r"([^{}]*)\{[^{}]*text-align: right[^{}]*nowrap[^{}]*\}", style)
    assert [item.strip() for item in selectors.split(",")] == [
        "#made td:nth-child(2)",
        "#made td:nth-child(3)",
    ]


def test_the_style_of_a_table_concerns_that_table_alone():
    table = one_column([1.0], "1")
    [style] = parsed(table.html()).of("style")
    selectors = [
        part.strip() for rule in re.findall(r"([^{}]+)\{", style) for part in rule.split(",")
    ]
    assert all(selector.startswith("#made ") for selector in selectors)
    assert 'id="made"' in table.html()
