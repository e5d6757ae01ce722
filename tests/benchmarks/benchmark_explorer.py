"""Wait for a change in the kernel of the explorer.

The peer is what a reader without it would do for each change: run the cells of notebook 02 that
show the same (open, figure, effects, cumulative effects, identification) for the whole study.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from time import perf_counter

from analysis.exhibits import effects
from analysis.exhibits.study_results import open_study
from analysis.exhibits.zone_trade import zone_trade_figure
from analysis.explorer.choice import Choice, Ground, first_choice, months, open_ground
from analysis.explorer.panel import Explorer
from analysis.newstudy.create import Places

LIMIT_MILLISECONDS = 300
LATER = 12  # months by which a window is moved
CELLS = (
    zone_trade_figure,
    effects.effects_table,
    effects.cumulative_table,
    effects.identification_table,
)


def changes(ground: Ground) -> Iterator[Choice]:
    """Return every outcome's own choice, and each of its single changes with and without trend."""
    for study, opened in ground.opened.items():
        for outcome in opened.study.outcomes:
            own = first_choice(ground, study, outcome.name)
            listed = months(ground, study, outcome.name)
            for trend in ("linear", "none"):
                chosen = replace(own, trend=trend)
                yield chosen
                yield replace(chosen, start=listed[listed.index(own.start) + LATER])
                for name in own.interventions:
                    kept = tuple(other for other in own.interventions if other != name)
                    yield replace(chosen, interventions=kept)


def milliseconds(task: Callable[[], object]) -> float:
    """Return how long one call takes, by the clock on the wall."""
    begun = perf_counter()
    task()
    return 1000 * (perf_counter() - begun)


def notebook(study: str) -> list[object]:
    """Open a study and show it as the cells of notebook 02 do."""
    opened = open_study(study)
    return [make(opened)._repr_mimebundle_() for make in CELLS]


def main() -> int:
    """Print one JSON line; fail if a change takes longer than the limit."""
    ground = open_ground()
    explorer = Explorer(ground, Places())
    asked = [choice for choice in dict.fromkeys(changes(ground)) if choice != explorer.choice]
    times = {choice: milliseconds(lambda c=choice: explorer.choose(c)) for choice in asked}
    worst = max(times, key=lambda choice: times[choice])
    peers = {study: milliseconds(lambda s=study: notebook(s)) for study in ground.files}
    report = {
        "changes": len(times),
        "median_ms": round(median(times.values())),
        "worst_ms": round(times[worst]),
        "worst": f"{worst.study}/{worst.subject}",
        "over_limit": sum(time > LIMIT_MILLISECONDS for time in times.values()),
        "limit_ms": LIMIT_MILLISECONDS,
        "notebook_02_ms": {study: round(time) for study, time in peers.items()},
        "worst_to_notebook_02": round(max(t / peers[c.study] for c, t in times.items()), 2),
    }
    sys.stdout.write(json.dumps(report) + "\n")
    return int(times[worst] > LIMIT_MILLISECONDS)


if __name__ == "__main__":
    sys.exit(main())
