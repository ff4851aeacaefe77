"""What the contract needs of each back end: a device, and things on its screen to try it on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.desktop.rig import Rig, until
from tools.action import Action, Home, Hotkey, OpenApp, PressKey, Tap
from tools.device import Device
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import connect
from tools.secrets.device import SecretsDevice
from tools.secrets.values import Secrets
from tools.ui_tree import UiNode, UiTree
from tools.virtual_phone.server import PhoneServer


@dataclass
class Stage:
    """One back end, with what is to be seen on its screen.

    Attributes:
        device: The device.
        button: Label of something that changes the screen when tapped.
        undo: What brings the screen back after that.
        to_list: Opens something that scrolls.
        to_field: Gives a text field the focus.
        to_nothing: Takes the focus from every text field.
        row: What stands in the rows of that list.
        own_time: Whether the device's time may pass faster than ours.
        begin: Brings the screen to where the tests begin.
    """

    device: Device
    button: str
    undo: Action
    to_list: Callable[[], None]
    to_field: Callable[[], None]
    to_nothing: Callable[[], None]
    row: str
    own_time: bool
    begin: Callable[[], None] = field(default=lambda: None)

    @property
    def tree(self) -> UiTree:
        """The tree as it is now; an app that is busy may not tell it at once."""
        found: list[UiTree] = []

        def told() -> bool:
            tree = self.device.observe().ui_tree
            found[:] = [tree] if tree is not None else []
            return bool(found)

        until(told, "the tree")
        return found[0]

    def find(self, label: str) -> UiNode:
        """The first node called so."""
        return next(node for node in self.tree.nodes if node.label == label)


def phone_stage(
    server: AdbServer, phone: PhoneServer, serial: str = "", *, secrets: Secrets | None = None
) -> Stage:
    """The virtual phone behind an ADB server; with what keeps secrets, if there are any."""
    plain = connect(serial, server=server, ui_tree=True)
    device = plain if secrets is None else SecretsDevice(plain, secrets)

    def to_list() -> None:
        device.perform(OpenApp(name="Contacts"))

    def to_field() -> None:
        to_list()
        device.perform(Tap(at=stage.find("Search contacts").box.center))

    def begin() -> None:
        with phone.phone.lock:
            phone.phone.reset(scenario="default", seed=0)
        device.observe()

    stage = Stage(device, "Contacts", Home(), to_list, to_field, lambda: None, "", True, begin)
    return stage


def desktop_stage(rig: Rig, folder: Path) -> Stage:
    """Mousepad and a file manager on a display of our own."""
    many = folder / "many"
    many.mkdir()
    for number in range(150):
        (many / f"entry {number:03}").mkdir()
    device = rig.connect(ui_tree=True)

    def opened(app: str, *command: str) -> None:
        rig.end_programs()
        until(lambda: not device.observe().windows, "an empty desktop")
        rig.start(*command)
        until(lambda: device.observe().app == app, app)
        until(lambda: device.observe().ui_tree is not None, f"the tree of {app}")

    def begin() -> None:
        opened("mousepad", "mousepad", "--disable-server")
        until(lambda: any(n.focused and n.editable for n in stage.tree.nodes), "the editor's focus")

    def to_list() -> None:
        opened("thunar", "thunar", str(many))
        device.perform(Hotkey(keys=("ctrl", "2")))  # as a list
        until(lambda: any("entry" in node.label for node in stage.tree.nodes), "the folders")

    def to_nothing() -> None:
        rig.end_programs()
        until(lambda: not device.observe().windows, "an empty desktop")

    stage = Stage(
        device, "File", PressKey(key="escape"), to_list, begin, to_nothing, "entry", False, begin
    )
    return stage
