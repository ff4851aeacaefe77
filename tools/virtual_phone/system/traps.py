"""Dialogs that the system puts over an app when the scenario says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.virtual_phone.system.translation import translate
from tools.virtual_phone.ui.widgets import (
    Button,
    Column,
    Dialog,
    Expand,
    Gap,
    IconButton,
    Picture,
    Row,
    Text,
    Widget,
)

PERMISSION_PACKAGE = "com.android.permissioncontroller"
PERMISSION_SCREEN = ".permission.ui.GrantPermissionsActivity"
INPUTS_PER_SESSION = 8
"""After this many inputs an app asks whether to go on, in the scenario `session_timeout`."""

Answer = Callable[[str], None]
"""Takes what the user chose; a trap's dialog goes away whatever it was."""


@dataclass(frozen=True)
class TrapTexts:
    """What a trap's dialog is made from: the app's label and the phone's language."""

    label: str
    what: str
    locale: str

    def t(self, text: str, **values: Any) -> str:  # noqa: ANN401 - goes to str.format
        """A system text in the phone's language."""
        return translate(None, text, self.locale).format(**values)


def trap_dialog(kind: str, texts: TrapTexts, answer: Answer) -> Dialog:
    """The dialog of a trap.

    Raises:
        KeyError: If there is no such trap.
    """
    makers = {
        "permission": _permission,
        "popup": _popup,
        "session_timeout": _session,
    }
    return makers[kind](texts, answer)


def _permission(texts: TrapTexts, answer: Answer) -> Dialog:
    question = texts.t("Allow {app} to {what}?", app=texts.label, what=texts.t(texts.what))
    buttons: Sequence[Widget] = [
        _choice(texts.t("Allow"), lambda: answer("granted"), "permission_allow_button"),
        _choice(
            texts.t("While using the app"),
            lambda: answer("granted"),
            "permission_allow_foreground_only_button",
        ),
        _choice(texts.t("Don't allow"), lambda: answer("denied"), "permission_deny_button"),
    ]
    body = Column([Gap(4), *buttons], gap=8)
    icon = "map-marker" if "location" in texts.what else "bell"
    return Dialog(question, body, (), on_dismiss=lambda: answer("denied"), icon=icon)


def _choice(text: str, on_tap: Callable[[], None], key: str) -> Button:
    return Button(text, on_tap, kind="tonal", key=key, expand=True)


def _popup(texts: TrapTexts, answer: Answer) -> Dialog:
    offer = "New here? Members save up to 40% this week. Offer ends soon."
    close = IconButton(
        "close", texts.t("Close"), lambda: answer("closed"), key="popup_close_button"
    )
    title = Text(texts.t("Limited-time offer"), style="headline")
    body = Column(
        [
            Row([Expand(title), close]),
            Gap(8),
            Picture("gift", color="tertiary_container", height=140),
            Gap(12),
            Text(texts.t(offer), color="on_surface_variant"),
        ]
    )
    actions = [
        Button(texts.t("No thanks"), lambda: answer("closed"), kind="text", key="popup_dismiss"),
        Button(texts.t("Get the offer"), lambda: answer("taken"), key="popup_accept"),
    ]
    return Dialog("", body, actions, on_dismiss=lambda: answer("closed"))


def _session(texts: TrapTexts, answer: Answer) -> Dialog:
    inactive = "You have been inactive for a while. Continue where you left off?"
    body = Text(texts.t(inactive), color="on_surface_variant")
    go_on = Button(texts.t("Continue"), lambda: answer("continued"), key="session_continue")
    return Dialog(texts.t("Session expired"), body, [go_on], icon="clock-outline")
