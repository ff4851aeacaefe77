"""A text editor of a desktop that does what it is told only some looks later."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from PIL import Image

from agent.policies.rules.policy import RulesPolicy
from agent.step import Decision, Step
from tools.device import Observation
from tools.geometry import Box, Point
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

_FRAME = Screenshot(image=Image.new("RGB", (640, 400), "white"))
_PAGE: Final = Box(left=0, top=60, right=640, bottom=400)
_FILE: Final = Box(left=0, top=20, right=60, bottom=50)
_SAVE_AS: Final = Box(left=0, top=60, right=200, bottom=90)
_NAME: Final = Box(left=150, top=130, right=500, bottom=160)
_CANCEL: Final = Box(left=100, top=300, right=200, bottom=330)
_REPLACE: Final = Box(left=400, top=220, right=500, bottom=250)
_SAVE: Final = Box(left=400, top=300, right=500, bottom=330)


@dataclass
class SlowEditor:
    """Takes decisions as a busy program takes clicks: all of them, in order, but late.

    Args:
        lag: How many looks still show the screen before, after each act.
        deaf: How many looks have no tree at all, after each act.
        late: How many looks lie between what shows of an act at once and the rest: a menu closes
            before its dialog comes, and a dialog before its file is there.
        page: The text that is there at first.
        new_pages: Whether ctrl+n does anything.
    """

    lag: int = 0
    deaf: int = 0
    late: int = 0
    page: str = ""
    new_pages: bool = True
    started: bool = False
    title: str = "Untitled 1"
    menu: bool = False
    dialog: str | None = None
    taken: str = ""
    files: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    waited_s: float = 0.0
    _late: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    silent: int = 0
    chosen: bool = False

    def look(self) -> Observation:
        """One look; what is due has happened by then."""
        waiting = self._late
        self._late = [(left - 1, happens) for left, happens in waiting if left > 0]
        for left, happens in waiting:
            if left <= 0:
                happens()
        self.silent -= 1
        tree = UiTree(nodes=tuple(self._nodes())) if self.silent < 0 else None
        app = "mousepad" if self.started else ""
        return Observation(
            screenshot=_FRAME,
            app=app,
            activity=self._title if app else "",
            ui_tree=tree,
            device_time=datetime(2027, 1, 4, 9, 30),
        )

    def take(self, decision: Decision) -> None:
        """Do what was decided, when its time comes."""
        call = decision.call
        match call.name, call.arguments:
            case "wait", {"duration_s": float(seconds)}:
                self.waited_s += seconds
                return
            case "tap", {"at": [int(x), int(y)]}:
                self._later(lambda: self._pressed(Point(x=x, y=y)))
            case "type_text", {"text": str(text), "clear": bool(clear)}:
                self._later(lambda: self._typed(text, clear=clear))
            case "hotkey", {"keys": ["ctrl", "n"]}:
                self._later(self._new_page)
            case "press_key", {"key": "escape"}:
                self._later(self._cancelled)
            case "open_app", _:
                self._later(self._open)
            case _:
                raise AssertionError(f"nobody would decide {call}")
        self.silent = self.deaf

    @property
    def _title(self) -> str:
        if self.taken:
            return "Question"
        if self.dialog is not None:
            return "Save As"
        unsaved = self.page != self.files.get(self.title, "")
        return f"{'*' * unsaved}{self.title} - Mousepad"

    def _later(self, happens: Callable[[], None]) -> None:
        self._late.append((self.lag, happens))

    def _open(self) -> None:
        self.log.append("opened")
        self.started = True

    def _new_page(self) -> None:
        if self.new_pages:
            self.log.append(f"left {self.page!r}")
            self.page, self.title = "", "Untitled 2"

    def _pressed(self, at: Point) -> None:
        if self.taken:
            name, self.taken = self.taken, ""
            if _REPLACE.contains(at):
                self.log.append(f"replaced {name}")
                self._rest(lambda: self._save(name))
        elif self.dialog is not None:
            if _SAVE.contains(at):
                self.chosen = True
                self._rest(self._choose_name)
            elif _CANCEL.contains(at):
                self._cancelled()
        elif self.menu:
            self.menu = False
            if _SAVE_AS.contains(at):
                self._rest(self._ask)
        elif _FILE.contains(at):
            self.menu = True

    def _rest(self, happens: Callable[[], None]) -> None:
        if self.late:
            self._late.append((self.late - 1, happens))
        else:
            happens()

    def _ask(self) -> None:
        self.log.append("asked for a name")
        self.dialog = ""

    def _choose_name(self) -> None:
        name = (self.dialog or "").rpartition("/")[2]
        if name in self.files:
            self.log.append(f"asked whether to replace {name}")
            self.taken, self.chosen = name, False
        else:
            self._save(name)

    def _save(self, name: str) -> None:
        if self.dialog is not None:
            self.dialog, self.chosen = None, False
            self._rest(lambda: self._saved(name))

    def _saved(self, name: str) -> None:
        self.log.append(f"saved {name}")
        self.files[name], self.title = self.page, name

    def _cancelled(self) -> None:
        self.log.append("cancelled")
        if self.taken:
            self.taken = ""
        else:
            self.dialog, self.menu = None, False

    def _typed(self, text: str, *, clear: bool) -> None:
        if self.dialog is not None:
            self.dialog = text if clear else self.dialog + text
        else:
            self.log.append(f"typed over {self.page!r}")
            self.page = text if clear else self.page + text

    def _nodes(self) -> list[UiNode]:
        if not self.started:
            return []
        whole = Box(left=0, top=0, right=640, bottom=400)
        if self.taken:
            asked = f"A file named “{self.taken}” already exists. Do you want to replace it?"
            return [
                UiNode(0, -1, whole, kind="Dialog", text="Question", package="mousepad"),
                UiNode(1, 0, _NAME, kind="TextView", text=asked),
                UiNode(2, 0, _CANCEL, kind="Button", text="Cancel", clickable=True),
                UiNode(3, 0, _REPLACE, kind="Button", text="Replace", clickable=True),
            ]
        if self.dialog is not None:
            return [
                UiNode(0, -1, whole, kind="Dialog", text="Save As", package="mousepad"),
                UiNode(
                    1,
                    0,
                    _NAME,
                    kind="EditText",
                    text=self.dialog,
                    hint="Name:",
                    focused=not self.chosen,
                ),
                UiNode(2, 0, _CANCEL, kind="Button", text="Cancel", clickable=True),
                UiNode(
                    3, 0, _SAVE, kind="Button", text="Save", clickable=True, focused=self.chosen
                ),
            ]
        nodes = [
            UiNode(0, -1, whole, kind="Window", text=self._title, package="mousepad"),
            UiNode(1, 0, _FILE, kind="Menu", text="File", clickable=True),
            UiNode(2, 0, _PAGE, kind="EditText", text=self.page, focused=True),
        ]
        if self.menu:
            nodes += [
                UiNode(3, -1, _SAVE_AS, kind="Window"),
                UiNode(4, 3, _SAVE_AS, kind="MenuItem", text="Save As...", clickable=True),
            ]
        return nodes


def pursue(goal: str, editor: SlowEditor, *, most: int = 60) -> Decision:
    """Have the rules pursue ``goal``; return the decision that ended it."""
    policy, history = RulesPolicy(), list[Step]()
    for index in range(most):
        decision = policy.decide(goal, editor.look(), history)
        history.append(Step(index=index, decision=decision))
        if decision.call.name == "finish":
            return decision
        editor.take(decision)
    raise AssertionError(f"no end after {most} decisions: {[step.decision for step in history]}")
