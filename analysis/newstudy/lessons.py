"""Why each usual mistake matters and how it is mended, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Lesson:
    """What goes wrong if the mistake stays, and what to do."""

    why: str
    remedy: str


LESSONS: Final[Mapping[str, Lesson]] = {
    "fiscal_year": Lesson(
        "a total from April or October laid over January to December puts months of trade on the "
        "wrong side of a closure",
        "set start and end to the fiscal year: 1 April, or 1 October 2018 to 30 September 2021 in "
        "Myanmar",
    ),
    "cumulative": Lesson(
        "a total since the start of the year taken for one month looks like a jump of trade",
        "set start to the first day that the total counts, or enter the figure of the month alone",
    ),
    "railway_port": Lesson(
        "the road port and the railway port of one town are two ports; together they show a jump "
        "where the railway opened",
        "set scope to railway and place to the railway port, or quote the page on the road port",
    ),
    "percent_as_fraction": Lesson(
        "0.25 is read as a quarter of a per cent, so that a strong change becomes none",
        "write per cent: 25 for a rise by a quarter",
    ),
    "wrong_factor": Lesson(
        "a unit that is off by 10, 1,000 or 10,000 (万 is 10,000, 亿 is 100 million) makes the "
        "largest effect of the study",
        "read the unit of the page again and write the number in a unit of the list",
    ),
    "same_figure": Lesson(
        "the figure of one office read in two newspapers is one figure; counted twice, every "
        "interval comes out too narrow",
        "keep one row and put the second page into its note",
    ),
    "published_early": Lesson(
        "a figure printed before its period was over is a forecast or covers fewer days",
        "set end to the last day that the page counts",
    ),
    "growth_without_base": Lesson(
        "a growth says how two years compare, not where either of them lies; alone it estimates "
        "nothing",
        "find the value of the period or of the year before, and enter it as a row",
    ),
    "rounded_word": Lesson(
        "'over 5' may be 5.4; as an exact figure its interval is too narrow",
        "set qualifier to over, nearly, about or rounded, as the page says",
    ),
    "contradicted": Lesson(
        "two figures of one office cannot both be right; the model would meet in between",
        "read both pages again; if both stand, give the worse one low confidence",
    ),
    "same_month": Lesson(
        "the model knows months; two changes that begin in one month have one effect together and "
        "none apart",
        "leave one out and name both in the label of the other, or give them outcomes of their own",
    ),
    "too_few_reports": Lesson(
        "with fewer figures than quantities to estimate, the answer would come from the "
        "assumptions alone",
        "find more figures, take interventions out, set trend: none, or widen the window",
    ),
    "event_outside": Lesson(
        "an event outside the window splits nothing: all reports lie on one side of it",
        "widen the window, or take the intervention out of this outcome",
    ),
    "unfinished": Lesson(
        "the study would be printed under the words of the form",
        "say in your own words what the study is about",
    ),
}
"""Name of a mistake -> its lesson."""
