"""A scripted run that changes the screen at every step: a page of switches, toggled one by one.

The order is a Gray code, so that no screen comes twice in hundreds of steps: nothing is met again
that was computed or stored before, and the stuck detector sees an episode that gets on.
"""

from agent.step import Decision, ToolCall
from tools.clock import Clock
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import connect
from tools.errors import DeviceError
from tools.geometry import Point
from tools.ui_tree import parse_ui_tree

_PAGE = "com.android.settings/.Notifications"


def open_switches(serial: str, server: AdbServer, clock: Clock) -> tuple[Point, ...]:
    """Show a page of switches on the virtual phone and say where they are.

    Raises:
        DeviceError: The page has none.
    """
    device = connect(serial, server=server, clock=clock)
    try:
        device.shell(f"am start -n {_PAGE}")
        tree = parse_ui_tree(device.shell("uiautomator dump /dev/tty").out.encode())
    finally:
        device.close()
    switches = tuple(node.box.center for node in tree.nodes if node.kind == "Switch")
    if not switches:
        raise DeviceError(f"{_PAGE} shows no switch.")
    return switches


def toggles(switches: tuple[Point, ...], count: int) -> list[Decision]:
    """``count`` taps, then the end. After 2 ** len(switches) taps the screens come again."""
    taps = []
    for number in range(1, count + 1):
        lowest_bit = (number & -number).bit_length() - 1
        at = switches[min(lowest_bit, len(switches) - 1)]
        call = ToolCall(name="tap", arguments={"at": [at.x, at.y]})
        taps.append(Decision(thought=f"Toggle switch {lowest_bit + 1}.", call=call))
    finish = ToolCall(name="finish", arguments={"success": True, "answer": "all toggled"})
    return [*taps, Decision(thought="", call=finish)]
