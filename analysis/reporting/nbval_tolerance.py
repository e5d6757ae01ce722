"""The cells of nbval, with numbers compared by tolerance and everything else to the letter.

What nbval compares by itself: every form of every output, letter by letter, pictures (image/png and
image/jpeg) and the ids of widgets left out. Pictures stay out here as well: their pixels depend on
the fonts of the machine, and the numbers that they show stand in the CSV file beside each figure
and in its alt text, which is the text/plain form of the output and is compared. No notebook of the
project stores SVG or LaTeX; such an output would be compared to the letter.

No sanitise file is needed, and none is shipped: outputs hold no times, paths or addresses. If one
is given, every rule in it must be one that nbval reads; nbval passes over a rule whose `replace:`
does not follow its `regex:` on the next line, and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nbformat import from_dict
from nbval.plugin import IPyNbCell, get_sanitize_patterns

from analysis.reporting.printed_numbers import Difference, differences

# The forms whose numbers are compared by tolerance, and whether digits in tags are text.
FORMS: Final[Mapping[str, bool]] = {
    "text/plain": False,
    "text/markdown": False,
    "text/html": True,
}
STREAM: Final = "text"  # what a cell prints
SHOWN: Final = 20  # differences listed for one cell

Output = Mapping[str, Any]
Clean = Callable[[str], str]


_to_the_letter: Final = IPyNbCell.compare_outputs


def compare_outputs(
    cell: IPyNbCell,
    test: Sequence[Output],
    ref: Sequence[Output],
    skip_compare: Sequence[str] | None = None,
) -> bool:
    """Compare as nbval does, after numbers within tolerance were set to the stored ones.

    Takes the place of the method of the same name of nbval's cells.
    """
    settled, findings = settle(test, ref, cell.sanitize)
    alike = bool(_to_the_letter(cell, from_dict(settled), ref, skip_compare))
    if not alike and findings:
        cell.comparison_traceback = report(cell.cell.get("id", cell.cell_num), findings)
    return alike


def settle(
    computed: Sequence[Output], stored: Sequence[Output], clean: Clean = str
) -> tuple[list[Output], list[tuple[str, Difference]]]:
    """Replace each computed text that says the same as the stored one by the stored one.

    Parameters
    ----------
    clean
        Applied to both texts before they are compared.

    Returns
    -------
    outputs
        The computed outputs, equal to the stored ones wherever they say the same.
    findings
        Where the others differ: number of the output with its form, and the difference.
    """
    findings: list[tuple[str, Difference]] = []
    if len(computed) != len(stored):
        return list(computed), findings
    outputs = []
    for number, (mine, theirs) in enumerate(zip(stored, computed, strict=True), 1):
        settled, found = _settled_output(mine, theirs, clean)
        outputs.append(settled)
        findings += [(f"output {number}, {form}", difference) for form, difference in found]
    return outputs, findings


def report(cell: str, findings: Sequence[tuple[str, Difference]]) -> list[str]:
    """Return the lines that tell a reader of a failed cell what differs."""
    lines = [f"  cell {cell!r}, {place}, {difference}" for place, difference in findings[:SHOWN]]
    more = len(findings) - SHOWN
    return [*lines, f"  and {more} more"] if more > 0 else lines


def unread_rules(text: str) -> list[str]:
    """Return the `regex:` lines of a sanitise file that nbval does not read."""
    read = [regex for regex, _ in get_sanitize_patterns(text)]
    unread = []
    for regex in re.findall(r"^\s*regex\s*:\s*(.*?)$", text, flags=re.MULTILINE):
        if regex in read:
            read.remove(regex)
        else:
            unread.append(regex)
    return unread


def _settled_output(
    stored: Output, computed: Output, clean: Clean
) -> tuple[Output, list[tuple[str, Difference]]]:
    if stored["output_type"] != computed["output_type"]:
        return computed, []
    if stored["output_type"] == "stream":
        return _settled_forms(stored, computed, {STREAM: False}, clean)
    if "data" not in stored or "data" not in computed:
        return computed, []
    data, found = _settled_forms(stored["data"], computed["data"], FORMS, clean)
    return {**computed, "data": data}, found


def _settled_forms(
    stored: Output, computed: Output, forms: Mapping[str, bool], clean: Clean
) -> tuple[Output, list[tuple[str, Difference]]]:
    settled, findings = dict(computed), []
    for form in forms.keys() & stored.keys() & computed.keys():
        found = differences(clean(stored[form]), clean(computed[form]), markup=forms[form])
        findings += [(form, difference) for difference in found]
        if not found:
            settled[form] = stored[form]
    return settled, sorted(findings, key=lambda finding: finding[0])
