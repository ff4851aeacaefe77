"""What the phone writes down of its own work, for whoever measures a client."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.virtual_phone.smart_socket import service
from tests.virtual_phone.system.demo import make_phone
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.stopwatch import timings_written, wanted


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_drawing_and_services_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "timings"
    server = PhoneServer(make_phone())
    server.start()
    try:
        with timings_written(path):
            assert server.server_port is not None
            picture = service(server.server_port, "exec:screencap -p")
            again = service(server.server_port, "exec:screencap -p")
    finally:
        server.close()
    lines = told(path)
    assert picture == again
    drawn = [line["kind"] for line in lines if line["kind"] != "service"]
    assert drawn == ["compose", "paint", "encode"], "a picture is made once"
    served = [line for line in lines if line["kind"] == "service"]
    assert [line["name"] for line in served] == ["exec:screencap -p"] * 2
    assert [line["sent"] for line in served] == [len(picture)] * 2
    assert all(line["start_s"] <= line["end_s"] for line in lines)
    inside = [line for line in lines if line["kind"] != "service"]
    assert all(served[0]["start_s"] <= line["start_s"] for line in inside)
    assert all(line["end_s"] <= served[0]["end_s"] for line in inside)


def test_raw_pixels_are_drawing_too(tmp_path: Path) -> None:
    path = tmp_path / "timings"
    phone = make_phone()
    phone.frame()
    with timings_written(path):
        phone.rgba()
    assert [line["kind"] for line in told(path)] == ["encode"]


def test_nothing_is_measured_unasked(tmp_path: Path) -> None:
    with timings_written(None):
        assert not wanted()
    with timings_written(tmp_path / "timings"):
        assert wanted()
    assert not wanted()
    with pytest.raises(FileNotFoundError), timings_written(tmp_path / "none" / "timings"):
        pass
