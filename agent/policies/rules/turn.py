"""What one turn of the rules policy knows, and the moves it can make."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from pydantic import JsonValue

from agent.policies.rules.intent import Intent, Want
from agent.policies.rules.lexicon import Lexicon, lexicon
from agent.policies.rules.text import is_cjk, says
from agent.policies.rules.view import Element, View
from agent.step import Decision, ToolCall
from tools.geometry import Point
from tools.ui_tree import UiNode

MAX_TRIES = 3
_EDGE_PX = 4


@dataclass(frozen=True)
class Acted:
    """The last act, and the screen it was decided on.

    Attributes:
        call: What was done.
        screen: All that the screen told; see ``View.everything``.
        place: Which screen it was; see ``View.place``.
        activity: Title of the window in front.
        asks: Whether a dialog must come of it.
        seen: All that the screen told when its effect was last waited for.
        waits: How often it was waited for since the screen changed.
        waits_in_all: How often it was waited for.
    """

    call: ToolCall
    screen: str
    place: str
    activity: str
    asks: bool = False
    seen: str = ""
    waits: int = 0
    waits_in_all: int = 0


@dataclass
class Memory:
    """What is remembered from turn to turn of one episode.

    Attributes:
        app: Package of the app that the errand runs in; empty until it is open.
        launcher: Package of the home screen, once seen.
        opened: The want whose picker is open.
        opened_from: The place it was opened from.
        verified: Slots seen set on the screen, with what showed it.
        abandoned: Slots that could not be set, with the reason.
        chosen: Texts of the list item chosen for a slot.
        queries: Search words tried for a slot.
        tries: How often something was tried, by any key.
        ends: Places (with a scroll direction) that cannot be scrolled further.
        scrolled: The content before the last scroll, and its key in ``ends``.
        committed: Whether what makes the errand final was pressed.
        said_before: What the screen said when that was pressed; none of it confirms anything.
        last_place: The place of the last turn.
        acted: The last act; ``None`` before the first.
        asks: Whether a dialog must come of what is decided in this turn.
        left_alone: The text that was there before a new page was begun.
        refused: What was asked in a dialog that offered something dangerous, and was closed.
        unread: How often there was no tree to read since there was one.
        offered: Apps among which the device could not choose, as it told them.
        errand: Which of the goals in the sentence is pursued, from 0.
        told: What was to be told of those before it.
        leaving: Whether the screens of the one before are still being left.
    """

    app: str = ""
    launcher: str = ""
    opened: Want | None = None
    opened_from: str = ""
    verified: dict[str, str] = field(default_factory=dict)
    abandoned: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    queries: dict[str, list[str]] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    ends: set[str] = field(default_factory=set)
    scrolled: tuple[str, str] | None = None
    committed: bool = False
    said_before: frozenset[str] = frozenset()
    last_place: str = ""
    acted: Acted | None = None
    asks: bool = False
    left_alone: str = ""
    refused: str = ""
    unread: int = 0
    offered: tuple[str, ...] = ()
    errand: int = 0
    told: tuple[str, ...] = ()
    leaving: bool = False

    def open_wants(self, intent: Intent) -> list[Want]:
        """The wants still to be set, in order."""
        done = self.verified.keys() | self.abandoned.keys()
        return [want for want in intent.wants if want.slot not in done]


@dataclass(frozen=True)
class Turn:
    """One look, the goal, and the memory, with the moves as methods."""

    view: View
    intent: Intent
    memory: Memory
    today: date

    @property
    def words(self) -> Lexicon:
        """Words of screens in general."""
        return lexicon()

    def tap(self, element: Element, why: str) -> Decision:
        """Press ``element``."""
        self.memory.tries[self.press_key(element)] += 1
        self.memory.asks = element.label.rstrip().endswith(("...", "…"))
        return self.tap_at(element.at, why)

    def tap_at(self, at: Point, why: str) -> Decision:
        """Press one point."""
        return decision(why, "tap", at=[at.x, at.y])

    def press_key(self, element: Element) -> str:
        """Key in ``memory.tries`` for pressing ``element`` on exactly this screen."""
        return f"press|{self.view.content}|{element.key}"

    def pressed(self, element: Element) -> int:
        """How often ``element`` was pressed on exactly this screen."""
        return self.memory.tries[self.press_key(element)]

    def edit(self, element: Element, text: str, why: str) -> Decision | None:
        """Bring ``text`` into a field: focus first, then type; ``None`` when that failed before."""
        key = f"edit|{self.view.place}|{element.node.resource_id or element.label}|{text}"
        if self.memory.tries[key] >= 2 * MAX_TRIES:
            return None
        self.memory.tries[key] += 1
        if not element.node.focused:
            return self.tap_at(element.at, f"{why}: focus the field first")
        return decision(why, "type_text", text=text, clear=bool(element.node.text))

    def back(self, why: str) -> Decision:
        """Go back one screen, or close what lies on top."""
        if self.view.on_desktop:
            return decision(why, "press_key", key="escape")
        return decision(why, "back")

    def scroll(
        self,
        why: str,
        *,
        direction: str = "down",
        node: UiNode | None = None,
        amount: float = 0.5,
    ) -> Decision | None:
        """Scroll on, unless this place was seen to be at its end in that direction."""
        if node is None:
            if not self.view.scrollables:
                return None
            node = self.view.scrollables[0]
        key = f"{self.view.place}|{node.resource_id}|{direction}"
        if key in self.memory.ends:
            return None
        self.memory.scrolled = (self.view.content, key)
        self.memory.ends.discard(f"{self.view.place}|{node.resource_id}|{_OPPOSITE[direction]}")
        center = node.box.center
        at: list[JsonValue] = [center.x, center.y]
        return decision(why, "scroll", at=at, direction=direction, amount=amount)

    def uncover(self, element: Element) -> Decision | None:
        """Scroll a little, if ``element`` is cut off by the edge of its list; ``None`` if not."""
        for area in self.view.scrollables:
            if not area.box.encloses(element.box):
                continue
            below = area.box.bottom - element.box.bottom < _EDGE_PX
            above = element.box.top - area.box.top < _EDGE_PX
            if not below and not above:
                return None
            if not self.try_once(f"uncover|{self.view.place}|{element.key}", times=2):
                return None
            direction = "down" if below else "up"
            why = f"{element.label!r} is cut off: scroll a little"
            return self.scroll(why, direction=direction, node=area, amount=0.2)
        return None

    def try_once(self, key: str, *, times: int = 1) -> bool:
        """Whether ``key`` was tried less than ``times`` times; counts this try."""
        if self.memory.tries[key] >= times:
            return False
        self.memory.tries[key] += 1
        return True

    def in_screen_language(self, ways: tuple[str, ...]) -> str:
        """The way to say something in the language that the screen is written in."""
        texts = self.view.all_texts
        chinese = sum(is_cjk(text) for text in texts) * 2 > len(texts)
        return next((way for way in ways if is_cjk(way) == chinese), ways[0])

    def find(self, phrases: tuple[str, ...], *, least: int = 2) -> Element | None:
        """The pressable thing whose words say one of ``phrases`` best; the first of equals."""
        scored = [
            (max((says(text, phrases) for text in item.texts), default=0), item)
            for item in self.view.pressables
        ]
        good = [(score, item) for score, item in scored if score >= least]
        return max(good, key=lambda pair: pair[0])[1] if good else None


_OPPOSITE = {"down": "up", "up": "down", "left": "right", "right": "left"}


def decision(thought: str, tool: str, **arguments: JsonValue) -> Decision:
    """A decision for one tool call."""
    return Decision(thought=thought, call=ToolCall(name=tool, arguments=arguments))


def finish(answer: str, *, success: bool) -> Decision:
    """Stop, with what is to be told to the person."""
    return decision(answer, "finish", success=success, answer=answer)
