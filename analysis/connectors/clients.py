"""The kept clients, each bound to a session of this project: one place for what they do not offer.

comtradeapicall and wbgapi open their own connections and have no option for another; the name that
they open them with is replaced while they are asked. sdmx1 takes a session, pooch a downloader.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final
from urllib.parse import urlsplit

from analysis.connectors.errors import SourceError
from analysis.connectors.session import SourceSession

KEY_IN_HEADER: Final = "the session sends the key"  # comtradeapicall only asks whether there is one
_REPLACING: Final = threading.Lock()


@contextmanager
def comtrade(session: SourceSession) -> Iterator[Any]:
    """Give comtradeapicall on the session; its key parameter never leaves this process."""
    import comtradeapicall
    import urllib3
    from comtradeapicall import PreviewGet

    stand_in = SimpleNamespace(
        PoolManager=lambda: SimpleNamespace(request=_comtrade_request(session)),
        exceptions=urllib3.exceptions,
    )
    with _replaced(PreviewGet, {"urllib3": stand_in}):
        yield comtradeapicall


def _comtrade_request(session: SourceSession) -> Any:
    def request(
        _method: str, address: str, fields: Mapping[str, Any], timeout: float | None = None
    ) -> SimpleNamespace:
        del timeout  # the policy of the session holds
        query = {name: value for name, value in fields.items() if name != "subscription-key"}
        response = session.get(session.base + urlsplit(address).path, params=query)
        return SimpleNamespace(status=response.status_code, data=response.content)

    return request


@contextmanager
def world_bank(session: SourceSession) -> Iterator[Any]:
    """Give wbgapi on the session, which pages by itself."""
    import wbgapi

    stand_in = SimpleNamespace(get=session.get)
    with _replaced(wbgapi, {"requests": stand_in, "endpoint": session.base}):
        yield wbgapi


def imf(session: SourceSession) -> Any:
    """Return an sdmx1 client of the IMF on the session."""
    import sdmx

    client = sdmx.Client("IMF_DATA", session=session)
    client.source = copy.copy(client.source)
    client.source.url = session.base
    return client


def download(session: SourceSession, path: str, folder: Path, sha256: str | None) -> Path:
    """Fetch one file with pooch: into a temporary file, verified, and only then in its place.

    Raises
    ------
    SourceError
        When the checksum is wrong, or neither a checksum nor a stated length could tell a cut
        file; no part of the file stays.
    """
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    address = f"{session.base}/{path}"
    try:
        found = pooch.retrieve(
            address,
            known_hash=sha256,
            fname=path.rpartition("/")[2],
            path=folder,
            downloader=_downloader(session, sha256),
        )
    except ValueError as error:
        raise SourceError(
            f"the SHA-256 of the file is {session.answers[-1].sha256}",
            where=address,
            allowed=sha256,
            remedy="do not use it; compare with the publisher's own checksum or release",
        ) from error
    return Path(found)


def _downloader(session: SourceSession, sha256: str | None) -> Any:
    def fetch(address: str, output: str, _pooch: object) -> None:
        response = session.get(address)
        if sha256 is None and not session.answers[-1].length_stated:
            raise SourceError(
                "the publisher does not say how long the file is, so a cut would not show",
                where=address,
                remedy="give the checksum of the release with --sha256",
            )
        Path(output).write_bytes(response.content)

    return fetch


@contextmanager
def _replaced(module: ModuleType, names: Mapping[str, object]) -> Iterator[None]:
    """Put other objects under some names of a module, for one thread at a time."""
    with _REPLACING:
        before = {name: getattr(module, name) for name in names}
        try:
            for name, value in names.items():
                setattr(module, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(module, name, value)
