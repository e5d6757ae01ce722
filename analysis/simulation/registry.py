"""The simulation studies by name: what makes each, how often it draws and from which seed.

A new study needs a row here and an entry in `data_management.simulations`. This module imports
nothing heavy, so that the command line can list the names at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analysis.errors import StudyError, entry_of
from analysis.workers import named

if TYPE_CHECKING:
    import pandas as pd

ROOM: Final = "analysis.simulation"


@dataclass(frozen=True)
class SimulationStudy:
    """A simulation study of an estimator.

    Attributes
    ----------
    name
        Also the name of the table in data_raw, except for the interval study, which has two.
    program
        `module.function`, from the replications, the seed and the number of workers to the raw
        tables by name. The numbers do not depend on the workers.
    replications
        Of every setting, in the committed table.
    """

    name: str
    program: str
    replications: int
    seed: int

    def run(self, replications: int | None = None, workers: int = 1) -> Mapping[str, pd.DataFrame]:
        """Simulate; return the raw tables by name."""
        made: Mapping[str, pd.DataFrame] = named(f"{ROOM}.{self.program}")(
            replications or self.replications, self.seed, workers
        )
        return made


INTERVAL: Final = "interval"


def _by_name(*studies: SimulationStudy) -> Mapping[str, SimulationStudy]:
    return {study.name: study for study in studies}


STUDIES: Final = _by_name(
    SimulationStudy(INTERVAL, "interval.interval", 2000, 20211203),
    SimulationStudy("power_surface", "series.power_surface", 1000, 20211203),
    SimulationStudy("size_of_checks", "series.size_of_checks", 2000, 20200201),
    SimulationStudy("break_size", "series.break_size", 2000, 20200131),
    SimulationStudy("break_size_estimated_rho", "series.break_size_estimated_rho", 500, 77),
    SimulationStudy("multiplicity_error_rates", "series.multiplicity_error_rates", 2000, 20200131),
    SimulationStudy("cluster_inference", "panels.cluster_inference", 2000, 20240229),
    SimulationStudy("event_study_coverage", "panels.event_study_coverage", 200, 20211203),
    SimulationStudy("gravity_bias", "panels.gravity_bias", 400, 20200131),
    SimulationStudy("dyads_size", "panels.dyads_size", 2000, 20200131),
    SimulationStudy("randomisation", "panels.randomisation", 2000, 20200131),
    SimulationStudy("randomisation_groups", "panels.randomisation_groups", 2000, 20200131),
)


def find_study(name: str) -> SimulationStudy:
    """Return the simulation study of that name.

    Raises
    ------
    StudyError
        When there is none.
    """
    return entry_of(STUDIES, name, StudyError, f"the simulation study '{name}' is not known")
