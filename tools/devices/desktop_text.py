"""Any text into what has the focus on a desktop, exactly.

pyautogui drops what is not ASCII and on X11 types ``<`` as ``>``: it is trusted with letters,
digits and spaces, and only where the keyboard has them where it believes. All else is pasted.
Afterwards the field is read back, if the accessibility tree shows it.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from tools.action import TypeText
from tools.clock import Clock
from tools.devices.desktop_clipboard import Clipboard
from tools.devices.desktop_hands import Hands
from tools.devices.desktop_keys import editing_keys
from tools.devices.x11_selection import LARGEST
from tools.errors import ActionFailedError
from tools.ui_tree import UiNode, UiTree

_LONGEST_TYPED: Final = 80
"""Longer texts are quicker and safer to paste."""
_PART: Final = LARGEST // 4  # characters of at most 4 bytes
_PATIENCE_S, _POLL_S, _UNSEEN_S = 4.0, 0.05, 0.3
_SEEN_LENGTH: Final = 20_000
_LETTERS: Final = frozenset(string.ascii_letters + string.digits + " ")
TERMINALS: Final = frozenset({
    "xterm", "uxterm", "gnome-terminal", "gnome-terminal-server", "xfce4-terminal", "konsole",
    "lxterminal", "mate-terminal", "qterminal", "terminator", "tilix", "alacritty", "kitty", "st",
    "urxvt", "kgx", "org.gnome.console", "guake", "tilda", "rxvt", "deepin-terminal", "sakura",
    "ghostty",
})  # fmt: skip
_PASTES_MARKED: Final = frozenset({"xterm", "uxterm", "urxvt", "rxvt"})
"""Terminals that paste what is marked with the mouse, by shift+insert, and no clipboard."""
_NO_TEXT: Final = frozenset({
    "Button", "ToggleButton", "CheckBox", "RadioButton", "Switch", "Menu", "MenuItem",
    "CheckMenuItem", "RadioMenuItem", "Tab", "Link", "ListItem", "TreeItem", "TableCell",
    "TreeTableCell", "ImageView", "Slider",
})  # fmt: skip
"""Kinds that may have the focus and take no text."""


@dataclass(frozen=True)
class Front:
    """What is in front.

    Attributes:
        app: Its name.
        handle: X id of its window; 0 if unknown.
        tree: Its accessibility tree; ``None`` if it gives none.
    """

    app: str
    handle: int
    tree: UiTree | None

    @property
    def focused(self) -> UiNode | None:
        """The innermost node with the focus, as far as the tree tells."""
        nodes = self.tree.nodes if self.tree is not None else ()
        focused = [node for node in nodes if node.focused]
        return next((node for node in focused if node.editable), focused[-1] if focused else None)


class DesktopText:
    """Types into what has the focus.

    Args:
        hands: Presses keys.
        clipboard: Pastes.
        clock: Waits for the field to show the text.
        platform: As ``sys.platform`` says.
        front: Looks at what is in front.
        typable: Whether the keyboard has a letter, digit or space where pyautogui believes.
    """

    def __init__(
        self,
        hands: Hands,
        clipboard: Clipboard,
        clock: Clock,
        platform: str,
        front: Callable[[], Front],
        typable: Callable[[str], bool],
    ) -> None:
        self._hands = hands
        self._clipboard = clipboard
        self._clock = clock
        self._platform = platform
        self._front = front
        self._typable = typable

    def enter(self, action: TypeText) -> None:
        """Carry out ``action``.

        Raises:
            ActionFailedError: Nothing that takes text has the focus, or the field does not hold the
                text afterwards.
            DeviceError: The desktop went away.
        """
        front = self._front()
        field = front.focused
        if field is not None and field.kind in _NO_TEXT:
            raise ActionFailedError(
                f"No text field has the focus, but {field.kind} {field.label!r}. "
                "Click the field first."
            )
        if not front.handle and self._platform not in ("darwin", "win32"):
            raise ActionFailedError(
                "No text field has the focus: no window is in front. Open or click one first."
            )
        if action.clear:
            self._select_all(front)
        if action.text:
            self._bring(action, front, field)
        elif action.clear:
            self._hands.press(["backspace"])
        if action.submit:
            self._hands.press(["enter"])

    def _select_all(self, front: Front) -> None:
        if front.app in TERMINALS:  # there is nothing to select: the line is deleted
            self._hands.press(["ctrl", "e"])
            self._hands.press(["ctrl", "u"])
        else:
            self._hands.press(editing_keys(self._platform, "a"))

    def _bring(self, action: TypeText, front: Front, field: UiNode | None) -> None:
        text = action.text
        if len(text) <= _LONGEST_TYPED and self._safe(text):
            self._hands.write(text)
            if field is not None and field.editable:
                self._verify(action, field)
            return
        try:
            self._paste(text, front)
            if field is not None and field.editable:
                self._verify(action, field)
            else:
                self._clock.sleep(_UNSEEN_S)
        finally:  # not before it is seen: programs look at a clipboard before they paste from it
            self._clipboard.give_back()

    def _paste(self, text: str, front: Front) -> None:
        for start in range(0, len(text), _PART):
            part = text[start : start + _PART]
            marked = front.app in _PASTES_MARKED
            press = partial(self._press_paste, front)
            if self._clipboard.paste(part, press, front.handle, marked=marked):
                continue
            if start == 0 and self._safe(text):
                self._hands.write(text)  # a field that takes keys, but nothing from a clipboard
                return
            raise ActionFailedError(
                "No text field has the focus, or it refuses what is pasted: nothing took the text. "
                "Click the field first."
            )

    def _press_paste(self, front: Front) -> None:
        keys = editing_keys(self._platform, "v")
        if front.app in _PASTES_MARKED:
            keys = ("shift", "insert")
        elif front.app in TERMINALS and self._platform != "darwin":
            keys = ("ctrl", "shift", "v")
        self._hands.press(keys)

    def _safe(self, text: str) -> bool:
        return all(
            character in _LETTERS and self._typable(character) for character in dict.fromkeys(text)
        )

    def _verify(self, action: TypeText, before: UiNode) -> None:
        """Read the field back until it holds the text; silence if it cannot be seen any more.

        Raises:
            ActionFailedError: It holds something else.
        """
        end_s = self._clock.now() + _PATIENCE_S
        while True:
            after = self._front().focused
            if after is None or not after.editable or after.hint != before.hint:
                return
            if _holds(action, after) or len(after.text) >= _SEEN_LENGTH:
                return
            if self._clock.now() >= end_s:
                shown = after.text if len(after.text) <= 200 else f"{after.text[:200]}…"
                raise ActionFailedError(
                    f"The text was typed, but the field {after.hint or after.description!r} now "
                    f"holds {shown!r}."
                )
            self._clock.sleep(_POLL_S)


def _holds(action: TypeText, field: UiNode) -> bool:
    wanted, held = _bare(action.text), _bare(field.text)
    if field.password:
        return len(field.text) >= len(action.text)
    return wanted == held if action.clear else wanted in held


def _bare(text: str) -> str:
    """``text`` without white space: fields on one line make spaces of line breaks."""
    return "".join(text.split())
