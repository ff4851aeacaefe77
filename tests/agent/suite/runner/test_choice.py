"""Which devices a person names."""

import pytest

from agent.suite.runner.choice import DeviceChoice, parse_devices
from tools.errors import UsageError


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("emulator-5554", DeviceChoice(("emulator-5554",))),
        ("a, b ,127.0.0.1:6555", DeviceChoice(("a", "b", "127.0.0.1:6555"))),
        ("all", DeviceChoice(every=True)),
        ("virtual", DeviceChoice(wants_virtual=True)),
        ("virtual:4", DeviceChoice(virtual=4, wants_virtual=True)),
        ("a,virtual:2", DeviceChoice(("a",), virtual=2, wants_virtual=True)),
        ("all,virtual", DeviceChoice(every=True, wants_virtual=True)),
        ("desktop", DeviceChoice(desktop="desktop")),
        ("a, desktop:2", DeviceChoice(("a",), desktop="desktop:2")),
        ("desktop:window=Notes,all", DeviceChoice(every=True, desktop="desktop:window=Notes")),
        (
            "virtual, desktop:region=0,-10,800,600,b",
            DeviceChoice(("b",), wants_virtual=True, desktop="desktop:region=0,-10,800,600"),
        ),
    ],
)
def test_devices(text: str, choice: DeviceChoice) -> None:
    assert parse_devices(text) == choice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no device"),
        ("a,,b", "names no device"),
        ("a,a", "'a' stands there twice"),
        ("all,all", "'all' stands there twice"),
        ("virtual,virtual:2", "'virtual' stands there twice"),
        ("a,all", "'all' leaves nothing to name"),
        ("virtual:0", "is not 1 to 64"),
        ("virtual:65", "is not 1 to 64"),
        ("virtual:", "no number of virtual phones"),
        ("virtual:four", "no number of virtual phones"),
        ("virtual:-1", "no number of virtual phones"),
        ("desktop,desktop:2", "'desktop' and 'desktop:2' have one mouse and one keyboard"),
        ("desktop,", "names no device"),
    ],
)
def test_what_names_no_devices_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        parse_devices(text)
    assert caught.value.hint == "Write --device SERIAL, a,b, all, virtual, virtual:4 or desktop."
