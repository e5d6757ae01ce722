"""Every limit of the session, against a server that breaks it."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analysis.connectors.errors import SourceError, UnreachableError
from analysis.connectors.session import KEY_HEADER, SourceSession
from analysis.connectors.session_policy import public_address, retry_after
from tests.connectors.server import Reply, in_turn, publisher

GOOD = Reply(b'{"count": 1}')
KEY = "sk-0123456789abcdef"


def ask(base, policy, waits, key=None, path="/data?x=1"):
    session = SourceSession(base, policy, key, sleep=waits.append)
    with session:
        return session, session.get(base + path)


def test_an_answer_is_kept_with_its_address_and_hash(quick, waits):
    with publisher(in_turn(GOOD)) as server:
        session, response = ask(server.base, quick, waits)
    assert response.json() == {"count": 1}
    (answer,) = session.answers
    assert answer.address == server.base + "/data?x=1"
    assert answer.content == GOOD.body
    assert answer.length_stated


def test_429_waits_as_long_as_the_publisher_asks(quick, waits):
    busy = Reply(b"", 429, headers={"Retry-After": "7"})
    with publisher(in_turn(busy, busy, GOOD)) as server:
        ask(server.base, quick, waits)
    assert waits == [7.0, 7.0]
    assert len(server.calls) == 3


def test_429_for_ever_ends_after_the_attempts_allowed(quick, waits):
    with (
        publisher(in_turn(Reply(b"", 429, headers={"Retry-After": "1"}))) as server,
        pytest.raises(UnreachableError, match=r"answers 429 \(3 attempts\)"),
    ):
        ask(server.base, quick, waits)
    assert len(server.calls) == 3
    assert waits == [1.0, 1.0]


def test_a_wait_beyond_the_cap_is_not_waited_and_not_shortened(quick, waits):
    with (
        publisher(in_turn(Reply(b"", 429, headers={"Retry-After": "3600"}))) as server,
        pytest.raises(UnreachableError, match="wait 3600 seconds"),
    ):
        ask(server.base, quick, waits)
    assert len(server.calls) == 1
    assert waits == []


def test_a_server_error_is_tried_again_with_growing_pauses(quick, waits):
    with publisher(in_turn(Reply(b"", 503), Reply(b"", 502), GOOD)) as server:
        ask(server.base, quick, waits)
    assert waits == [0.5, 1.0]


def test_a_timeout_is_bounded(quick, waits):
    with (
        publisher(in_turn(replace(GOOD, delay=0.5))) as server,
        pytest.raises(UnreachableError, match="no answer in time"),
    ):
        ask(server.base, replace(quick, attempts=2, read=0.1), waits)
    assert len(waits) == 1


def test_offline_is_said(quick, waits):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{held.getsockname()[1]}"  # bound, but nobody listens
        with pytest.raises(UnreachableError, match="no connection"):
            ask(base, quick, waits)


@pytest.mark.parametrize(
    "cut",
    [
        Reply(b"a,b\n1,2\n", media_type="text/csv", cut=20),
        Reply(b'{"count": 1, "data": [', length=False),
        Reply(b"<root><row/>", media_type="application/xml", length=False),
    ],
    ids=["length", "json", "xml"],
)
def test_a_cut_answer_is_asked_again_and_then_refused(quick, waits, cut):
    with publisher(in_turn(cut)) as server, pytest.raises(UnreachableError, match="cut off"):
        ask(server.base, quick, waits)
    assert len(server.calls) == 3


def test_a_cut_answer_that_comes_whole_the_second_time_is_used(quick, waits):
    with publisher(in_turn(replace(GOOD, cut=9), GOOD)) as server:
        session, _ = ask(server.base, quick, waits)
    assert [answer.content for answer in session.answers] == [GOOD.body]


def test_a_redirect_to_another_host_is_refused_and_the_key_does_not_go_there(quick, waits):
    with publisher(in_turn(GOOD)) as other:
        there = other.base.replace("127.0.0.1", "localhost") + "/data?token=abc"
        moved = Reply(b"", 302, headers={"Location": there})
        with (
            publisher(in_turn(moved)) as server,
            pytest.raises(SourceError, match="redirect to another host") as refused,
        ):
            ask(server.base, quick, waits, key=KEY)
    assert other.calls == []
    assert "abc" not in str(refused.value)
    assert len(server.calls) == 1


def test_a_redirect_within_the_host_is_followed_but_not_round_and_round(quick, waits):
    moved = Reply(b"", 301, headers={"Location": "/other"})
    with publisher(in_turn(moved, GOOD)) as server:
        ask(server.base, quick, waits)
    assert [call.path for call in server.calls] == ["/data", "/other"]
    with publisher(in_turn(moved)) as server, pytest.raises(SourceError, match="3 redirects"):
        ask(server.base, quick, waits)
    assert len(server.calls) == quick.redirects + 1


def test_too_large_an_answer_is_refused(quick, waits):
    with (
        publisher(in_turn(Reply(b"x" * 5000, media_type="text/csv"))) as server,
        pytest.raises(SourceError, match="too large"),
    ):
        ask(server.base, replace(quick, largest=4000), waits)


def test_a_request_to_another_host_is_refused_before_it_is_made(quick, waits):
    session = SourceSession("http://127.0.0.1:9", quick, KEY, sleep=waits.append)
    with pytest.raises(SourceError, match="a request to another host"):
        session.get("http://127.0.0.2:9/data")


def test_the_key_goes_into_a_header_and_nowhere_else(quick, waits, caplog):
    caplog.set_level(logging.DEBUG)
    with publisher(in_turn(GOOD)) as server:
        session, response = ask(server.base, quick, waits, key=KEY)
    assert server.calls[0].headers[KEY_HEADER] == KEY
    assert KEY not in server.calls[0].line
    seen = [caplog.text, repr(session.answers), str(response.request.headers), response.url]
    assert not any(KEY in text for text in seen)


def test_a_refusal_does_not_repeat_the_key_that_the_publisher_repeats(quick, waits):
    denied = Reply(f'{{"message": "bad key {KEY}"}}'.encode(), 401)
    with (
        publisher(in_turn(denied)) as server,
        pytest.raises(SourceError, match="refuses with 401") as refused,
    ):
        ask(server.base, quick, waits, key=KEY)
    assert KEY not in str(refused.value)
    assert "(key)" in str(refused.value)
    assert len(server.calls) == 1


def test_retry_after_in_words():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert retry_after("Thu, 01 Jan 2026 00:01:30 GMT", now) == 90.0
    assert retry_after("Wed, 31 Dec 2025 00:00:00 GMT", now) == 0.0
    assert retry_after("soon", now) is None
    assert retry_after(None, now) is None


def test_an_address_is_recorded_without_credentials():
    address = "https://me:secret@host/path?subscription-key=a&period=2020,2021&Token=b"
    assert public_address(address) == "https://host/path?period=2020,2021"
