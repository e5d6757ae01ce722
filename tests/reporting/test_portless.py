"""What a kernel prints leaves it without a port, and never from a process that it forked."""

from __future__ import annotations

import os

import psutil
import pytest
import zmq
from jupyter_client.session import Session

from analysis.reporting.portless import PortlessPublisher


@pytest.fixture
def published(tmp_path):
    """Return a publisher over IPC and the socket of a reader."""
    context = zmq.Context()
    sender, reader = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    sender.bind(f"ipc://{tmp_path}/s")
    reader.connect(f"ipc://{tmp_path}/s")
    before = ports()
    yield PortlessPublisher(sender, pipe=True, session=Session(key=b"")), reader, before
    context.destroy(linger=0)


def ports():
    connections = psutil.Process().net_connections(kind="tcp")
    return {item.laddr for item in connections if item.status == psutil.CONN_LISTEN}


def test_it_opens_no_port_though_the_application_asks_for_one(published):
    _, _, before = published
    assert ports() == before


def test_the_kernel_itself_is_heard(published):
    publisher, reader, _ = published
    publisher.send_multipart([b"words"])
    assert reader.poll(2000)
    assert reader.recv_multipart() == [b"words"]


def test_a_forked_process_is_not(published, monkeypatch):
    publisher, reader, _ = published
    own = os.getpid()
    monkeypatch.setattr("ipykernel.iostream.os.getpid", lambda: own + 1)
    publisher.send_multipart([b"words of a fork"])
    assert not reader.poll(200)
