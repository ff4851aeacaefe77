"""Real applications, each checked on what it did: a file, a sum, a folder, a form that arrived."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.desktop.rig import CLOCK, Rig, until
from tools.action import Action, Hotkey, OpenApp, PressKey, Scroll, Tap, TypeText
from tools.devices.desktop import DesktopDevice
from tools.geometry import Point
from tools.settle import SettlingDevice
from tools.ui_tree import UiNode

pytestmark = pytest.mark.desktop

PAGE = b"""<!doctype html><meta charset=utf-8><title>Order form</title><h1>Order</h1>
<form action="/sent" method="post"><p><label for=n>Your name</label> <input id=n name=name>
<p><label for=c>City</label> <input id=c name=city placeholder="Where?">
<p><label><input type=checkbox name=gift> Gift wrap</label><div style="height: 1500px"></div>
<button>Send order</button></form>"""


class Hands:
    """A device that settles, and finds things by what they are called."""

    def __init__(self, device: DesktopDevice) -> None:
        self._settling = SettlingDevice(device, CLOCK)

    def nodes(self) -> tuple[UiNode, ...]:
        tree = self._settling.observe().ui_tree
        return tree.nodes if tree is not None else ()

    def find(self, fits: Callable[[UiNode], bool], what: str) -> UiNode:
        found: list[UiNode] = []

        def there() -> bool:
            found[:] = [node for node in self.nodes() if node.box.area and fits(node)]
            return bool(found)

        until(there, what)
        return found[0]

    def do(self, *actions: Action) -> None:
        for action in actions:
            self._settling.perform(action)
            self._settling.observe()

    def press(self, label: str, kind: str = "") -> None:
        node = self.find(lambda n: n.label == label and kind in ("", n.kind), label)
        self.do(Tap(at=node.box.center))

    def fill(self, number: int, text: str) -> None:
        """Type into the field of that number from above."""
        self.find(lambda node: node.editable, "a field")
        fields = sorted(
            (node for node in self.nodes() if node.editable and node.box.area),
            key=lambda node: (node.box.top, node.box.left),
        )
        self.do(Tap(at=fields[number].box.center), TypeText(text=text, clear=True))


@pytest.fixture
def hands(device: DesktopDevice) -> Hands:
    return Hands(device)


def test_a_text_is_saved_through_the_file_dialog_and_replaced_in(rig: Rig, hands: Hands) -> None:
    hands.do(OpenApp(name="text editor"))
    hands.do(TypeText(text="one <cat>, two <dogs>"))
    hands.press("File", "Menu")
    hands.press("Save As...")
    hands.do(TypeText(text="Katzen & <Hunde>.txt", clear=True))
    hands.press("Save", "Button")
    saved = Path.home() / "Katzen & <Hunde>.txt"
    until(saved.exists, "the file")
    assert saved.read_text().strip() == "one <cat>, two <dogs>"

    hands.press("Search", "Menu")
    hands.press("Find and Replace...")
    hands.fill(0, "<cat>")
    hands.fill(1, "“Bär”")
    hands.press("Replace all in:", "CheckBox")
    hands.press("Replace All", "Button")
    hands.press("Close", "Button")
    hands.do(Hotkey(keys=("ctrl", "s")))
    until(lambda: saved.read_text().strip() == "one “Bär”, two <dogs>", "the replaced text")


def test_a_sum_is_calculated(rig: Rig, hands: Hands) -> None:
    hands.do(OpenApp(name="Galculator"))
    for key in ("1", "2", "*", "7", "="):
        hands.press(key, "ToggleButton")
    assert hands.find(lambda node: node.kind == "Text", "the display").text == "84"
    display = hands.find(lambda node: node.kind == "Text", "the display")
    hands.do(Tap(at=display.box.center), TypeText(text="192"))
    until(lambda: any(n.kind == "Text" and n.text == "192" for n in hands.nodes()), "192")


def test_a_folder_is_made_and_renamed(rig: Rig, hands: Hands) -> None:
    place = rig.home / "place"
    place.mkdir(exist_ok=True)
    rig.start("thunar", str(place))
    hands.press("File", "Menu")
    hands.press("Create Folder...", "MenuItem")
    hands.do(TypeText(text="Neu & <alt>", clear=True))
    hands.press("Create", "Button")
    until(lambda: [path.name for path in place.iterdir()] == ["Neu & <alt>"], "the folder")
    hands.do(Hotkey(keys=("ctrl", "a")))
    hands.press("Edit", "Menu")
    hands.press("Rename...", "MenuItem")
    hands.do(TypeText(text="文件夹 1", clear=True), PressKey(key="enter"))
    until(lambda: [path.name for path in place.iterdir()] == ["文件夹 1"], "the new name")


@pytest.fixture
def server() -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """A page with a form, and what was sent."""
    sent: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(PAGE)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent.append(parse_qs(body))
            self._answer(b"<!doctype html><title>Thank you</title><h1>Thank you</h1>")

        def _answer(self, page: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    listening.block_on_close = False  # a browser keeps a connection open, just in case
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/", sent
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_a_form_in_a_browser_is_filled_in_and_sent(
    rig: Rig, hands: Hands, server: tuple[str, list[dict[str, list[str]]]]
) -> None:
    address, sent = server
    told = {"ACCESSIBILITY_ENABLED": "1"}
    Rig({**rig.environment, **told}, rig.home, rig.server, rig.started).start(
        "chromium", "--no-sandbox", "--force-renderer-accessibility", "--no-first-run",
        "--disable-gpu", "--password-store=basic", "--disable-dev-shm-usage",
        f"--user-data-dir={rig.home / 'profile'}", address,
    )  # fmt: skip
    name = hands.find(lambda node: node.editable and node.hint == "Your name", "the form")
    hands.do(Tap(at=name.box.center), TypeText(text="Zoë <O'Hara>"))
    city = hands.find(lambda node: node.editable and node.hint == "City", "the city")
    hands.do(Tap(at=city.box.center), TypeText(text="重庆"))
    hands.press("Gift wrap", "CheckBox")
    assert hands.find(lambda node: node.label == "Gift wrap" and node.checkable, "it").checked
    below = Point(x=city.box.center.x, y=city.box.center.y + 150)
    hands.do(Scroll(at=below, direction="down", amount=1.0))
    hands.do(Scroll(at=below, direction="down", amount=1.0))
    hands.press("Send order", "Button")
    until(lambda: bool(sent), "the form data")
    assert sent == [{"name": ["Zoë <O'Hara>"], "city": ["重庆"], "gift": ["on"]}]
    hands.find(lambda node: node.label == "Thank you", "the answer")
