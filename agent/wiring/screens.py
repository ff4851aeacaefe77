"""The current screen of a device as a picture to be looked at."""

from agent.config import load_config
from agent.perception.pictures import Picture
from agent.wiring.devices import open_device


def screen_picture(device: str | None = None) -> Picture:
    """What ``device`` shows now; by default the one that ``agent run`` would take.

    Raises:
        UnknownDeviceError: It is not there, or there are several to choose from.
        DeviceError: It gives no frame.
    """
    config = load_config({"device": device}).config
    with open_device(config) as opened:
        frame = opened.glance()
        return Picture(f"the screen of {opened.info.name}", frame.image.convert("RGB"))
