"""How often, how long and how much: the limits of every request to a publisher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

KEY_PARAMETERS: Final = frozenset({"subscription-key", "api-key", "api_key", "apikey", "token"})
"""Query parameters that can hold a key; they are left out of every address that is recorded."""
TRY_AGAIN: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""States of a server that may pass."""


@dataclass(frozen=True)
class Policy:
    """The limits of a session.

    Attributes
    ----------
    attempts
        Requests for one address before it counts as unreachable.
    connect, read
        Seconds until a connection stands, and between two pieces of an answer.
    longest_answer
        Seconds that one answer may take in all.
    backoff
        Seconds before the second attempt; doubled before each further one.
    longest_wait
        Seconds that a publisher may ask to wait (Retry-After) before the fetch gives up.
    redirects
        Redirects within one host that are followed.
    largest
        Bytes that one answer may hold, unpacked.
    """

    attempts: int = 4
    connect: float = 10.0
    read: float = 60.0
    longest_answer: float = 900.0
    backoff: float = 2.0
    longest_wait: float = 120.0
    redirects: int = 3
    largest: int = 600_000_000

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after attempt number `attempt`, counted from zero."""
        return min(self.backoff * 2.0**attempt, self.longest_wait)


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for; None where it says nothing usable.

    The header holds seconds or a date (RFC 9110, section 10.2.3).
    """
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((aware - (now or datetime.now(UTC))).total_seconds(), 0.0)


def origin(address: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address: what a redirect must not leave."""
    parts = urlsplit(address)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def public_address(address: str) -> str:
    """Return an address without credentials, as it may be shown and recorded."""
    parts = urlsplit(address)
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in KEY_PARAMETERS
    ]
    host = parts.netloc.rpartition("@")[2]
    kept = urlencode(query, safe=",;:+")
    return urlunsplit((parts.scheme, host, parts.path, kept, parts.fragment))
