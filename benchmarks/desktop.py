"""What a desktop costs: frames, acts, settling and trees, beside bare mss and pyautogui.

``Xvfb :99 -screen 0 1920x1080x24 & DISPLAY=:99 python -m benchmarks.desktop [--json FILE]``

It clicks: on a person's own desktop it refuses to run.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from agent.wiring.desktop import desktop_session
from benchmarks.machine import machine
from tools.action import Hover, PressKey, Tap
from tools.clock import SystemClock
from tools.devices.desktop_connect import connect_desktop
from tools.devices.desktop_session import DesktopSession, authority, load_hands
from tools.errors import UsageError
from tools.geometry import Point
from tools.settle import SettlingDevice

_CLOCK = SystemClock()
_ACTS = frozenset({"move", "click", "key"})
_MORE = 10
"""Acts take a fraction of a millisecond: a hundred of them are over within one burst of load, which
then makes a ratio of 1.2 anything up to 2.1."""


def timed(times: int, *each: Callable[[], object]) -> list[float]:
    """Median seconds of each, in turn and in turning order, so that a load meets them alike."""
    spent: list[list[float]] = [[] for _ in each]
    for number in range(times + 3):
        order = 1 if number % 2 else -1
        for what, durations in list(zip(each, spent, strict=True))[::order]:
            start_s = _CLOCK.now()
            what()
            if number >= 3:  # after a warm-up
                durations.append(_CLOCK.now() - start_s)
    return [median(durations) for durations in spent]


def paint(session: DesktopSession) -> None:
    """Draw something on an empty display: a black one may be locked, and is looked at twice."""
    from Xlib import display

    with authority(session):
        painter = display.Display(session.display)
    root = painter.screen().root
    root.change_attributes(background_pixel=0x336699)
    root.clear_area()
    painter.sync()
    painter.close()


def measure(times: int) -> dict[str, dict[str, float]]:
    """Milliseconds of ours, of the bare library, and their ratio.

    Raises:
        UsageError: There is no display, or a person sits before it.
    """
    import mss
    from PIL import Image

    session = desktop_session()
    device = connect_desktop("desktop", session, _CLOCK, ui_tree=True, stop=lambda: None)
    if not device.info.emulated:
        device.close()
        raise UsageError("This benchmark clicks: run it on a display of its own, such as Xvfb.")
    paint(session)
    hands = load_hands(session)
    size = device.info.size
    middle = Point(x=size.width // 2, y=size.height // 2)
    bare = mss.MSS(display=session.display)
    area = {"left": 0, "top": 0, "width": size.width, "height": size.height}

    def bare_frame() -> None:
        shot = bare.grab(area)
        Image.frombytes("RGB", shot.size, shot.bgra, "raw", "BGRX")

    settling = SettlingDevice(device, _CLOCK)

    def settled_act() -> None:
        settling.perform(Hover(at=middle))
        settling.observe()

    pairs: dict[str, tuple[Callable[[], object], Callable[[], object] | None]] = {
        "frame": (device.glance, bare_frame),
        "move": (
            lambda: device.perform(Hover(at=middle)),
            lambda: hands.moveTo(middle.x, middle.y),
        ),
        "click": (
            lambda: device.perform(Tap(at=middle)),
            lambda: hands.click(middle.x, middle.y),
        ),
        "key": (
            lambda: device.perform(PressKey(key="escape")),
            lambda: hands.press("esc"),
        ),
        "look with windows and tree": (device.observe, None),
        "act and settle": (settled_act, None),
    }
    found: dict[str, dict[str, float]] = {}
    for name, (ours, theirs) in pairs.items():
        if theirs is None:
            found[name] = {"ours_ms": 1000 * timed(max(3, times // 10), ours)[0]}
            continue
        spent, bare_s = timed(times * _MORE if name in _ACTS else times, ours, theirs)
        found[name] = {
            "ours_ms": 1000 * spent, "bare_ms": 1000 * bare_s, "ratio": spent / bare_s,
        }  # fmt: skip
    bare.close()
    device.close()
    return found


def main() -> int:
    """Measure, print, and write what was found if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    load = os.getloadavg()
    try:
        found = measure(wanted.times)
    except UsageError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 2
    for name, row in found.items():
        ratio = (
            f"  {row['bare_ms']:8.2f} ms bare  ratio {row['ratio']:.2f}" if "ratio" in row else ""
        )
        print(f"{name:28} {row['ours_ms']:8.2f} ms{ratio}")
    about: dict[str, Any] = machine(load, "mss", "pyautogui")
    print(json.dumps(about))
    if wanted.json is not None:
        wanted.json.write_text(json.dumps({"machine": about, "found": found}, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
