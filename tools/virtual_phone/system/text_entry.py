"""Text into the focused field: typing, editing keys, the input method, the soft keyboard."""

from __future__ import annotations

from tools.virtual_phone.system import keycodes
from tools.virtual_phone.system.display import Display
from tools.virtual_phone.system.editing import EditedText
from tools.virtual_phone.system.windows import Windows
from tools.virtual_phone.ui.scene import FieldInfo
from tools.virtual_phone.ui.view import Key

_ALLOWED = {"number": frozenset("0123456789.,-"), "phone": frozenset("0123456789+*#()-/ ")}
_CONTROL = (keycodes.CTRL_LEFT, keycodes.CTRL_RIGHT)
_SHIFT = (keycodes.SHIFT_LEFT, keycodes.SHIFT_RIGHT)


class TextEntry:
    """Edits the text of the field that has the focus, and nothing without focus."""

    def __init__(self, windows: Windows, display: Display) -> None:
        self._windows = windows
        self._display = display

    def type_text(self, text: str) -> bool:
        """Type as a keyboard does, key by key; False where no field is focused.

        A line break is the enter key. Characters that a field's kind refuses are dropped.
        """
        if self._display.focused() is None:
            return False
        for index, line in enumerate(text.replace("\r\n", "\n").split("\n")):
            if index:
                self.enter()
            self._type_line(line)
        return True

    def commit(self, text: str) -> bool:
        """Put a whole text at the caret at once, as an input method does."""
        field = self._display.focused()
        if field is None:
            return False
        if field.kind != "multiline":
            text = " ".join(text.splitlines())
        self._insert(field, text)
        return True

    def clear(self) -> bool:
        """Empty the focused field."""
        field = self._display.focused()
        if field is None:
            return False
        self._store(field, EditedText("", 0))
        return True

    def enter(self) -> bool:
        """The input method's action: submit, go to the next field, new line or done."""
        field = self._display.focused()
        if field is None:
            return False
        screen = self._windows.state.top
        if field.kind == "multiline":
            self._insert(field, "\n")
            return True
        if field.on_submit is not None:
            screen.keyboard = False
            field.on_submit(field.text)
        elif not (field.kind != "search" and self.next_field()):
            screen.keyboard = False
        self._windows.changed()
        return True

    def next_field(self) -> bool:
        """Move the focus to the field after the focused one; False at the last one."""
        fields = self._display.scene().fields
        keys = [field.key for field in fields]
        focus = self._windows.state.top.focus
        index = keys.index(focus) + 1 if focus in keys else 0
        if index >= len(keys):
            return False
        self.focus(keys[index])
        return True

    def focus(self, key: str, caret: int | None = None) -> None:
        """Focus a field, show the keyboard and bring the field into view."""
        state = self._windows.state
        screen = state.top
        if screen.focus != key or not screen.keyboard:
            state.keyboard_layout, state.shift = "letters", False
        state.selection = -1
        screen.focus = key
        screen.keyboard = True
        if caret is not None:
            screen.carets[key] = caret
        self._windows.changed()
        self.reveal()

    def reveal(self) -> None:
        """Scroll so that the focused field is not under the keyboard."""
        screen = self._windows.state.top
        if screen.focus is None or self._display.focused() is None:
            return
        offsets = self._display.scene().reveal(screen.focus)
        if offsets:
            screen.scrolls.update(offsets)
            self._windows.changed()

    def press(self, key: Key) -> None:
        """A tap on a key of the soft keyboard."""
        state = self._windows.state
        field = self._display.focused()
        if key.action == "text" and field is not None:
            text = key.value.upper() if state.shift else key.value
            state.shift = False
            self._insert(field, text)
        elif key.action == "shift":
            state.shift = not state.shift
        elif key.action == "layout":
            state.keyboard_layout, state.shift = key.value, False
        elif key.action == "backspace" and field is not None:
            self._store(field, self._edited(field).backspace())
        elif key.action == "enter":
            self.enter()
        elif key.action == "hide":
            state.top.keyboard = False
        self._windows.changed()

    def key(self, code: int, held: tuple[int, ...] = ()) -> bool:
        """An editing or character key, with modifier keys held; False if it is none here."""
        field = self._display.focused()
        if field is None:
            return False
        if any(code_held in _CONTROL for code_held in held):
            return self._control(field, code)
        if code in (keycodes.ENTER, keycodes.NUMPAD_ENTER):
            return self.enter()
        if code == keycodes.TAB:
            return self.next_field()
        moved = self._moved(field, code)
        if moved is not None:
            self._store(field, moved)
            return True
        text = keycodes.character(code, shift=any(one in _SHIFT for one in held))
        if text:
            self._insert(field, text)
        return bool(text)

    def _moved(self, field: FieldInfo, code: int) -> EditedText | None:
        now = self._edited(field)
        start, end = now.selection
        if code == keycodes.DEL:
            return now.backspace()
        if code == keycodes.FORWARD_DEL:
            return now.delete()
        places = {
            keycodes.DPAD_LEFT: start - (start == end),
            keycodes.DPAD_RIGHT: end + (start == end),
            keycodes.MOVE_HOME: 0,
            keycodes.MOVE_END: len(now.text),
        }
        return now.move(places[code]) if code in places else None

    def _control(self, field: FieldInfo, code: int) -> bool:
        now = self._edited(field)
        letter = keycodes.character(code)
        if letter == "a":
            self._windows.state.selection = 0
            self._windows.state.top.carets.pop(field.key, None)
        elif letter in ("c", "x"):
            if field.kind != "password" and now.selected:
                self._windows.state.clipboard = now.selected
                if letter == "x":
                    self._store(field, now.backspace())
        elif letter == "v":
            self._insert(field, self._windows.state.clipboard)
        else:
            return False
        self._windows.changed()
        return True

    def _type_line(self, line: str) -> None:
        field = self._display.focused()
        if field is None or not line:
            return
        if field.on_change is None:
            self._insert(field, line)
            return
        for char in line:
            field = self._display.focused()
            if field is None:
                return
            self._insert(field, char)

    def _insert(self, field: FieldInfo, text: str) -> None:
        allowed = _ALLOWED.get(field.kind)
        if allowed is not None:
            text = "".join(char for char in text if char in allowed)
        if text:
            self._store(field, self._edited(field).insert(text))

    def _edited(self, field: FieldInfo) -> EditedText:
        state = self._windows.state
        caret = state.top.carets.get(field.key, len(field.text))
        return EditedText(field.text, caret, state.selection)

    def _store(self, field: FieldInfo, edited: EditedText) -> None:
        state = self._windows.state
        screen = state.top
        screen.texts[field.key] = edited.text
        if edited.caret == len(edited.text):
            screen.carets.pop(field.key, None)
        else:
            screen.carets[field.key] = edited.caret
        state.selection = -1
        self._windows.changed()
        if field.on_change is not None and edited.text != field.text:
            field.on_change(edited.text)
            self._windows.changed()
        self.reveal()
