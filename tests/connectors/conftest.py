"""No proxy between a test and the server on this machine; waits are counted, not slept."""

from __future__ import annotations

import pytest

from analysis.connectors.session_policy import Policy
from tests.connectors.desk import Desk

QUICK = Policy(connect=0.3, read=0.3, attempts=3, backoff=0.5, longest_wait=30.0, largest=1_000_000)


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def quick() -> Policy:
    return QUICK


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def desk(tmp_path, quick, waits) -> Desk:
    return Desk(tmp_path / "external", quick, waits)
