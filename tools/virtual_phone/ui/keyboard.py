"""The soft keyboard: letters, two pages of symbols, a number pad; built out of primitives."""

from __future__ import annotations

from typing import NamedTuple

from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.primitives import Act, FixedText, Sem, Surface
from tools.virtual_phone.ui.strings import say
from tools.virtual_phone.ui.view import EnterLabel, Key, KeyboardState, Metrics
from tools.virtual_phone.ui.widget_layout import Column, Expand, Gap, Icon, Row, Widget

_LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SYMBOLS = ("1234567890", "@#$_&-+()/", "*\"':;!?")
_SYMBOLS2 = ("~`|•√π÷×§∆", "£¢€¥^°={}\\", "%©®™✓[]")
_NUMBERS = ("+123", "-456", ".789")
_ENTER: dict[EnterLabel, tuple[str, str]] = {
    "enter": ("keyboard-return", "Enter"),
    "search": ("magnify", "Search"),
    "done": ("check", "Done"),
    "next": ("arrow-right", "Next"),
    "send": ("send", "Send"),
    "go": ("arrow-right", "Go"),
}


class _Face(NamedTuple):
    """How a key looks: a text or an icon, its width in letter keys, and its colours."""

    key: Key
    text: str = ""
    icon: str = ""
    description: str = ""
    weight: float = 1.0
    kind: str = "plain"


# Light and dark fill, and ink, by kind of key.
_FILLS = {
    "plain": ("surface_container_lowest", "surface_container_highest", "on_surface"),
    "special": ("secondary_container", "surface_variant", "on_surface"),
    "enter": ("primary", "primary", "on_primary"),
    "lit": ("primary_container", "primary_container", "on_primary_container"),
}


def keyboard(state: KeyboardState, context: Context) -> Widget:
    """The keyboard's panel, as wide as it is offered."""
    locale = context.metrics.locale
    if state.layout == "numbers":
        rows = _number_rows(state, locale)
    elif state.layout == "letters":
        rows = _letter_rows(state, locale)
    else:
        rows = _symbol_rows(state, locale)
    high = row_height(context.metrics)
    lines = [
        Row(
            [
                Expand(_key(face, high, context), weight=face.weight)
                if face is not None
                else Expand(Gap(0), weight=0.5)
                for face in row
            ],
        )
        for row in rows
    ]
    return Surface(Column(lines), fill="surface_container", padding=(3, 6), act=Act())


def row_height(metrics: Metrics) -> float:
    """Height of one row of keys, dp."""
    return 42 if metrics.landscape else 54


def _letter_rows(state: KeyboardState, locale: str) -> list[list[_Face | None]]:
    rows: list[list[_Face | None]] = []
    for letters in _LETTERS:
        shown = letters.upper() if state.shift else letters
        rows.append([_Face(Key("text", char), text=char) for char in shown])
    rows[1] = [None, *rows[1], None]
    shift = _Face(
        Key("shift"),
        icon="apple-keyboard-shift",
        description=say("Shift", locale),
        weight=1.5,
        kind="lit" if state.shift else "special",
    )
    rows[2] = [shift, *rows[2], _backspace(locale)]
    comma, stop = ("，", "。") if state.language == "zh" else (",", ".")
    switch = _Face(
        Key("language"), icon="web", description=say("Switch language", locale), kind="special"
    )
    label = "拼音" if state.language == "zh" else "English"
    rows.append(
        [
            _layout_key("symbols", "?123", say("Symbols", locale)),
            _Face(Key("text", comma), text=comma, kind="special"),
            switch,
            _space(label, locale, 4.0),
            _Face(Key("text", stop), text=stop, kind="special"),
            _enter(state, locale, 1.5),
        ]
    )
    return rows


def _symbol_rows(state: KeyboardState, locale: str) -> list[list[_Face | None]]:
    more = state.layout == "symbols2"
    rows: list[list[_Face | None]] = [
        [_Face(Key("text", char), text=char) for char in chars]
        for chars in (_SYMBOLS2 if more else _SYMBOLS)
    ]
    other = (
        _layout_key("symbols", "?123", say("Symbols", locale))
        if more
        else _layout_key("symbols2", "=\\<", say("More symbols", locale))
    )
    rows[2] = [other, *rows[2], _backspace(locale)]
    sides = ("<", ">") if more else (",", ".")
    rows.append(
        [
            _layout_key("letters", "ABC", say("Letters", locale)),
            _Face(Key("text", sides[0]), text=sides[0], kind="special"),
            _layout_key("numbers", "1234", say("Numbers", locale), weight=1.0),
            _space("", locale, 4.0),
            _Face(Key("text", sides[1]), text=sides[1], kind="special"),
            _enter(state, locale, 1.5),
        ]
    )
    return rows


def _number_rows(state: KeyboardState, locale: str) -> list[list[_Face | None]]:
    rows: list[list[_Face | None]] = [
        [
            _Face(Key("text", row[0]), text=row[0], kind="special"),
            *(_Face(Key("text", char), text=char, weight=1.5) for char in row[1:]),
        ]
        for row in _NUMBERS
    ]
    rows[0].append(_backspace(locale, weight=1.0))
    space = _Face(
        Key("text", " "), icon="keyboard-space", description=say("Space", locale), kind="special"
    )
    rows[1].append(space)
    rows[2].append(_Face(Key("text", ","), text=",", kind="special"))
    rows.append(
        [
            _layout_key("letters", "ABC", say("Letters", locale), weight=1.0),
            *(_Face(Key("text", char), text=char, weight=1.5) for char in "*0#"),
            _enter(state, locale, 1.0),
        ]
    )
    return rows


def _backspace(locale: str, *, weight: float = 1.5) -> _Face:
    return _Face(
        Key("backspace"),
        icon="backspace-outline",
        description=say("Delete", locale),
        weight=weight,
        kind="special",
    )


def _layout_key(layout: str, text: str, description: str, *, weight: float = 1.5) -> _Face:
    return _Face(
        Key("layout", layout), text=text, description=description, weight=weight, kind="special"
    )


def _space(label: str, locale: str, weight: float) -> _Face:
    return _Face(Key("text", " "), text=label, description=say("Space", locale), weight=weight)


def _enter(state: KeyboardState, locale: str, weight: float) -> _Face:
    icon, name = _ENTER[state.enter]
    return _Face(
        Key("enter"), icon=icon, description=say(name, locale), weight=weight, kind="enter"
    )


def _key(face: _Face, height: float, context: Context) -> Widget:
    light, dark, ink = _FILLS[face.kind]
    content: Widget | None = None
    if face.icon:
        content = Icon(face.icon, size=22, color=ink)
    elif face.text:
        small = len(face.text) > 1
        color = "on_surface_variant" if face.key.value == " " else ink
        content = FixedText(face.text, size=14 if small else 22, color=color)
    cap = Surface(
        content,
        fill=dark if context.theme.dark else light,
        radius=6,
        height=height - 8,
        x="center",
        y="center",
    )
    return Surface(
        cap,
        padding=(2.5, 4),
        height=height,
        act=Act(key=face.key),
        sem=Sem("Button", text=face.text, description=face.description),
    )
