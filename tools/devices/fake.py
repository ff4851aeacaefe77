"""A tiny device in memory, for tests and for trying out policies: three screens, no surprises.

``home`` has a counter and leads to ``form`` (a field, a switch, Save) and to ``list`` (scrolls).
What it shows follows from its state alone, in its picture as in its UI tree.
"""

from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageDraw

from tools.action import Action, Back, Home, OpenApp, Scroll, Tap, TypeText, Wait
from tools.device import DeviceInfo, Observation
from tools.errors import ActionFailedError, DeviceGoneError
from tools.geometry import Box, Size
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

_SIZE = Size(width=270, height=480)
_ROWS = 30
_ROW_PX = 40


@dataclass(frozen=True)
class _Part:
    label: str
    kind: str = "Button"
    value: str = ""

    @property
    def words(self) -> str:
        return f"{self.label} {self.value}".strip()


class FakeDevice:
    """See the module.

    Args:
        gone_after: Perform this many actions, then be gone like a pulled cable; ``None``: never.
    """

    def __init__(self, *, gone_after: int | None = None) -> None:
        self.screen = "home"
        self.count = 0
        self.text = ""
        self.switched_on = False
        self.offset = 0
        self.saved: list[tuple[str, bool]] = []
        self.performed: list[Action] = []
        self.closed = False
        self._gone_after = gone_after
        self._focused = False

    @property
    def info(self) -> DeviceInfo:
        """Facts that never change."""
        return DeviceInfo(
            name="fake",
            kind="fake",
            model="FakeDevice",
            release="1",
            size=_SIZE,
            density_dpi=160,
            locale="en-US",
            emulated=True,
            animated=False,
            capture="drawn",
        )

    @property
    def supports(self) -> frozenset[str]:
        """What a finger and a keyboard need at least."""
        return frozenset({"tap", "type_text", "scroll", "back", "home", "open_app", "wait"})

    def glance(self) -> Screenshot:
        """Draw the screen."""
        self._require_there()
        image = Image.new("RGB", (_SIZE.width, _SIZE.height), "white")
        pen = ImageDraw.Draw(image)
        for part, box in self._layout():
            frame = (box.left, box.top, box.right - 1, box.bottom - 1)
            pen.rectangle(frame, fill="lightblue" if part.kind == "Button" else "lightgrey")
            pen.text((box.left + 8, box.top + 12), part.words, fill="black")
        return Screenshot(image=image, source="drawn")

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look: picture, screen name and UI tree."""
        shot = seen if seen is not None else self.glance()
        nodes = tuple(
            UiNode(
                index=index,
                parent=-1,
                box=box,
                kind=part.kind,
                text=part.value if part.kind == "EditText" else part.words,
                hint=part.label if part.kind == "EditText" else "",
                package="fake",
                clickable=True,
                checkable=part.kind == "Switch",
                checked=part.kind == "Switch" and self.switched_on,
                focused=part.kind == "EditText" and self._focused,
            )
            for index, (part, box) in enumerate(self._layout())
        )
        return Observation(
            screenshot=shot,
            app="fake",
            activity=self.screen,
            ui_tree=UiTree(nodes=nodes, source="<hierarchy/>"),
            device_time=datetime(2027, 1, 4, 9, 30),
        )

    def perform(self, action: Action) -> None:
        """Change the state as a person would expect."""
        self._require_there()
        match action:
            case Tap(at=at):
                hit = [part.label for part, box in self._layout() if box.contains(at)]
                self._press(hit[0] if hit else "")
            case TypeText(text=text, clear=clear):
                if not self._focused:
                    raise ActionFailedError("No field has the focus.")
                self.text = text if clear else self.text + text
            case Scroll(direction=direction):
                self.offset += {"down": 5, "up": -5}.get(direction, 0)
                self.offset = min(max(self.offset, 0), _ROWS - 10)
            case Back() | Home() | OpenApp():
                self._go("home")
            case Wait():
                pass
            case _:
                raise ActionFailedError(f"This device cannot {action.kind}.")
        self.performed.append(action)

    def close(self) -> None:
        """Remember that it was let go."""
        self.closed = True

    def _require_there(self) -> None:
        if self._gone_after is not None and len(self.performed) >= self._gone_after:
            raise DeviceGoneError("The fake device went away.")

    def _go(self, screen: str) -> None:
        self.screen, self._focused, self.offset = screen, False, 0

    def _press(self, label: str) -> None:
        self._focused = label == "Name"
        match label:
            case "Form" | "List":
                self._go(label.lower())
            case "Count":
                self.count += 1
            case "Loud":
                self.switched_on = not self.switched_on
            case "Save":
                self.saved.append((self.text, self.switched_on))
                self._go("home")

    def _layout(self) -> list[tuple[_Part, Box]]:
        parts = [_Part("Form"), _Part("List"), _Part("Count", value=str(self.count))]
        if self.screen == "form":
            parts = [
                _Part("Name", "EditText", self.text),
                _Part("Loud", "Switch", "on #####" if self.switched_on else "off"),
                _Part("Save"),
            ]
        elif self.screen == "list":
            shown = range(self.offset, min(self.offset + 10, _ROWS))
            parts = [_Part(f"Row {number}", "TextView") for number in shown]
        left, right = 10, _SIZE.width - 10
        return [
            (part, Box(left=left, top=top, right=right, bottom=top + _ROW_PX - 4))
            for top, part in zip(range(40, _SIZE.height, _ROW_PX), parts, strict=False)
        ]
