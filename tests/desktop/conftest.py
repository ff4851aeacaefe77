"""A device on the display of the tests."""

from collections.abc import Iterator

import pytest

from tests.desktop.rig import Rig
from tools.devices.desktop import DesktopDevice


@pytest.fixture
def device(rig: Rig) -> Iterator[DesktopDevice]:
    """A device on the display, with the accessibility tree."""
    device = rig.connect(ui_tree=True)
    yield device
    device.close()
