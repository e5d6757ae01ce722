from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import ROOT
from analysis.reporting.nbval_tolerance import settle, unread_rules
from analysis.reporting.printed_numbers import (
    DECIMAL_RELATIVE,
    HALF,
    P_VALUE_RELATIVE,
    PERCENTAGE_RELATIVE,
    RELATIVE,
    allowed_distance,
    differences,
    read_printed,
)

SAME = [
    ("no numbers at all", "no numbers at all"),
    ("mean 123.4567", "mean 123.4577"),  # 1e-3 of 1.23e-3 + 0.5e-4
    ("mean 1\u202f234.567", "mean 1\u202f234.577"),
    ("effect −12345.6", "effect −12345.7"),
    ("effect +123.456 %", "effect +123.466 %"),
    ("effect +123.456 per cent", "effect +123.466 per cent"),
    ("p = 0.12345", "p = 0.12356"),
    ("tau 6.77201e-05 (", "tau 6.77202e-05 ("),
    ("tau 6.77201 × 10⁻⁵", "tau 6.77202 × 10⁻⁵"),
    ("tau 6.77201 × 10^-5", "tau 6.77202 × 10^-5"),
    ("2 of 3.00000", "2 of 3.00001"),
    ("+0.0", "+0.0"),
    ("estimate 2", "estimate 2.00001"),
]
DIFFERENT = [
    ("46 of 48", "45 of 48", "number 1 in line 1", "integer"),
    ("1\u202f043 days", "1\u202f044 days", "number 1", "integer"),
    ("1,043 days", "1,044 days", "number 1", "integer"),
    ("in 2020-03-01", "in 2020-03-02", "number 3", "integer"),
    ("effect −9.4", "effect −9.5", "number 1", "decimal"),
    ("effect −9.4", "effect +9.4", "number 1", "decimal"),
    ("effect −9.4", "effect 9.4", "number 1", "decimal"),
    ("effect −9.4", "effect -9.4", "number 1", "decimal"),
    ("1\u202f234.567", "1,234.567", "number 1", "decimal"),
    ("effect +9.4 %", "effect +9.5 %", "number 1", "percentage"),
    ("effect +123.456 %", "effect +123.476 %", "number 1", "percentage"),
    ("(p = 0.12345)", "(p = 0.12365)", "number 1", "p-value"),
    ("Holm p < 0.001;", "Holm p < 0.002;", "number 1", "p-value"),
    ("tau 6.772e-05", "tau 6.772e-04", "number 1", "scientific"),
    ("tau 6.77 × 10⁻⁵", "tau 6.77 × 10⁻⁶", "number 1", "scientific"),
    ("mean 123.4567", "mean 123.4590", "number 1", "decimal"),
    ("event EV026", "event EV027", "text before number 1", "text"),
    ("one 1 two 2", "one 1 too 2", "text before number 2", "text"),
    ("one 1", "one 1 2", "text before number 2", "text"),
    ("one 1\nand 2", "one 1\nand 3", "number 2 in line 2", "integer"),
    ("5 %", "5 per cent", "text before number 2", "text"),
    ("", "1", "text before number 1", "text"),
    ("version 1.2.3", "version 1.2.4", "text before number 1", "text"),
    ("ends in 3.5.", "ends in 3.6.", "number 1", "decimal"),
]


@pytest.mark.parametrize(("stored", "computed"), SAME)
def test_texts_that_say_the_same(stored, computed):
    assert differences(stored, computed) == ()
    assert differences(computed, stored) == ()


@pytest.mark.parametrize(("stored", "computed", "place", "kind"), DIFFERENT)
def test_texts_that_differ_name_place_and_kind(stored, computed, place, kind):
    (found, *_) = differences(stored, computed)
    assert found.place.startswith(place)
    assert kind in found.allowed
    assert len(differences(computed, stored)) >= 1


def test_a_difference_is_told_on_one_line():
    (found,) = differences("a\nb −9.4 c", "a\nb −9.6 c")
    assert str(found) == (
        "number 1 in line 2: stored −9.4, computed −9.6, allowed ±0.0501 (decimal)"
    )


