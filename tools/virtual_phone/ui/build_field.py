"""Text fields and picker fields out of primitives: filled boxes with a label and a line below."""

from __future__ import annotations

from dataclasses import replace

from tools.virtual_phone.ui.build_button import FAINT, TOUCH
from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.primitives import PILL, Act, EditText, FieldSpec, Sem, Surface
from tools.virtual_phone.ui.strings import say
from tools.virtual_phone.ui.widget_controls import IconButton, PickerField, TextField
from tools.virtual_phone.ui.widget_layout import Column, Expand, Icon, Row, Text, Widget

_DOT = "•"


def field_text(widget: TextField, context: Context) -> str:
    """The text that a field shows (not hidden, for a password)."""
    if widget.controlled is not None:
        return widget.controlled
    return context.view.texts.get(widget.key, widget.value)


def text_field(widget: TextField, context: Context) -> Widget:
    """A field, its label above the text once there is any, and the lines below it."""
    focused = widget.enabled and context.view.focus == widget.key
    text = field_text(widget, context)
    shown = _DOT * len(text) if widget.kind == "password" else text
    caret = None
    if focused:
        caret = max(0, min(len(text), context.view.cursors.get(widget.key, len(text))))
    sem = Sem(
        "EditText",
        text=shown,
        hint=widget.label or widget.hint,
        key=widget.key,
        enabled=widget.enabled,
        focused=focused,
        password=widget.kind == "password",
    )
    spec = FieldSpec(widget.key, widget.kind, text, widget.on_change, widget.on_submit)
    act = Act(field=spec, enabled=widget.enabled)
    multiline = widget.kind == "multiline"
    raised = focused or bool(text) or not widget.label
    edit = EditText(
        shown,
        placeholder=widget.hint if raised else widget.label,
        caret=caret,
        multiline=multiline,
        min_lines=max(1, widget.min_lines),
        color="on_surface" if widget.enabled else FAINT,
    )
    if widget.kind == "search":
        return _search_field(widget, edit, act, sem, context)
    color = "error" if widget.error else ("primary" if focused else "on_surface_variant")
    parts: list[Widget] = [edit]
    if widget.label and raised:
        parts.insert(0, Text(widget.label, style="caption", color=color, max_lines=1))
    row: list[Widget] = [Expand(Column(parts))]
    if widget.leading_icon:
        row.insert(0, Icon(widget.leading_icon))
    if widget.on_clear is not None and text:
        row.append(_clear_button(widget, context))
    box = _box(
        Row(row, gap=12, align="start" if multiline else "center"), act, sem, color, focused=focused
    )
    return _with_note(box, widget.error, widget.supporting)


def picker_field(widget: PickerField, _context: Context) -> Widget:
    """A label over a value, with an arrow down."""
    color = "error" if widget.error else "on_surface_variant"
    shown = widget.value or widget.placeholder
    texts: list[Widget] = [Text(widget.label, style="caption", color=color, max_lines=1)]
    faint = "on_surface" if widget.value else "on_surface_variant"
    texts.append(Text(shown, color=faint, max_lines=2))
    # The arrow gives its room to the value when an icon tells already what opens.
    symbol = Icon(widget.icon or "menu-down")
    value = Expand(Column(texts))
    row = (symbol, value) if widget.icon else (value, symbol)
    sem = Sem("ViewGroup", key=widget.key, leaf=False)
    box = _box(Row(row, gap=12), Act(tap=widget.on_tap), sem, color, focused=False)
    return _with_note(box, widget.error, "")


def _box(content: Widget, act: Act, sem: Sem, color: str, *, focused: bool) -> Widget:
    line = Surface(fill=color, height=2 if focused else 1)
    body = Surface(content, padding=(16, 8, 12, 8 if focused else 9), min_height=54, y="center")
    return Surface(
        Column((body, line)),
        fill="surface_container_highest",
        radius=4,
        top_only=True,
        act=act,
        sem=sem,
    )


def _with_note(box: Widget, error: str, supporting: str) -> Widget:
    note = error or supporting
    if not note:
        return box
    color = "error" if error else "on_surface_variant"
    text = Text(note, style="caption", color=color)
    return Column((box, Surface(text, padding=(16, 4, 16, 0))))


def _search_field(
    widget: TextField, edit: EditText, act: Act, sem: Sem, context: Context
) -> Widget:
    row: list[Widget] = [Icon(widget.leading_icon or "magnify"), Expand(edit)]
    if widget.on_clear is not None and edit.text:
        row.append(_clear_button(widget, context))
        sem = replace(sem, leaf=False)  # so that the button is in the tree
    return Surface(
        Row(row, gap=12),
        fill="surface_container_high",
        radius=PILL,
        padding=(16, 0, 8, 0),
        min_height=TOUCH,
        y="center",
        act=act,
        sem=sem,
    )


def _clear_button(widget: TextField, context: Context) -> Widget:
    clear = widget.on_clear
    assert clear is not None  # noqa: S101  (asked by the callers)
    return IconButton("close", say("Clear text", context.metrics.locale), clear)
