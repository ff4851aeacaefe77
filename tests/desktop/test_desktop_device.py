"""A desktop as a device: monitors, windows, regions, what a mouse does, and what goes wrong."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop.rig import Rig, running_rig, until
from tools.action import (
    Drag,
    FocusWindow,
    Hotkey,
    Hover,
    OpenApp,
    PressKey,
    RightClick,
    Tap,
    TripleClick,
    TypeText,
    Wait,
)
from tools.device import Device
from tools.devices.desktop import DesktopDevice
from tools.devices.x11_windows import XWindows
from tools.errors import (
    ActionFailedError,
    CaptureError,
    DeviceGoneError,
    OffScreenError,
    UnknownDeviceError,
)
from tools.geometry import Box, DesktopPoint, Point, Size
from tools.screen import compare
from tools.ui_tree import UiNode, parse_ui_tree

pytestmark = pytest.mark.desktop


def nodes(device: Device) -> tuple[UiNode, ...]:
    tree = device.observe().ui_tree
    return tree.nodes if tree is not None else ()


def opened(rig: Rig, device: Device, *command: str) -> None:
    """Start a program, and wait until its window has the keys and its tree is there."""
    rig.start(*command)
    app = Path(command[0]).name
    until(lambda: device.observe().app == app, f"a window of {app}")
    until(lambda: len(nodes(device)) > 3, f"the tree of {app}")


def editor(rig: Rig, device: Device, *arguments: str) -> None:
    opened(rig, device, "mousepad", "--disable-server", *arguments)
    until(lambda: any(node.focused and node.editable for node in nodes(device)), "the focus")


def shown(device: Device, label: str) -> UiNode:
    """What is called so, as soon as it is there."""
    return awaited(device, lambda node: node.label == label, label)


def awaited(device: Device, fits: Callable[[UiNode], bool], what: str) -> UiNode:
    """The first node that fits, as soon as there is one: a slow app tells its tree late."""
    found: list[UiNode] = []

    def there() -> bool:
        found[:] = [node for node in nodes(device) if node.box.area and fits(node)]
        return bool(found)

    until(there, what)
    return found[0]


def field(device: Device) -> UiNode:
    return awaited(device, lambda node: node.editable, "the field")


def held(device: Device) -> str | None:
    """The text in the editor; ``None`` if it does not show."""
    return next((node.text for node in nodes(device) if node.editable), None)


def upper_window(rig: Rig) -> Box:
    windows = XWindows(rig.session)
    area = windows.windows()[-1].area
    windows.close()
    return area


@pytest.fixture
def two_monitors(rig: Rig) -> Iterator[Rig]:
    """The display in two halves."""
    rig.run("xrandr", "--setmonitor", "left", "640/170x800/210+0+0", "screen")
    rig.run("xrandr", "--setmonitor", "right", "640/170x800/210+640+0", "none")
    yield rig
    rig.run("xrandr", "--delmonitor", "right")
    rig.run("xrandr", "--delmonitor", "left")


def test_one_of_two_monitors(two_monitors: Rig) -> None:
    whole, right = two_monitors.connect(), two_monitors.connect("desktop:2")
    assert whole.info.size == Size(width=1280, height=800)
    assert right.info.size == Size(width=640, height=800)
    editor(two_monitors, whole_tree := two_monitors.connect(ui_tree=True))
    frame = whole.glance().image.crop((640, 0, 1280, 800))
    assert right.glance().image.tobytes() == frame.tobytes()
    right.perform(Hover(at=Point(x=10, y=20)))
    assert right.placement.to_desktop(Point(x=10, y=20)) == DesktopPoint(x=650, y=20)
    assert whole_tree.placement.scale == 1
    with pytest.raises(OffScreenError):
        right.perform(Tap(at=Point(x=640, y=20)))
    for device in (whole, right, whole_tree):
        device.close()


def test_clicks_on_the_second_monitor_land_there(two_monitors: Rig) -> None:
    right, whole = (
        two_monitors.connect("desktop:2", ui_tree=True),
        two_monitors.connect(ui_tree=True),
    )
    opened(two_monitors, whole, "galculator")
    area = upper_window(two_monitors)
    if area.left < 640:  # the window manager put it left: bring it over by its title bar
        title = Point(x=area.left + 150, y=area.top - 10)
        whole.perform(Drag(start=title, end=Point(x=title.x + 620, y=title.y), duration_s=0.3))
    for digit in "42":
        key = shown(right, digit)
        right.perform(Tap(at=key.box.center))
    until(lambda: any(node.kind == "Text" and node.text == "42" for node in nodes(right)), "42")
    right.close()
    whole.close()


def test_a_monitor_that_is_not_there(two_monitors: Rig) -> None:
    with pytest.raises(UnknownDeviceError, match="There is no monitor 3") as caught:
        two_monitors.connect("desktop:3")
    assert caught.value.hint == "There are: desktop:1, desktop:2."


def test_a_monitor_that_goes_away(rig: Rig) -> None:
    rig.run("xrandr", "--setmonitor", "left", "640/170x800/210+0+0", "screen")
    rig.run("xrandr", "--setmonitor", "right", "640/170x800/210+640+0", "none")
    right = rig.connect("desktop:2")
    right.glance()
    rig.run("xrandr", "--delmonitor", "right")
    rig.run("xrandr", "--delmonitor", "left")
    with pytest.raises(DeviceGoneError, match="Monitor 2 went away"):
        right.observe()
    right.close()


def test_a_region_is_the_only_place_of_acts(rig: Rig) -> None:
    part = rig.connect("desktop:region=100,50,300,200")
    assert part.info.size == Size(width=300, height=200)
    part.perform(Hover(at=Point(x=5, y=6)))
    with pytest.raises(OffScreenError):
        part.perform(Tap(at=Point(x=300, y=10)))
    part.close()
    with pytest.raises(UnknownDeviceError, match="is not on the desktop") as caught:
        rig.connect("desktop:region=1000,0,300,200")
    assert "1280x800" in caught.value.hint


def test_from_a_part_of_the_desktop_nothing_reaches_a_window_outside_of_it(
    two_monitors: Rig, device: DesktopDevice
) -> None:
    editor(two_monitors, device)
    area = upper_window(two_monitors)
    number = 2 if area.right <= 640 else 1
    assert area.right <= 640 or area.left >= 640  # the window manager puts it on one of them
    beside, around = two_monitors.connect(f"desktop:{number}"), two_monitors.connect("desktop:1")
    if number == 1:
        around.close()
        around = two_monitors.connect("desktop:2")
    strip = two_monitors.connect(f"desktop:region={640 * (number - 1)},0,640,800")
    outside = r"the keys would go to the window 'Untitled 1.*', which shows outside of it"
    for part in (beside, strip):
        for act in (TypeText(text="x"), PressKey(key="enter"), Hotkey(keys=("ctrl", "w"))):
            with pytest.raises(ActionFailedError, match=outside):
                part.perform(act)
        with pytest.raises(ActionFailedError, match=r"There is no window 'Untitled'"):
            part.perform(FocusWindow(title="Untitled"))
    with pytest.raises(ActionFailedError, match="an app would open where the desktop puts it"):
        strip.perform(OpenApp(name="mousepad"))
    with pytest.raises(ActionFailedError, match="mousepad is open, but shows outside of it"):
        beside.perform(OpenApp(name="mousepad"))
    around.perform(FocusWindow(title="Untitled"))
    around.perform(TypeText(text="within"))
    until(lambda: held(device) == "within", "the text, and nothing of before")
    for each in (beside, around, strip):
        each.close()


def test_a_window_is_driven_wherever_it_is(rig: Rig, device: DesktopDevice, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("one two three")
    editor(rig, device, str(path))
    window = rig.connect("desktop:window=plan.txt", ui_tree=True)
    text = field(window)
    assert Box.of(window.info.size).encloses(text.box)
    opened(rig, device, "galculator")  # now something else has the keys, and lies in the way
    window.perform(TripleClick(at=Point(x=text.box.left + 10, y=text.box.top + 8)))
    assert window.observe().app == "mousepad"
    window.perform(TypeText(text="four"))
    until(lambda: any(node.text == "four" for node in nodes(window) if node.editable), "four")
    with pytest.raises(ActionFailedError, match="Only the window 'plan"):
        window.perform(OpenApp(name="galculator"))
    with pytest.raises(ActionFailedError, match="Only the window"):
        window.perform(FocusWindow(title="galculator"))
    rig.end_programs()
    with pytest.raises(DeviceGoneError, match=r"The window 'plan\.txt' was closed"):
        window.perform(Tap(at=text.box.center))
    window.close()


def test_a_window_that_is_not_there(rig: Rig) -> None:
    with pytest.raises(UnknownDeviceError, match="There is no window 'Notes'"):
        rig.connect("desktop:window=Notes")


def test_windows_are_listed_and_raised(rig: Rig, device: DesktopDevice) -> None:
    editor(rig, device)
    opened(rig, device, "galculator")
    seen = device.observe()
    assert [(each.app, each.active) for each in seen.windows] == [
        ("mousepad", False),
        ("galculator", True),
    ]
    device.perform(FocusWindow(title="mousepad"))
    assert device.observe().app == "mousepad"
    device.perform(Hotkey(keys=("alt", "tab")))
    until(lambda: device.observe().app == "galculator", "the other window")
    device.perform(OpenApp(name="Mousepad"))  # it is open: no second one is started
    assert device.observe().app == "mousepad"
    assert len(device.observe().windows) == 2
    with pytest.raises(ActionFailedError, match="There is no window 'Maps'"):
        device.perform(FocusWindow(title="Maps"))


def test_the_right_button_opens_a_menu_and_it_is_in_the_tree(
    rig: Rig, device: DesktopDevice
) -> None:
    editor(rig, device)
    box = field(device).box
    device.perform(TypeText(text="word"))
    before = device.glance()
    device.perform(RightClick(at=Point(x=box.left + 12, y=box.top + 8)))
    item = shown(device, "Select All")
    assert not compare(before, device.glance()).same
    device.perform(Tap(at=item.box.center))
    until(lambda: held(device) == "word", "the editor without the menu")
    device.perform(PressKey(key="delete"))
    until(lambda: held(device) == "", "the empty editor")


def test_a_drag_selects_text(rig: Rig, device: DesktopDevice) -> None:
    editor(rig, device)
    device.perform(TypeText(text="abcdef"))
    box = field(device).box
    y = box.top + 8
    device.perform(Drag(start=Point(x=box.left + 2, y=y), end=Point(x=box.left + 200, y=y)))
    device.perform(PressKey(key="delete"))
    until(lambda: held(device) == "", "the empty editor")


def test_the_pointer_is_put_back_on_request(rig: Rig) -> None:
    rig.warp(640, 400)
    polite = rig.connect(pointer_back=True)
    polite.perform(Tap(at=Point(x=5, y=5)))
    assert polite._hands.position() == DesktopPoint(x=640, y=400)
    polite.perform(Hover(at=Point(x=50, y=60)))
    assert polite._hands.position() == DesktopPoint(x=50, y=60)
    polite.close()


def test_the_tree_is_written_as_others_are(rig: Rig, device: DesktopDevice) -> None:
    editor(rig, device)
    tree = device.observe().ui_tree
    assert tree is not None
    assert parse_ui_tree(tree.source.encode()).nodes == tree.nodes
    assert {node.package for node in tree.nodes} == {"mousepad"}


def test_without_accessibility_there_is_no_tree_and_no_harm(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = {k: v for k, v in rig.environment.items() if not k.startswith(("DBUS", "XDG"))}
    device = Rig(bare, rig.home, rig.server).connect(ui_tree=True)
    editor_process = rig.start("mousepad", "--disable-server")
    until(lambda: device.observe().app == "mousepad", "Mousepad")
    assert device.observe().ui_tree is None
    device.perform(TypeText(text="<typed blindly>"))
    device.perform(TypeText(text="and keys"))
    sighted = rig.connect(ui_tree=True)
    assert held(sighted) == "<typed blindly>and keys"
    assert editor_process.poll() is None
    for each in (device, sighted):
        each.close()


def test_an_app_that_ends_at_once(rig: Rig, device: DesktopDevice) -> None:
    folder = rig.home / ".local/share/applications"
    folder.mkdir(parents=True, exist_ok=True)
    entry = folder / "broken.desktop"
    entry.write_text("[Desktop Entry]\nType=Application\nName=Broken App\nExec=false\n")
    session = rig.session
    variables = {**session.variables, "XDG_DATA_HOME": str(rig.home / ".local/share")}
    broken = Rig({**rig.environment, **variables}, rig.home, rig.server).connect()
    with pytest.raises(ActionFailedError, match="Broken App did not open: it ended at once"):
        broken.perform(OpenApp(name="broken app"))
    broken.close()
    entry.unlink()


def test_a_window_manager_that_crashed_is_none(tmp_path: Path) -> None:
    """It left behind what it had said of itself, with a window that is no more."""
    from Xlib import Xatom

    with running_rig(tmp_path / "home", manager=False) as rig:
        display = rig.display()
        root = display.screen().root
        root.change_property(
            display.intern_atom("_NET_SUPPORTING_WM_CHECK"), Xatom.WINDOW, 32, [0x7FFFF0]
        )
        display.sync()
        device = rig.connect()
        assert device.info.model == "X11 desktop (no window manager)"
        device.close()
        display.close()


def test_a_locked_screen_is_no_picture(rig: Rig) -> None:
    device = rig.connect()
    assert device.glance().is_black  # an empty desktop may be: that is what it shows
    from Xlib import X

    locker = rig.display()
    root = locker.screen().root
    cover = root.create_window(
        0, 0, 1280, 800, 0, X.CopyFromParent, override_redirect=True, background_pixel=0
    )
    cover.map()
    locker.sync()
    with pytest.raises(CaptureError, match="The screen is locked"):
        device.glance()
    cover.destroy()
    locker.sync()
    device.glance()
    locker.close()
    device.close()


def test_a_large_screen(tmp_path: Path) -> None:
    with running_rig(tmp_path / "large", screen="7680x4320x24", manager=False) as large:
        device = large.connect()
        assert device.glance().size == Size(width=7680, height=4320)
        device.perform(Tap(at=Point(x=7679, y=4319)))
        assert device._hands.position() == DesktopPoint(x=7679, y=4319)
        device.perform(Wait(duration_s=0.01))
        device.close()


def test_a_display_that_goes_away_under_a_run(tmp_path: Path) -> None:
    """Counted down for a person, then lost: exit code 3, and the recording is whole."""
    script = tmp_path / "script.json"
    steps = [{"tool": "wait", "arguments": {"duration_s": seconds}} for seconds in (0.1, 3)]
    script.write_text(json.dumps(steps))
    with running_rig(tmp_path / "home", server="Xorg", manager=False) as rig:
        run = rig.agent(
            "run", "wait", "--device", "desktop", "--script", str(script), "--policy", "scripted"
        )
        until(lambda: "action.intent" in _events(rig).get(1, ""), "the second step")
        rig.server.kill()
        printed, told = run.communicate(timeout=120)
        assert run.returncode == 3, printed + told
        events = _events(rig)
    assert "acted on in 3 … (Ctrl-C stops)" in told
    assert "went away" in printed
    assert '"device_lost"' in events[-1]


def test_a_hand_in_a_corner_stops_a_run_that_waits(rig: Rig, tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"tool": "wait", "arguments": {"duration_s": 60}}]))
    rig.warp(600, 300)
    run = rig.agent(
        "run", "wait", "--device", "desktop", "--script", str(script), "--policy", "scripted"
    )
    until(lambda: "action.intent" in _events(rig).get(0, ""), "the step")
    rig.warp(0, 799)
    printed, told = run.communicate(timeout=50)  # of the 60
    assert run.returncode == 130, printed + told
    assert "stopped by hand: the pointer was pushed into a corner of the screen" in printed
    assert "acted on" not in told  # nobody sits before this display
    assert '"interrupted"' in _events(rig)[-1]


def _events(rig: Rig) -> dict[int, str]:
    """The lines of the last recording by step; the last one of all as -1."""
    found: dict[int, str] = {}
    folders = sorted((rig.home / "recordings").glob("*/events.jsonl"))
    for line in folders[-1].read_text().splitlines() if folders else ():
        event = json.loads(line) if line.endswith("}") else {}
        step = event.get("step", -2)
        found[step] = found.get(step, "") + line
        found[-1] = line
    return found
