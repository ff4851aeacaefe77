"""From state to what shows: page, layout, picture, accessibility tree. All cached by version."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from PIL import Image

from tools.virtual_phone.system.dates import format_time
from tools.virtual_phone.system.pixels import to_png
from tools.virtual_phone.system.stopwatch import timed
from tools.virtual_phone.system.traps import PERMISSION_PACKAGE, TrapTexts, trap_dialog
from tools.virtual_phone.system.windows import Windows
from tools.virtual_phone.ui.nodes import Node, to_xml
from tools.virtual_phone.ui.scene import FieldInfo, Scene, compose
from tools.virtual_phone.ui.theme import make_theme
from tools.virtual_phone.ui.view import (
    Chrome,
    EnterLabel,
    KeyboardLayout,
    KeyboardState,
    Metrics,
    ViewState,
)
from tools.virtual_phone.ui.widgets import Page

SOFT_KEYBOARD = "com.android.inputmethod.latin/.LatinIME"
PHYSICAL_SIZE = (1080, 2400)
DENSITY = 420
# Android keeps `wm size` and `wm density` in these forms; what is too small cannot be laid out.
_FORCED_SIZE = re.compile(r"([2-9]\d\d|[1-7]\d{3}),([2-9]\d\d|[1-7]\d{3})")
_FORCED_DENSITY = re.compile(r"7[2-9]|[89]\d|[1-9]\d\d")
_NUMERIC = ("number", "phone")
_LAYOUTS: dict[str, KeyboardLayout] = {
    "letters": "letters",
    "symbols": "symbols",
    "symbols2": "symbols2",
    "numbers": "numbers",
}


@dataclass
class _Drawn:
    """What was made of one version, as far as anybody asked."""

    scene: Scene
    package: str
    page: Page
    keyboard: bool
    image: Image.Image | None = None
    png: bytes | None = None
    node: Node | None = None
    xml: str | None = None


class Display:
    """Shows the windows. Looking at it changes nothing."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._drawn: _Drawn | None = None
        self._files_used = False
        self._seen = self._sources()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px as the phone is held."""
        settings = self._windows.settings
        forced = _FORCED_SIZE.fullmatch(settings.get("global", "display_size_forced"))
        width, height = (int(forced[1]), int(forced[2])) if forced else PHYSICAL_SIZE
        return (height, width) if settings.rotation % 2 else (width, height)

    @property
    def density(self) -> int:
        """Dots per inch; `wm density` sets another one than the panel's."""
        forced = self._windows.settings.get("secure", "display_density_forced")
        return int(forced) if _FORCED_DENSITY.fullmatch(forced) else DENSITY

    @property
    def version(self) -> int:
        """Changes whenever the picture may have changed."""
        self._notice_changes()
        return self._windows.version

    def scene(self) -> Scene:
        """What shows, laid out."""
        return self._now().scene

    def page(self) -> Page:
        """What shows, as the app described it (under a system dialog: with that dialog)."""
        return self._now().page

    @property
    def keyboard_shown(self) -> bool:
        """Whether the soft keyboard is up."""
        return self._now().keyboard

    def frame(self) -> Image.Image:
        """The picture, RGB; black while the screen is off. Do not draw on it."""
        drawn = self._now()
        if drawn.image is None:
            awake = self._windows.state.awake
            with timed("paint"):
                drawn.image = drawn.scene.image() if awake else Image.new("RGB", self.size)
        return drawn.image

    def png(self) -> bytes:
        """The picture as PNG."""
        drawn = self._now()
        if drawn.png is None:
            image = self.frame()
            with timed("encode"):
                drawn.png = to_png(image)
        return drawn.png

    def window(self) -> Node:
        """The top window's accessibility tree."""
        drawn = self._now()
        if drawn.node is None:
            drawn.node = drawn.scene.node(drawn.package)
        return drawn.node

    def xml(self) -> str:
        """The top window's accessibility tree as `uiautomator dump` writes it."""
        drawn = self._now()
        if drawn.xml is None:
            drawn.xml = to_xml(self.window(), self._windows.settings.rotation)
        return drawn.xml

    def focused(self) -> FieldInfo | None:
        """The field that takes text; None if none is focused or it is gone from the screen."""
        key = self._windows.state.top.focus
        if key is None:
            return None
        return next((field for field in self.scene().fields if field.key == key), None)

    def _now(self) -> _Drawn:
        self._notice_changes()
        if self._drawn is None:
            with timed("compose"):
                self._drawn = self._compose()
            # Whether files matter is known only now.
            self._seen = self._sources()
        return self._drawn

    def _notice_changes(self) -> None:
        sources = self._sources()
        if sources == self._seen:
            return
        if sources[0] == self._seen[0]:
            self._windows.changed()
        self._drawn = None
        self._seen = self._sources()

    def _sources(self) -> tuple[object, ...]:
        windows = self._windows
        files = windows.files_version if self._files_used else -1
        return windows.version, windows.databases.changes(), windows.clock.tick(), files

    def _compose(self) -> _Drawn:
        windows = self._windows
        task, screen = windows.state.front, windows.state.top
        context = windows.context(task, screen)
        page = windows.apps[task.package].screens[screen.name](context)
        self._files_used = context.files_used
        package = task.package
        trap = windows.trap()
        if trap is not None:
            page = self._with_trap(page, trap)
            package = PERMISSION_PACKAGE if trap[0] == "permission" else package
        view = ViewState(
            scroll=screen.scrolls,
            focus=None if trap else screen.focus,
            texts=screen.texts,
            cursors=screen.carets,
        )
        metrics, theme = self._metrics(), make_theme(dark=windows.settings.dark)
        scene = compose(page, view, self._chrome(None), theme, metrics)
        keyboard = None if trap else self._keyboard(scene)
        if keyboard is not None:
            scene = compose(page, view, self._chrome(keyboard), theme, metrics)
        return _Drawn(scene, package, page, keyboard is not None)

    def _metrics(self) -> Metrics:
        settings = self._windows.settings
        return Metrics(
            size=self.size,
            density=self.density,
            font_scale=settings.font_scale,
            locale="zh" if settings.locale == "zh" else "en",
            hours24=settings.get("system", "time_12_24") != "12",
        )

    def _with_trap(self, page: Page, trap: tuple[str, str]) -> Page:
        windows = self._windows
        app = windows.apps[trap[1]]
        texts = TrapTexts(windows.info(app).label, app.permission, windows.settings.locale)
        dialog = trap_dialog(trap[0], texts, lambda answer: windows.answer_trap(trap, answer))
        return replace(page, overlay=dialog)

    def _keyboard(self, scene: Scene) -> KeyboardState | None:
        state, settings = self._windows.state, self._windows.settings
        soft = settings.get("secure", "default_input_method") == SOFT_KEYBOARD
        if not (state.top.keyboard and soft):
            return None
        fields = scene.fields
        field = next((one for one in fields if one.key == state.top.focus), None)
        if field is None:
            return None
        layout = _LAYOUTS.get(state.keyboard_layout, "letters")
        if field.kind in _NUMERIC and layout == "letters":
            layout = "numbers"
        language: Literal["en", "zh"] = "zh" if settings.locale == "zh" else "en"
        enter = enter_label(field, last=field is fields[-1])
        return KeyboardState(layout=layout, shift=state.shift, language=language, enter=enter)

    def _chrome(self, keyboard: KeyboardState | None) -> Chrome:
        windows = self._windows
        settings, state = windows.settings, windows.state
        twelve = settings.get("system", "time_12_24") == "12"
        icons = ("alarm",) if settings.get("system", "next_alarm_formatted") else ()
        shows_toast = state.toast and windows.clock.elapsed_s < state.toast_until_s
        return Chrome(
            time_text=format_time(windows.now, settings.locale, twelve_hours=twelve),
            wifi=settings.on("global", "wifi_on"),
            airplane=settings.on("global", "airplane_mode_on"),
            bluetooth=settings.on("global", "bluetooth_on"),
            battery=85,
            notification_icons=icons,
            do_not_disturb=settings.get("global", "zen_mode", "0") != "0",
            keyboard=keyboard,
            toast=state.toast if shows_toast else None,
        )


def enter_label(field: FieldInfo, *, last: bool) -> EnterLabel:
    """What the keyboard's enter key does in a field; `last` of its window or not."""
    if field.kind == "multiline":
        return "enter"
    if field.kind == "search":
        return "search"
    if field.on_submit is not None:
        return "go"
    return "done" if last else "next"
