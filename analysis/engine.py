"""Where work runs: processes of this machine, or the workers of a Dask cluster.

Monte Carlo, bootstrap and placebo runs go through joblib, which an engine gives its backend; the
build graph goes through pytask-parallel. The default needs no server and opens no port. With Dask,
a scheduler and its workers talk over TCP: of this machine's loopback when no scheduler is named.
What is computed is the same on every engine, since each part draws from a seed of its own.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from analysis.errors import BuildError, spelling_hint
from analysis.workers import interrupts_held

if TYPE_CHECKING:
    from distributed import Client
    from joblib import ParallelBackendBase

LOCAL: Final = "local"
DASK: Final = "dask"
PATIENCE: Final = "15s"
"""How long a scheduler may be silent before the run ends with an error."""
LOOPBACK: Final = "127.0.0.1"
HEAP: Final = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")
GIVEN_TO_WORKERS: Final = "distributed.nanny.pre-spawn-environ"
KEPT_BYTES: Final = 256 * 1024**2
"""Free memory that a worker keeps: Dask lets it go at 64 KiB, which doubles the time of a block."""
RUNNING: Final = "running"
NO_TRACKING: Final = "ignore:resource_tracker:UserWarning"
"""Python tells of semaphores that a build ended by Ctrl-C left, and removes them by itself."""


@dataclass(frozen=True)
class Engine:
    """Where work runs.

    Attributes
    ----------
    name
        `local` or `dask`.
    workers
        Processes at a time; a cluster that is named keeps its own.
    scheduler
        Address of a running Dask scheduler; if None, `dask` starts one for the run.
    """

    name: str = LOCAL
    workers: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Refuse an engine that is not known, and a scheduler for an engine without one."""
        if self.name not in ENGINES:
            raise BuildError(
                f"the engine '{self.name}' is not known",
                where="option --engine",
                allowed=", ".join(ENGINES),
                remedy=spelling_hint(self.name, ENGINES),
            )
        if self.scheduler and self.name != DASK:
            raise BuildError(
                f"the engine '{self.name}' has no scheduler",
                where="option --scheduler",
                remedy=f"add --engine {DASK}, or leave --scheduler out",
            )

    def engaged(self) -> AbstractContextManager[Client | None]:
        """Give joblib this engine for the time of a `with` block."""
        return ENGINES[self.name](self)

    def loss(self, client: Client | None, error: BaseException | None) -> BuildError | None:
        """Return what is said of a build whose cluster went away; None if it is still there."""
        if client is None or error is None:
            return None
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return _gone(self, "lost every worker that took up one of the steps", error)
        if isinstance(error, _cut_off()) or client.status != RUNNING:
            return _gone(self, "was lost during the run", error)
        return None


def _local(_: Engine) -> AbstractContextManager[Client | None]:
    return nullcontext()


@contextmanager
def _dask(engine: Engine) -> Iterator[Client | None]:
    """Connect to the scheduler, or start one; say in one message when it is gone."""
    import dask
    import distributed  # noqa: F401  (its settings are there once it is imported)
    from joblib import parallel_config

    with _same_environment(), dask.config.set(_settings()), _quiet(), _client(engine) as client:
        try:
            with parallel_config(backend=_sending(client)):
                yield client
        except _lost() as error:
            raise _gone(engine, "was lost during the run", error) from error


def _sending(client: Client) -> ParallelBackendBase:
    """Return joblib's backend for Dask, which also sends parts where there is one worker.

    joblib computes in the calling process when one part runs at a time: a cluster of one worker
    would stay idle.
    """
    from joblib._dask import DaskDistributedBackend

    class SendingBackend(DaskDistributedBackend):  # type: ignore[misc]  # joblib has no types
        def configure(self, *arguments: Any, **settings: Any) -> int:
            return max(2, int(super().configure(*arguments, **settings)))

    backend: ParallelBackendBase = SendingBackend(client=client)
    return backend


def processes(workers: int) -> int:
    """Return how many processes parts go to: those of a cluster, whatever number is asked for."""
    from joblib.parallel import get_active_backend

    return int(get_active_backend()[0].effective_n_jobs(workers))


ENGINES: Final[Mapping[str, Callable[[Engine], AbstractContextManager[Client | None]]]] = {
    LOCAL: _local,
    DASK: _dask,
}


def _settings() -> dict[str, Any]:
    return {
        "distributed.comm.timeouts.connect": PATIENCE,
        "distributed.comm.timeouts.tcp": PATIENCE,
        "distributed.client.scheduler-info-interval": "10s",
        "distributed.worker.daemon": False,  # a worker may fork the kernel of a notebook
        "distributed.admin.tick.limit": "30s",
        **{f"{GIVEN_TO_WORKERS}.{name}": KEPT_BYTES for name in HEAP},
        f"{GIVEN_TO_WORKERS}.DASK_LOGGING__DISTRIBUTED": "critical",  # a worker keeps it to itself
    }


@contextmanager
def _same_environment() -> Iterator[None]:
    """Take back what Dask leaves in the environment, which other processes would be given."""
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's log to itself: what went wrong is told once, as an error of this project."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    usual = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for name, level in usual.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def _client(engine: Engine) -> Iterator[Client]:
    from distributed import Client

    if engine.scheduler is None:
        with _own_cluster(engine.workers) as client:
            yield client
        return
    try:
        client = Client(engine.scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise _gone(engine, "does not answer", error) from error
    with client:
        yield client


@contextmanager
def _own_cluster(workers: int) -> Iterator[Client]:
    """Start a scheduler and workers that end with this process and never see Ctrl-C."""
    from distributed import Client, LocalCluster

    if NO_TRACKING not in sys.warnoptions:
        sys.warnoptions.append(NO_TRACKING)
    with ExitStack() as stack:
        with interrupts_held():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host=LOOPBACK,
                dashboard_address=None,
            )
            client = stack.enter_context(Client(stack.enter_context(cluster)))
        yield client


def _lost() -> tuple[type[BaseException], ...]:
    """Return what Dask raises when a scheduler, or every worker, goes away."""
    from distributed import KilledWorker

    return *_cut_off(), KilledWorker, TimeoutError


def _cut_off() -> tuple[type[BaseException], ...]:
    """Return what Dask raises for work that was under way when its scheduler went away."""
    from concurrent.futures import CancelledError

    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    return CancelledError, CommClosedError, FutureCancelledError


def _gone(engine: Engine, what: str, error: BaseException) -> BuildError:
    return BuildError(
        f"the Dask scheduler {what} ({type(error).__name__})",
        where=engine.scheduler or "the cluster of this run",
        remedy=(
            "start it again (`dask scheduler`, `dask worker ADDRESS`) and give the same command: "
            "finished parts are kept; or run with --engine local"
        ),
    )
