"""Who is let in: the page itself, under a name that nobody else can own."""

import socket

import pytest

from agent.person.door import Door, RefusedError, is_local

OWN = socket.gethostname().lower()


def refused(door: Door, host: str, origin: str | None = None) -> int:
    try:
        door.admit(host, origin)
    except RefusedError as error:
        return int(error.status)
    return 200


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8000", None, 200),
        ("localhost:8000", "http://localhost:8000", 200),
        ("127.0.0.1:8000", "http://localhost:8000", 200),
        ("127.0.0.1:8001", None, 421),
        ("127.0.0.1", None, 421),
        ("", None, 421),
        ("192.168.0.9:8000", None, 421),
        ("evil.example:8000", None, 421),
        ("127.0.0.1:8000", "http://evil.example", 403),
        ("127.0.0.1:8000", "http://127.0.0.1:8001", 403),
        ("127.0.0.1:8000", "null", 403),
        ("127.0.0.1:8000", "", 403),
    ],
)
def test_a_page_of_this_machine_knows_its_own_address_only(
    host: str, origin: str | None, status: int
) -> None:
    assert refused(Door("127.0.0.1", 8000), host, origin) == status


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("192.168.0.9:8000", None, 200),
        ("192.168.0.9:8000", "http://192.168.0.9:8000", 200),
        ("192.168.0.9", "https://192.168.0.9", 200),
        ("[fe80::1]:8000", None, 200),
        (f"{OWN}:8000", f"http://{OWN}:8000", 200),
        ("evil.example:8000", None, 421),
        ("evil.example", "http://evil.example", 421),
        ("192.168.0.9.evil.example:8000", None, 421),
        ("127.0.0.1@evil.example", None, 421),
        ("[", None, 421),
        ("192.168.0.9:8000", "http://192.168.0.8:8000", 403),
        ("192.168.0.9:8000", "null", 403),
    ],
)
def test_a_page_for_others_takes_no_name_that_could_be_somebody_elses(
    host: str, origin: str | None, status: int
) -> None:
    assert refused(Door("0.0.0.0", 8000), host, origin) == status


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.168.0.9", False), ("example.org", False)],
)  # fmt: skip
def test_what_is_local(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_an_address_is_shown_as_a_browser_takes_it() -> None:
    assert Door("0.0.0.0", 80).shown == "127.0.0.1:80"
    assert Door("::1", 80).shown == "[::1]:80"
