"""From what mouse and keyboard tell to actions: pure, no screen and no clock of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, get_args

from tools.action import (
    Action,
    Direction,
    DoubleTap,
    Drag,
    Hotkey,
    Key,
    LongPress,
    MiddleClick,
    PressKey,
    RightClick,
    Scroll,
    Tap,
    TripleClick,
    TypeText,
)
from tools.devices.desktop_hearing import (
    MODIFIERS,
    ButtonMoved,
    KeyMoved,
    RawEvent,
    WheelTurned,
)
from tools.devices.heard import Heard
from tools.geometry import Point

_AGAIN_S: Final = 0.4
"""From one press to the next of a double click; GTK and Windows allow 0.4 and 0.5."""
_AGAIN_PX: Final = 6
_MOVED_PX: Final = 8
"""From here on it is a drag: GTK's own threshold."""
_LONG_S: Final = 0.8
_LONGEST_S: Final = 60.0
_WHEEL_PAUSE_S: Final = 0.4
_TYPING_PAUSE_S: Final = 1.5
_LONGEST_TEXT: Final = 10_000
_KEYS: Final = frozenset(get_args(Key))
_HELD_ON: Final = frozenset({
    "delete", "forward_delete", "up", "down", "left", "right", "page_up", "page_down",
})  # fmt: skip
"""Holding these does more than pressing them: each repetition counts, as with letters."""
_CLICKS: Final = {1: Tap, 2: DoubleTap, 3: TripleClick}
_MOST_KEYS: Final = 4


@dataclass
class _Clicks:
    """Clicks of the left button that may become more."""

    at: Point
    began_s: float
    pressed_s: float
    count: int = 1


@dataclass
class _Turning:
    """The wheel, while it is turned."""

    at: Point
    direction: Direction
    began_s: float
    latest_s: float
    notches: int = 1


@dataclass
class _Typing:
    """Text, while it is typed; of a password nothing is kept."""

    began_s: float
    latest_s: float
    secret: bool
    text: str = ""


@dataclass(frozen=True)
class _Press:
    """A button that is down; ``at`` is ``None`` where nothing is recorded."""

    event: ButtonMoved
    at: Point | None


