from __future__ import annotations

import pytest

from tests.faults.builds import Built, build_copy


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Return a copy in which the notebook is built; every test leaves it built again."""
    return build_copy(tmp_path_factory.mktemp("built"))
