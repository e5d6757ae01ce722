"""One session for every client of a publisher: bounded, polite, and it keeps what it was given."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin
from xml.etree import ElementTree

import requests

from analysis.connectors.errors import SourceError, UnreachableError
from analysis.connectors.session_policy import (
    TRY_AGAIN,
    Policy,
    origin,
    public_address,
    retry_after,
)

PIECE: Final = 1 << 16  # bytes read at a time
KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"
AGENT: Final = "borderlands-research-package (python-requests)"
LONGEST_REASON: Final = 200  # characters of a publisher's own message that are shown
STANDARD: Final = Policy()


@dataclass(frozen=True)
class Answer:
    """What a publisher sent.

    Attributes
    ----------
    address
        Where it came from, without any key.
    received
        When it was whole, UTC, ISO 8601.
    length_stated
        Whether the publisher said how long it would be, so that a cut would have shown.
    """

    address: str
    media_type: str
    content: bytes
    received: str
    length_stated: bool

    @property
    def sha256(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()


class _PassingError(Exception):
    """The attempt failed in a way that may pass."""

    def __init__(self, reason: str, asked: float | None = None) -> None:
        super().__init__(reason)
        self.asked = asked


class SourceSession(requests.Session):
    """A session for one publisher.

    Parameters
    ----------
    base
        Address that every request must begin at: same scheme, host and port.
    key
        Subscription key, or None. It goes into a header at the moment of sending and nowhere
        else: not into an address, not into the headers that a client may log, not into a message.
    sleep
        How to wait; tests count instead.

    Notes
    -----
    `send` is the one way out, so clients that call `get`, `request` or `send` are all bound.
    """

    def __init__(
        self,
        base: str,
        policy: Policy = STANDARD,
        key: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__()
        self.base = base.rstrip("/")
        self.policy = policy
        self.answers: list[Answer] = []
        self._key, self._sleep = key, sleep
        self.headers["User-Agent"] = AGENT

    def send(self, request: requests.PreparedRequest, **_kwargs: Any) -> requests.Response:
        """Send a request within the policy and return the whole answer.

        Raises
        ------
        UnreachableError
            When no attempt gave a whole answer.
        SourceError
            When the address lies elsewhere, or the answer is a refusal, a redirect to another
            host, or too large.
        """
        for _ in range(self.policy.redirects + 1):
            self._check_origin(request)
            response = self._patiently(request)
            target = response.headers.get("Location") if response.is_redirect else None
            if target is None:
                return response
            request = self._followed(request, target)
        raise SourceError(
            f"more than {self.policy.redirects} redirects",
            where=public_address(str(request.url)),
            remedy="look up the publisher's present address",
        )

    def _patiently(self, request: requests.PreparedRequest) -> requests.Response:
        where, reason = public_address(str(request.url)), ""
        for attempt in range(self.policy.attempts):
            try:
                return self._once(request)
            except _PassingError as again:
                reason = str(again)
                pause = self._pause(attempt, again.asked, where)
                if attempt + 1 < self.policy.attempts:
                    self._sleep(pause)
        raise UnreachableError(
            f"{reason} ({self.policy.attempts} attempts)",
            where=where,
            remedy="try again later; until then data_raw stands as it is",
        )

    def _pause(self, attempt: int, asked: float | None, where: str) -> float:
        if asked is None:
            return self.policy.pause(attempt)
        if asked > self.policy.longest_wait:
            raise UnreachableError(
                f"the publisher asks to wait {asked:.0f} seconds",
                where=where,
                allowed=f"a wait of at most {self.policy.longest_wait:.0f} seconds",
                remedy=f"fetch again in {asked / 60:.0f} minutes",
            )
        return asked

    def _once(self, request: requests.PreparedRequest) -> requests.Response:
        signed = request.copy()
        if self._key:
            signed.headers[KEY_HEADER] = self._key
        limits = (self.policy.connect, self.policy.read)
        try:
            response = super().send(signed, stream=True, timeout=limits, allow_redirects=False)
            with response:
                content = self._body(response)
        except requests.Timeout as error:
            raise _PassingError("no answer in time") from error
        except (
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
        ) as error:
            raise _PassingError("the answer was cut off") from error
        except requests.ConnectionError as error:
            slow = "timed out" in str(error).lower()
            raise _PassingError("no answer in time" if slow else "no connection") from error
        response.request = request  # the one without the key
        response._content = content
        return self._judged(response, content)

    def _body(self, response: requests.Response) -> bytes:
        until = time.monotonic() + self.policy.longest_answer
        pieces, size = [], 0
        for piece in response.iter_content(PIECE):
            size += len(piece)
            if size > self.policy.largest:
                raise SourceError(
                    "the answer is too large",
                    where=public_address(response.url),
                    allowed=f"at most {self.policy.largest:,} bytes",
                    remedy="narrow the request",
                )
            if time.monotonic() > until:
                raise _PassingError("no answer in time")
            pieces.append(piece)
        return b"".join(pieces)

    def _judged(self, response: requests.Response, content: bytes) -> requests.Response:
        if response.status_code in TRY_AGAIN:
            asked = retry_after(response.headers.get("Retry-After"))
            raise _PassingError(f"the publisher answers {response.status_code}", asked)
        if response.status_code >= requests.codes.bad_request:
            raise self._refusal(response)
        if not response.is_redirect:
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
            _check_whole(media_type, content)
            self._keep(response, media_type, content)
        return response

    def _keep(self, response: requests.Response, media_type: str, content: bytes) -> None:
        stated = any(name in response.headers for name in ("Content-Length", "Transfer-Encoding"))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        address = public_address(response.url)
        self.answers.append(Answer(address, media_type, content, now, stated))

    def _refusal(self, response: requests.Response) -> SourceError:
        denied = response.status_code in (requests.codes.unauthorized, requests.codes.forbidden)
        said = self.hidden(response.text[:LONGEST_REASON]).strip()
        return SourceError(
            f"the publisher refuses with {response.status_code}" + (f": {said}" if said else ""),
            where=public_address(response.url),
            remedy="check the key and its subscription"
            if denied
            else "check the publisher's notes",
        )

    def check_no_key_came_back(self) -> None:
        """Refuse to keep answers that repeat the key.

        Raises
        ------
        SourceError
            When an answer holds the key.
        """
        if self._key and any(self._key.encode() in answer.content for answer in self.answers):
            raise SourceError(
                "the answer repeats the key", remedy="nothing was kept; renew the key"
            )

    def hidden(self, text: str) -> str:
        """Return a text without the key."""
        return text.replace(self._key, "(key)") if self._key else text

    def _check_origin(self, request: requests.PreparedRequest) -> None:
        if origin(str(request.url)) != origin(self.base):
            raise SourceError(
                "a request to another host",
                where=public_address(str(request.url)),
                allowed=self.base,
                remedy="give the base address of the source",
            )

    def _followed(self, request: requests.PreparedRequest, target: str) -> requests.PreparedRequest:
        address = urljoin(str(request.url), target)
        if origin(address) != origin(str(request.url)):
            raise SourceError(
                f"a redirect to another host: {public_address(address)}",
                where=public_address(str(request.url)),
                allowed=self.base,
                remedy="look up the publisher's present address and judge it before you use it",
            )
        following = request.copy()
        following.url = address
        return following


def _check_whole(media_type: str, content: bytes) -> None:
    """Ask again where JSON or XML breaks off, which a missing length would hide."""
    try:
        if media_type.endswith("json"):
            json.loads(content)
        elif media_type.endswith("xml"):
            ElementTree.fromstring(content)
    except (ValueError, ElementTree.ParseError) as error:
        raise _PassingError("the answer was cut off") from error
