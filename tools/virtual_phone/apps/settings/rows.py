"""The rows that settings pages are made of, bound to the phone's settings database."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Card,
    Column,
    Dialog,
    Gap,
    Handler,
    Icon,
    ListItem,
    Overlay,
    Page,
    RadioRow,
    Row,
    Scroll,
    SwitchRow,
    Text,
    TopBar,
    Widget,
)

Setting = tuple[str, str]
"""Namespace and key of a setting."""


@dataclass(frozen=True)
class Choice:
    """A setting with a few values: shown as a row, chosen in a dialog.

    `options` are (value, English label) pairs; `default` is the value of a new phone, else the
    first one.
    """

    title: str
    setting: Setting
    options: Sequence[tuple[str, str]]
    icon: str = ""
    default: str = ""


def page(
    ctx: Context, title: str, parts: Sequence[Widget], *, overlay: Overlay | None = None
) -> Page:
    """A settings page of groups one below the other."""
    return Page(
        Scroll(Column([*parts, Gap(16)], gap=16, padding=(16, 4)), key="settings"),
        top=TopBar(ctx.t(title), on_back=ctx.pop),
        overlay=overlay,
    )


def group(rows: Sequence[Widget], title: str = "") -> Widget:
    """Rows on one rounded surface, under a heading if there is one."""
    card = Card(Column(rows), padding=(0, 4))
    if not title:
        return card
    heading = Text(title, style="label", color="primary", weight="medium")
    return Column([Row([heading], padding=(16, 4)), card], gap=4)


def note(text: str) -> Widget:
    """A line of explanation under a group."""
    return Row(
        [Text(text, style="small", color="on_surface_variant")], padding=(16, 0), align="start"
    )


def is_on(ctx: Context, setting: Setting, default: str = "0") -> bool:
    """Whether a switch-like setting is on."""
    return ctx.settings.get(*setting, default) not in ("0", "")


def switch(
    ctx: Context,
    title: str,
    setting: Setting,
    *,
    subtitle: str = "",
    icon: str = "",
    default: str = "0",
) -> SwitchRow:
    """A switch that writes "1" and "0". Texts are English and are translated here."""
    return SwitchRow(
        ctx.t(title),
        is_on(ctx, setting, default),
        lambda on: ctx.settings.put(*setting, "1" if on else "0"),
        subtitle=ctx.t(subtitle),
        icon=icon,
        key=setting[1],
    )


def link(ctx: Context, title: str, screen: str, *, subtitle: str = "", icon: str = "") -> ListItem:
    """A row that leads to another page; `subtitle` is taken as it is."""
    return ListItem(
        ctx.t(title),
        subtitle=subtitle,
        leading=Icon(icon) if icon else None,
        on_tap=partial(ctx.push, screen),
        key=screen.lower(),
    )


def fact(ctx: Context, title: str, value: str, on_tap: Handler | None = None) -> ListItem:
    """A row that tells something; `value` is taken as it is."""
    return ListItem(ctx.t(title), subtitle=value, on_tap=on_tap)


def choice_row(ctx: Context, choice: Choice) -> ListItem:
    """The row of a choice with its present value below."""
    return ListItem(
        ctx.t(choice.title),
        subtitle=ctx.t(chosen_label(ctx, choice)),
        leading=Icon(choice.icon) if choice.icon else None,
        on_tap=lambda: ctx.state.update(open=choice.setting[1]),
        key=choice.setting[1],
    )


def chosen_label(ctx: Context, choice: Choice) -> str:
    """The English label of a choice's present value."""
    labels = dict(choice.options)
    default = choice.default or choice.options[0][0]
    return labels.get(ctx.settings.get(*choice.setting, default), labels[default])


def choice_dialog(ctx: Context, choices: Sequence[Choice]) -> Dialog | None:
    """The dialog of the choice that is open, if any."""
    for choice in choices:
        if ctx.state.get("open") == choice.setting[1]:
            return _dialog(ctx, choice)
    return None


def close(ctx: Context) -> None:
    """Close whatever dialog is open."""
    ctx.focus(None)
    ctx.state.pop("open", None)


def confirm(
    ctx: Context,
    title: str,
    body: Widget,
    action: str,
    on_confirm: Handler,
    *,
    enabled: bool = True,
) -> Dialog:
    """A dialog with Cancel and one action, which closes it too. `title` is taken as it is."""

    def act() -> None:
        close(ctx)
        on_confirm()

    return Dialog(
        title,
        body,
        [
            Button(ctx.t("Cancel"), partial(close, ctx), kind="text"),
            Button(ctx.t(action), act, kind="text", enabled=enabled),
        ],
        on_dismiss=partial(close, ctx),
    )


def _dialog(ctx: Context, choice: Choice) -> Dialog:
    chosen = chosen_label(ctx, choice)

    def pick(value: str) -> None:
        ctx.settings.put(*choice.setting, value)
        close(ctx)

    rows = [
        RadioRow(ctx.t(label), label == chosen, partial(pick, value))
        for value, label in choice.options
    ]
    cancel = Button(ctx.t("Cancel"), partial(close, ctx), kind="text")
    return Dialog(ctx.t(choice.title), Column(rows), [cancel], on_dismiss=partial(close, ctx))
