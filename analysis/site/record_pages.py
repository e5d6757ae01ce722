"""What a replication said, and which published claims hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from analysis.site.inert import Html, raw, site_link, text, web_link
from analysis.site.inputs import SiteInputs
from analysis.site.pieces import badge, page, paragraph, section
from analysis.site.tables import Anchors, definitions, linked, table

HOW: Final = (
    "No replication has been run in this copy. `python -m analysis verify` rebuilds everything "
    "in a temporary folder, compares it with what is committed, cell by cell with named "
    "tolerances, and gives each exhibit a verdict; the next `make site` shows them here."
)
NO_CLAIMS: Final = (
    "The register of published claims is not built in this copy. `python -m analysis reproduce` "
    "builds it; the next `make site` shows it here."
)
NOT_RUN: Final = "not run in this copy"
COUNTS: Final[Mapping[str, str]] = {
    "numbers": "Numbers",
    "within": "Within tolerance",
    "minor": "Minor",
    "material": "Material",
}
CLAIM_COLUMNS: Final[Mapping[str, str]] = {
    "claim_id": "Claim no.",
    "topic_label": "About",
    "claim": "Claim",
    "printed_shown": "Printed",
    "computed_shown": "Computed",
    "unit": "Unit",
    "verdict": "Verdict",
    "reason": "Reason",
    "kind_label": "Counterpart",
    "reports": "Figures",
    "source_shown": "Source",
    "url": "Address",
}
RECORD: Final[Mapping[str, str]] = {
    "commit": "Commit",
    "built_at": "Ended",
    "python": "Python",
    "platform": "Platform",
    "processors": "Processors",
}
LONGEST_STEPS: Final = 10
BUILD_RECORD: Final = "files/build_record.json"
"""Copy of what the last build measured, from the root of the site."""


def overall(inputs: SiteInputs) -> Html:
    """Return the verdict of the last replication as one line."""
    verdict = str((inputs.report or {}).get("verdict", NOT_RUN))
    return Html(f"{site_link('replication.html', 'Replication')}: {badge(verdict)}")


def replication_page(inputs: SiteInputs) -> str:
    """Return the report of the last replication, or how to make one; and the last build."""
    if inputs.report is None:
        blocks = [raw(paragraph(_with_code(HOW), "lead"))]
    else:
        blocks = _report(inputs, inputs.report)
    if inputs.build_record is not None:
        blocks.append(section("The last build", *_build(inputs.build_record)))
    return page("Replication report", *blocks)


def _with_code(words: str) -> str:
    parts = [str(text(part)) for part in words.split("`")]
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))


def _report(inputs: SiteInputs, report: Mapping[str, Any]) -> list[str]:
    line = paragraph(f"Overall: {badge(str(report.get('verdict', 'no verdict')))}", "lead")
    build = report.get("build", {})
    seconds = build.get("seconds")
    facts = definitions(
        [
            ("Built from", text(build.get("source", ""))),
            ("Commit", text(build.get("commit", ""))),
            ("Work tree", text("changed" if build.get("dirty") else "as committed")),
            ("Ended", text(report.get("time", ""))),
            ("Seconds", text(f"{seconds:.0f}" if seconds is not None else "")),
        ]
    )
    pages = {f"{item.folder}/{item.name}": item.page for item in inputs.exhibits}
    exhibits = _verdicts(report.get("exhibits", ()), pages)
    processed = _verdicts(report.get("processed_tables", ()), {})
    return [
        raw(line + facts),
        section("Exhibits", exhibits),
        section("Processed tables", processed),
    ]


def _verdicts(records: Sequence[Mapping[str, Any]], targets: Anchors) -> Html:
    """Return what was compared with verdict and counts, the worst first."""
    if not records:
        return paragraph("Nothing was compared.", "missing")
    worst_first = sorted(records, key=lambda item: (item["verdict"] == "full", item["name"]))
    rows = [
        (
            linked(str(item["name"]), targets),
            badge(str(item["verdict"])),
            *(text(item.get(key, "")) for key in COUNTS),
            _largest(item.get("largest") or {}),
        )
        for item in worst_first
    ]
    heads = ("Name", "Verdict", *COUNTS.values(), "Largest difference")
    return table(heads, rows, "Verdicts")


def _largest(change: Mapping[str, Any]) -> Html:
    if not change:
        return Html("")
    place = f"{change.get('row', '')}, {change.get('column', '')}"
    return text(f"{place}: {change.get('before', '')} → {change.get('after', '')}")


def _build(record: Mapping[str, Any]) -> list[Html]:
    """Return what the last build ran on, and its longest steps."""
    facts = definitions((label, text(record.get(key) or "")) for key, label in RECORD.items())
    steps: Mapping[str, Mapping[str, Any]] = record.get("steps", {})
    used = [(name, step) for name, step in steps.items() if step.get("seconds") is not None]
    used.sort(key=lambda item: -float(item[1]["seconds"]))
    rows = [
        (text(name), text(f"{float(step['seconds']):.1f}"), text(step.get("peak_memory_mb") or ""))
        for name, step in used[:LONGEST_STEPS]
    ]
    measured = paragraph(f"Every step: {site_link(BUILD_RECORD, 'the record of the build')}.")
    if not rows:
        return [facts]
    heads = ("Step", "Seconds", "Peak memory, MB")
    return [facts, measured, table(heads, rows, "The longest steps")]


def claims_page(inputs: SiteInputs, anchors: Anchors) -> str:
    """Return the published claims with what was computed beside them."""
    title = "Published claims, checked"
    if not inputs.claims:
        return page(title, raw(paragraph(_with_code(NO_CLAIMS), "lead")))
    keys = [key for key in CLAIM_COLUMNS if key in inputs.claims[0]]
    rows = [[_claim_cell(key, row[key], anchors) for key in keys] for row in inputs.claims]
    exhibit = next((item for item in inputs.exhibits if item.name == "claims"), None)
    link = site_link(exhibit.page, "the raw rows behind every number") if exhibit else ""
    words = "What was published, where, and what this package computes beside it"
    intro = f"{words}: {link}." if link else f"{words}."
    heads = [CLAIM_COLUMNS[key] for key in keys]
    ids = [f"claim-{row['claim_id']}" for row in inputs.claims] if "claim_id" in keys else ()
    shown = table(heads, rows, "Claims", ids)
    return page(title, raw(paragraph(intro, "lead") + _counts(inputs.claims) + shown))


def _counts(claims: Iterable[Mapping[str, str]]) -> Html:
    found: dict[str, int] = {}
    for row in claims:
        verdict = row.get("verdict", "")
        found[verdict] = found.get(verdict, 0) + 1
    badges = [badge(f"{word}: {number}") for word, number in found.items() if word]
    return paragraph(" ".join(badges), "badges")


def _claim_cell(key: str, value: str, anchors: Anchors) -> Html:
    if key == "verdict":
        return badge(value)
    return web_link(value) if key == "url" else linked(value, anchors)
