"""A build asks nobody: every Python of it is watched for connections and look-ups of names."""

from __future__ import annotations

import pytest

# Loaded by every Python of the copy, beside the watch on kernels. An address of a socket inside
# the machine (AF_UNIX) is a path; every other one is a tuple.
FORBID_NETWORK = """
import os, sys

_ASKING = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request")
_SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")

def _forbid(event, arguments):
    outward = event in _SENDING and isinstance(arguments[1], tuple)
    if outward or event in _ASKING:
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {arguments[1:]}\\n")
        raise PermissionError(f"no network in a build: {event} {arguments[1:]}")

sys.addaudithook(_forbid)
"""


@pytest.fixture(scope="module")
def watched(shared_project, tmp_path_factory):
    loaded = shared_project.root / "sitecustomize.py"
    loaded.write_text(loaded.read_text() + FORBID_NETWORK)
    return shared_project, tmp_path_factory.mktemp("watched") / "network.log"


def run(watched, *arguments):
    project, log = watched
    result = project.python(*arguments, NETWORK_LOG=str(log))
    asked = log.read_text() if log.exists() else ""
    log.unlink(missing_ok=True)
    return result, asked


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import requests; requests.get('http://127.0.0.1:9')",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
    ],
)
def test_the_watch_catches_a_connection(watched, code):
    result, asked = run(watched, "-c", code)
    assert result.returncode != 0
    assert "no network in a build" in result.stderr
    assert asked


def test_the_watch_lets_the_machine_talk_to_itself(watched):
    code = "import socket, tempfile, pathlib\n"
    code += "path = str(pathlib.Path(tempfile.mkdtemp()) / 's')\n"
    code += "server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen()\n"
    code += "socket.socket(socket.AF_UNIX).connect(path)"
    result, asked = run(watched, "-c", code)
    assert result.returncode == 0, result.stderr
    assert asked == ""


@pytest.mark.slow
def test_a_build_makes_no_request(watched):
    project, _ = watched
    figures = project.root / "figures" / "mohan_boten"
    (figures / "coverage.svg").unlink()
    (figures / "notebooks" / "01_data_audit.ipynb").unlink()
    only = ("--study", "mohan_boten", "--notebook", "01_data_audit")
    result, asked = run(watched, "-m", "analysis", "reproduce", *only)
    assert result.returncode == 0, result.stderr
    assert (figures / "coverage.svg").is_file()
    assert project.kernels_started >= 1
    assert asked == ""