def test_every_number_that_differs_is_told():
    found = differences("1 of 2.0 and 3", "2 of 2.5 and 4")
    assert [difference.computed for difference in found] == ["2", "2.5", "4"]


def test_tags_styles_and_entities_are_text():
    page = '<style>td:nth-child({n}) {{x: 1.{n}00001}}</style><td rowspan="{n}">{value}</td>&#{n}9;'
    stored = page.format(n=3, value="9.40001")
    assert differences(stored, page.format(n=3, value="9.40002"), markup=True) == ()
    (found,) = differences(stored, page.format(n=4, value="9.40001"), markup=True)
    assert found.place.startswith("text before")
    (found,) = differences(stored, stored.replace("9.40001", "9.41001"), markup=True)
    assert found.place.startswith("number 1")


def test_an_escaped_sign_still_marks_a_p_value():
    assert read_printed("<td>p &lt; 0.012</td>", markup=True).numbers[0].kind == "p-value"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("−1\u202f463.5", "-1463.5"),
        ("+2,717.0", "2717"),
        ("1\u00a0043", "1043"),
        ("6.772e-05", "0.00006772"),
        ("2.53e+04", "25300"),
        ("1.5 × 10⁻³", "0.0015"),
        ("1.5 × 10^4", "15000"),
    ],
)
def test_printed_forms_are_read(text, value):
    (number,) = read_printed(f"about {text} or so").numbers
    assert (number.text, number.value) == (text, Decimal(value))


def test_integers_are_exact_and_the_others_ordered_by_what_noise_does_to_them():
    assert RELATIVE["integer"] == 0
    assert 0 < DECIMAL_RELATIVE < PERCENTAGE_RELATIVE < P_VALUE_RELATIVE < Decimal("0.01")
    first, second = (read_printed(text).numbers[0] for text in ("12.50", "12.500"))
    expected = DECIMAL_RELATIVE * Decimal("12.5") + HALF * Decimal("0.001")
    assert allowed_distance(first, second) == expected


steps = st.integers(min_value=-(10**9), max_value=10**9)
digits = st.integers(min_value=1, max_value=6)


@given(steps, digits, st.integers(min_value=-50, max_value=50))
def test_a_decimal_passes_exactly_within_the_relative_part_and_half_a_digit(value, places, moved):
    stored = Decimal(value).scaleb(-places)
    computed = Decimal(value + moved).scaleb(-places)
    larger = max(abs(stored), abs(computed))
    within = abs(moved) <= DECIMAL_RELATIVE * larger.scaleb(places) + HALF
    texts = (f"x {number:,.{places}f} y" for number in (stored, computed))
    signs = (stored < 0) != (computed < 0)
    assert (differences(*texts) == ()) == within or signs


@given(st.integers(min_value=0, max_value=10**12), st.integers(min_value=1, max_value=5))
def test_no_integer_passes_for_another(value, more):
    assert differences(f"n {value:,}", f"n {value:,}") == ()
    assert len(differences(f"n {value:,}", f"n {value + more:,}")) == 1


@given(st.text())
def test_any_text_is_like_itself_and_is_put_together_again(text):
    assert differences(text, text) == ()
    for markup in (False, True):
        read = read_printed(text, markup)
        pieces = [part for pair in zip(read.texts, read.numbers, strict=False) for part in pair]
        again = "".join(part if isinstance(part, str) else part.text for part in pieces)
        assert again + read.texts[-1] == text


def shown(**forms):
    return {"output_type": "display_data", "metadata": {}, "data": forms}


def test_an_output_within_tolerance_becomes_the_stored_one():
    stored = [shown(**{"text/plain": "x 1.00001", "text/html": "<b>1.00001</b>"})]
    computed = [shown(**{"text/plain": "x 1.00002", "text/html": "<b>1.00002</b>"})]
    assert settle(computed, stored) == (stored, [])


