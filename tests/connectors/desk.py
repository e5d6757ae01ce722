"""A desk that fetches into a folder of its own, and what several sources are asked with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from analysis.connectors.fetch import fetch, find_source
from analysis.connectors.registry import COMTRADE_KEY

KEY = "sk-0123456789abcdef"


ENVIRONMENT = MappingProxyType({COMTRADE_KEY: KEY})


@dataclass
class Desk:
    """Fetches with short limits into a folder of its own."""

    external: Path
    policy: object
    waits: list[float]

    def fetch(self, name, server, **options):
        chosen = {"first": 2018, "last": 2019, "environment": ENVIRONMENT} | options
        return fetch(
            find_source(name),
            base=server.base,
            external=self.external,
            policy=self.policy,
            sleep=self.waits.append,
            **chosen,
        )

    def nothing_stays(self):
        return not self.external.exists() or not list(self.external.rglob("*"))


RATE = MappingProxyType(
    {
        "COUNTRY": "LAO",
        "INDICATOR": "XDC_USD",
        "TYPE_OF_TRANSFORMATION": "PA_RT",
        "FREQUENCY": "M",
        "SCALE": "0",
    }
)


XML = "application/xml"
