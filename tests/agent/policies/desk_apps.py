"""A program of a desktop, drawn as an accessibility tree; it does as it is told, perhaps late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from PIL import Image

from agent.policies.rules.policy import RulesPolicy
from agent.step import Decision, Step
from tools.device import Observation
from tools.geometry import Box, Point
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

_FRAME = Screenshot(image=Image.new("RGB", (640, 800), "white"))
_WHOLE = Box(left=0, top=0, right=640, bottom=800)
_ROW_PX = 30


def nothing() -> None:
    """What things do that do nothing."""


@dataclass
class Thing:
    """One row of a window: a text, or something to press or to fill.

    Attributes:
        kind: As the tree names it.
        text: What stands on it, or in it.
        hint: What it is called, where it is filled.
        press: What pressing it does.
        typed: What becomes of text that is typed into it; ``None`` where none can be.
        checked: Its state, if it has one.
        focused: Whether it has the keys.
    """

    kind: str
    text: str = ""
    hint: str = ""
    press: Callable[[], None] | None = None
    typed: Callable[[str], None] | None = None
    checked: bool | None = None
    focused: bool = False


@dataclass
class DeskApp:
    """A program: what it shows, and what it does with presses, text and keys.

    Attributes:
        name: What it calls itself.
        log: What happened to it, in order.
        lag: How many looks still show the screen before, after each act.
        unclear: Names that several apps go by, and what the desktop says then.
    """

    name: str = "program"
    log: list[str] = field(default_factory=list)
    lag: int = 0
    unclear: dict[str, str] = field(default_factory=dict)
    _open: bool = False
    _late: list[tuple[int, Decision]] = field(default_factory=list)

    def title(self) -> str:
        """Title of the window in front; empty once it is closed."""
        raise NotImplementedError

    def things(self) -> list[Thing]:
        """What the window in front shows, from the top."""
        raise NotImplementedError

    def is_dialog(self) -> bool:
        """Whether the window in front is a dialog."""
        return False

    def keys(self, keys: tuple[str, ...]) -> None:
        """What keys do."""

    def typed_beside(self, text: str) -> None:
        """What becomes of text while nothing that takes text has the keys."""

    def look(self) -> Observation:
        """One look; what is due has happened by then."""
        waiting = self._late
        self._late = [(left - 1, decision) for left, decision in waiting if left > 0]
        for left, decision in waiting:
            if left <= 0:
                self._do(decision)
        shown = self._open and bool(self.title())
        return Observation(
            screenshot=_FRAME,
            app=self.name if shown else "",
            activity=self.title() if shown else "",
            ui_tree=UiTree(nodes=tuple(self._nodes()) if shown else ()),
            device_time=datetime(2027, 1, 4, 9, 30),
        )

    def take(self, decision: Decision) -> str:
        """Do what was decided, when its time comes; return what is wrong with it, if anything."""
        name = str(decision.call.arguments.get("name", ""))
        if decision.call.name == "open_app" and name in self.unclear:
            self.log.append(f"asked for {name}")
            return self.unclear[name]
        if decision.call.name != "wait":
            self._late.append((self.lag, decision))
        return ""

    def _do(self, decision: Decision) -> None:
        call = decision.call
        match call.name, call.arguments:
            case "open_app", {"name": str(name)}:
                self._open = True
                self.log.append(f"opened {name}")
            case "tap", {"at": [int(x), int(y)]}:
                self._tap(Point(x=x, y=y))
            case "type_text", {"text": str(text), "clear": bool(clear)}:
                self._type(text, clear=clear)
            case "hotkey", {"keys": [*keys]}:
                self.keys(tuple(str(key) for key in keys))
            case "press_key", {"key": str(key)}:
                self.keys((key,))
            case _:
                raise AssertionError(f"nobody would decide {call}")

    def _type(self, text: str, *, clear: bool) -> None:
        for thing in self.things():
            if thing.focused and thing.typed is not None:
                thing.typed(text if clear else thing.text + text)
                return
        self.typed_beside(text)

    def _tap(self, at: Point) -> None:
        for row, thing in enumerate(self.things()):
            if _box(row).contains(at) and thing.press is not None:
                thing.press()
                return

    def _nodes(self) -> list[UiNode]:
        root = "Dialog" if self.is_dialog() else "Window"
        nodes = [UiNode(0, -1, _WHOLE, kind=root, text=self.title(), package=self.name)]
        for row, thing in enumerate(self.things()):
            nodes.append(
                UiNode(
                    row + 1,
                    0,
                    _box(row),
                    kind=thing.kind,
                    text=thing.text,
                    hint=thing.hint,
                    clickable=thing.press is not None and thing.typed is None,
                    checkable=thing.checked is not None,
                    checked=bool(thing.checked),
                    focused=thing.focused,
                )
            )
        return nodes


def _box(row: int) -> Box:
    return Box(left=100, top=20 + row * _ROW_PX, right=500, bottom=44 + row * _ROW_PX)


def pursue(goal: str, app: DeskApp, *, most: int = 80) -> Decision:
    """Have the rules pursue ``goal`` in ``app``; return the decision that ended it."""
    policy, history = RulesPolicy(), list[Step]()
    for index in range(most):
        decision = policy.decide(goal, app.look(), history)
        if decision.call.name == "finish":
            return decision
        history.append(Step(index=index, decision=decision, mistake=app.take(decision)))
    raise AssertionError(f"no end after {most} decisions: {[step.decision for step in history]}")