def test_forms_of_which_no_numbers_are_read_are_left_alone():
    stored, computed = ([shown(**{"image/svg+xml": text})] for text in ("1.00001", "1.00002"))
    assert settle(computed, stored) == (computed, [])


def test_outputs_of_another_number_or_kind_are_left_to_nbval():
    stream = {"output_type": "stream", "name": "stdout", "text": "1.00001"}
    assert settle([stream], []) == ([stream], [])
    assert settle([stream], [shown()]) == ([stream], [])
    error = {"output_type": "error", "ename": "E", "evalue": "1.0", "traceback": []}
    assert settle([error], [error]) == ([error], [])


def test_printed_lines_are_compared_by_tolerance_too():
    stored, computed = (
        [{"output_type": "stream", "name": "stdout", "text": text}]
        for text in ("mean 1.00001\n", "mean 1.00002\n")
    )
    assert settle(computed, stored) == (stored, [])


def test_a_rule_that_nbval_passes_over_is_found():
    read = "[a]\nregex: \\d{2}:\\d{2}\nreplace: TIME\n"
    assert unread_rules(read) == []
    apart = "[b]\nregex: 0x[0-9a-f]+\n\nreplace: ADDRESS\n"
    assert unread_rules(read + apart) == ["0x[0-9a-f]+"]


CELL = '# NBVAL_CHECK_OUTPUT\nprint("effect −9.4, mean 1.00002, 46 of 48, holds")'
AS_STORED = "effect −9.4, mean 1.00002, 46 of 48, holds\n"
STORED = {
    "equal.ipynb": AS_STORED,
    "within.ipynb": AS_STORED.replace("1.00002", "1.00001"),
    "beyond.ipynb": AS_STORED.replace("9.4", "9.5"),
    "integer.ipynb": AS_STORED.replace("46", "45"),
    "word.ipynb": AS_STORED.replace("holds", "fails"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Five notebooks with one trivial cell each, by what their stored output says."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, text in STORED.items():
        output = nbformat.v4.new_output("stream", name="stdout", text=text)
        cell = nbformat.v4.new_code_cell(CELL, id="result", outputs=[output], execution_count=1)
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.write(notebook, folder / name)
    return folder


def nbval(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--color=no"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", str(folder), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def failed(result):
    lines = [line for line in result.stdout.splitlines() if line.startswith("FAILED ")]
    return {line.split()[1].split("::")[0] for line in lines}


def test_nbval_with_the_plug_in_fails_on_what_matters_alone(folder):
    result = nbval(folder, "-p", "analysis.reporting.nbval_ipc", "--nbval", ".")
    assert failed(result) == {"beyond.ipynb", "integer.ipynb", "word.ipynb"}, result.stdout
    assert (
        "cell 'result', output 1, text, number 1 in line 1: "
        "stored −9.5, computed −9.4, allowed ±0.0501 (decimal)" in result.stdout
    )
    assert "stored 45, computed 46, allowed none (integer)" in result.stdout
    assert "stored ', fails\\n', computed ', holds\\n', allowed none (text)" in result.stdout


def test_plain_nbval_compares_to_the_letter(folder):
    result = nbval(folder, "--nbval-lax", "equal.ipynb", "within.ipynb")
    assert failed(result) == {"within.ipynb"}, result.stdout
    assert "1 passed" in result.stdout


def test_a_sanitise_file_with_an_unread_rule_stops_the_run(folder):
    rules = folder / "rules.cfg"
    rules.write_text("[a]\nregex: holds\n\nreplace: fails\n")
    plugin = ("-p", "analysis.reporting.nbval_ipc", "--nbval", "--nbval-sanitize-with", str(rules))
    result = nbval(folder, *plugin, "word.ipynb")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "does not read the rules for holds" in result.stderr


def test_no_notebook_stores_a_form_that_is_compared_in_no_way_that_is_named_here():
    forms = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            forms |= {form for output in cell.get("outputs", []) for form in output.get("data", {})}
    assert forms <= {"text/plain", "text/html", "text/markdown", "image/png"}
