"""What a universe would take on a cluster, reckoned from measured prices."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.universe.cost import Cluster, CostModel, Job, least_seconds, simulated_seconds
from analysis.universe.panel import SERIES_A_BLOCK
from analysis.universe.ranks import spans


@dataclass(frozen=True)
class Reckoned:
    """Seconds of a simulated run, and a bound that no run comes below.

    Attributes
    ----------
    tasks
        Runs of blocks that are handed out.
    outside
        Sizes of the job beyond what was measured.
    """

    workers: int
    tasks: int
    seconds: float
    least: float
    outside: tuple[str, ...]


def on_cluster(job: Job, model: CostModel, hand_out: float, workers: int) -> Reckoned:
    """Reckon a job with the runs of blocks that so many workers would get.

    The part of a run that is paid once stays with the calling process. A worker takes for a task,
    beside its work, as long as the scheduler; files are read from a place that all workers share.

    Parameters
    ----------
    model
        Of one worker.
    hand_out
        Seconds of the scheduler for one task.

    Raises
    ------
    ModelError
        When there is no worker or a time is negative.
    """
    blocks = -(-job.series // SERIES_A_BLOCK)
    a_block = (model.seconds(job) - model.once()) / blocks
    tasks = [a_block * len(run) for run in spans(blocks, workers)]
    cluster = Cluster(workers, model.once(), hand_out, hand_out)
    return Reckoned(
        workers=workers,
        tasks=len(tasks),
        seconds=simulated_seconds(tasks, cluster),
        least=least_seconds(tasks, cluster),
        outside=model.outside(job),
    )