class Gatherer:
    """Turns events into actions.

    Args:
        where: The pixel of the frame under an event of the mouse; ``None`` if what is done there
            is not recorded.
        listens: Whether keys are recorded that are pressed now.
        secretive: Whether what is typed now goes into a password field.
        share: The part of the screen's extent that one notch of the wheel moves by.
        notice: Told, once each, what cannot be recorded.
    """

    def __init__(
        self,
        where: Callable[[ButtonMoved | WheelTurned], Point | None],
        listens: Callable[[], bool],
        secretive: Callable[[], bool],
        share: Callable[[Direction], float],
        notice: Callable[[str], None],
    ) -> None:
        self._where = where
        self._listens = listens
        self._secretive = secretive
        self._share = share
        self._notice = notice
        self._told: set[str] = set()
        self._press: _Press | None = None
        self._clicks: _Clicks | None = None
        self._turning: _Turning | None = None
        self._typing: _Typing | None = None
        self._modifiers: dict[str, bool] = {}

    @property
    def since_s(self) -> float | None:
        """When that began which is not told yet; ``None`` if nothing is."""
        begun = [each.began_s for each in (self._clicks, self._turning, self._typing) if each]
        if self._press is not None and self._press.at is not None:
            begun.append(self._press.event.at_s)
        return min(begun, default=None)

    def feed(self, event: RawEvent) -> list[Heard]:
        """Take the next event; return what is known to be done by now, in order."""
        heard = self.overdue(event.at_s)
        match event:
            case ButtonMoved(down=True):
                heard += self._button_down(event)
            case ButtonMoved():
                heard += self._button_up(event)
            case WheelTurned():
                heard += self._wheel(event)
            case KeyMoved():
                heard += self._key(event)
        return heard

    def overdue(self, now_s: float) -> list[Heard]:
        """What can no longer become more, at ``now_s``."""
        heard: list[Heard] = []
        # A button that is down may be the second click.
        if self._clicks and self._press is None and now_s > self._clicks.pressed_s + _AGAIN_S:
            heard += self._end_clicks()
        if self._turning and now_s > self._turning.latest_s + _WHEEL_PAUSE_S:
            heard += self._end_wheel()
        if self._typing and now_s > self._typing.latest_s + _TYPING_PAUSE_S:
            heard += self._end_text()
        return heard

    def watch_for_secret(self) -> None:
        """Look again whether a password is being typed; if so, nothing of it is kept.

        To be called in the pauses between keys: the app itself may be late to tell.
        """
        typing = self._typing
        if typing is not None and not typing.secret and self._secretive():
            typing.secret, typing.text = True, ""

    def _button_down(self, event: ButtonMoved) -> list[Heard]:
        heard = [*self._end_wheel(), *self._end_text()]
        at = self._where(event)
        clicks = self._clicks
        if clicks and not (
            at is not None
            and event.button == "left"
            and clicks.count < max(_CLICKS)
            and event.at_s <= clicks.pressed_s + _AGAIN_S
            and _near(clicks.at, at, _AGAIN_PX)
        ):
            heard += self._end_clicks()
        if at is not None and any(self._modifiers.values()):
            self._say("A click with a modifier held is recorded as a plain click.")
        self._press = _Press(event, at)
        return heard

    def _button_up(self, event: ButtonMoved) -> list[Heard]:
        press = self._press
        if press is None or press.event.button != event.button:
            return []
        self._press = None
        start, end = press.at, self._where(event)
        if start is None:
            return []
        began_s = press.event.at_s
        lasted_s = min(max(event.at_s - began_s, 0.01), _LONGEST_S)
        if end is None or not _near(start, end, _MOVED_PX):
            heard = self._end_clicks()
            if end is None:
                self._say("A drag that ends outside of what is recorded is not recorded.")
            elif event.button != "left":
                self._say(f"A drag with the {event.button} button is not recorded.")
            else:
                duration_s = round(lasted_s, 2)
                heard.append(Heard(Drag(start=start, end=end, duration_s=duration_s), began_s))
            return heard
        if event.button != "left":
            click: Action = (
                RightClick(at=start) if event.button == "right" else MiddleClick(at=start)
            )
            return [Heard(click, began_s)]
        if self._clicks is not None:
            self._clicks.count += 1
            self._clicks.pressed_s = began_s
            return self._end_clicks() if self._clicks.count == max(_CLICKS) else []
        if lasted_s >= _LONG_S:
            return [Heard(LongPress(at=start, duration_s=round(lasted_s, 2)), began_s)]
        self._clicks = _Clicks(start, began_s, began_s)
        return []

    def _wheel(self, event: WheelTurned) -> list[Heard]:
        heard = [*self._end_clicks(), *self._end_text()]
        at = self._where(event)
        turning = self._turning
        if at is not None and turning and turning.direction == event.direction:
            turning.notches += 1
            turning.latest_s = event.at_s
            return heard
        heard += self._end_wheel()
        if at is not None:
            self._turning = _Turning(at, event.direction, event.at_s, event.at_s)
        return heard

    def _key(self, event: KeyMoved) -> list[Heard]:
        if event.name in MODIFIERS:
            return self._modifier(event)
        if not event.down or not (event.name or event.text):
            return []  # an accent, which types with the next letter, or AltGr
        heard = [*self._end_clicks(), *self._end_wheel()]
        held = tuple(name for name in MODIFIERS if name in self._modifiers)
        self._modifiers = dict.fromkeys(self._modifiers, False)
        if not self._listens():
            return [*heard, *self._end_text()]
        commands = [name for name in held if name != "shift"]
        if event.text and not commands:
            return [*heard, *self._letter(event)]
        if commands or (held and event.name):
            if event.repeated and event.name not in _HELD_ON:
                return heard
            return [*heard, *self._end_text(), *self._hotkey(held, event)]
        return [*heard, *self._single(event)]

    def _modifier(self, event: KeyMoved) -> list[Heard]:
        if event.down:
            self._modifiers.setdefault(event.name, True)
        elif self._modifiers.pop(event.name, False) and event.name in ("meta", "alt"):
            self._say(f"The key {event.name} alone has no action and is not recorded.")
        return []

    def _letter(self, event: KeyMoved) -> list[Heard]:
        heard: list[Heard] = []
        if self._typing is None:
            self._typing = _Typing(event.at_s, event.at_s, self._secretive())
        self._typing.latest_s = event.at_s
        if not self._typing.secret:
            self._typing.text += event.text
            if len(self._typing.text) >= _LONGEST_TEXT:
                heard = self._end_text()
        return heard

    def _single(self, event: KeyMoved) -> list[Heard]:
        typing = self._typing
        if typing is not None and event.name == "enter":
            return self._end_text(submit=True)
        if typing is not None and event.name == "delete" and (typing.secret or typing.text[1:]):
            typing.text = typing.text[:-1]
            typing.latest_s = event.at_s
            return []
        heard = self._end_text()
        if event.repeated and event.name not in _HELD_ON:
            return heard
        if event.name not in _KEYS:
            self._say(f"The key {event.name} alone has no action and is not recorded.")
            return heard
        return [*heard, Heard(PressKey.model_validate({"key": event.name}), event.at_s)]

    def _hotkey(self, held: tuple[str, ...], event: KeyMoved) -> list[Heard]:
        keys = (*held, event.name)
        if not event.name or len(keys) > _MOST_KEYS:
            self._say("A key together with others has no name here and is not recorded.")
            return []
        return [Heard(Hotkey(keys=keys), event.at_s)]

    def _end_clicks(self) -> list[Heard]:
        clicks, self._clicks = self._clicks, None
        if clicks is None:
            return []
        return [Heard(_CLICKS[clicks.count](at=clicks.at), clicks.began_s)]

    def _end_wheel(self) -> list[Heard]:
        turning, self._turning = self._turning, None
        if turning is None:
            return []
        share, heard, left = self._share(turning.direction), [], turning.notches
        while left > 0:
            notches = min(left, max(1, int(1 / share)))
            left -= notches
            scroll = Scroll(
                at=turning.at, direction=turning.direction, amount=min(1.0, notches * share)
            )
            heard.append(Heard(scroll, turning.began_s))
        return heard

    def _end_text(self, *, submit: bool = False) -> list[Heard]:
        typing, self._typing = self._typing, None
        if typing is None:
            return []
        text = TypeText(text=typing.text, submit=submit)
        return [Heard(text, typing.began_s, secret=typing.secret)]

    def _say(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._notice(text)


def _near(one: Point, other: Point, most: int) -> bool:
    return abs(one.x - other.x) <= most and abs(one.y - other.y) <= most
