"""Intents: reading them from arguments, writing them as Android does, finding who answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.virtual_phone.shell.commands.android_arguments import Arguments, JavaError
from tools.virtual_phone.shell.phone_port import PhonePort

MAIN = "android.intent.action.MAIN"
LAUNCHER = "android.intent.category.LAUNCHER"
HOME = "android.intent.category.HOME"
LAUNCHER_PACKAGE = "com.android.launcher3"

_EXTRA_TYPES = {
    **dict.fromkeys(("-e", "--es", "--eu", "--ecn"), str),
    **dict.fromkeys(("--ei", "--el"), int),
    **dict.fromkeys(("--ef", "--ed"), float),
}
_ARRAY_EXTRAS = {"--eia", "--eial", "--ela", "--elal", "--efa", "--efal", "--esa", "--esal"}
_FLAG_OPTION = re.compile("--(activity|grant|receiver|include|exclude|debug|selector)[a-z-]*")
# Actions of Android that an app of this phone answers: package and screen, empty for its first.
_SETTINGS = "com.android.settings"
_ACTIONS: Mapping[str, tuple[str, str]] = {
    "android.settings.SETTINGS": (_SETTINGS, ""),
    "android.settings.WIFI_SETTINGS": (_SETTINGS, "Wifi"),
    "android.settings.WIRELESS_SETTINGS": (_SETTINGS, "Network"),
    "android.settings.AIRPLANE_MODE_SETTINGS": (_SETTINGS, "Network"),
    "android.settings.BLUETOOTH_SETTINGS": (_SETTINGS, "Bluetooth"),
    "android.settings.DISPLAY_SETTINGS": (_SETTINGS, "Display"),
    "android.settings.SOUND_SETTINGS": (_SETTINGS, "Sound"),
    "android.settings.APPLICATION_SETTINGS": (_SETTINGS, "Apps"),
    "android.settings.DEVICE_INFO_SETTINGS": (_SETTINGS, "About"),
    "android.intent.action.SHOW_ALARMS": ("com.android.deskclock", ""),
}
_CATEGORIES: Mapping[str, str] = {
    "android.intent.category.APP_CONTACTS": "com.android.contacts",
    "android.intent.category.APP_MESSAGING": "com.android.messaging",
    "android.intent.category.APP_FILES": "com.android.documentsui",
    HOME: LAUNCHER_PACKAGE,
}


@dataclass(frozen=True, slots=True)
class Component:
    """An activity: package and screen name (`com.android.settings`, `Wifi`)."""

    package: str
    screen: str

    @property
    def short(self) -> str:
        """As `package/.Screen`."""
        return f"{self.package}/.{self.screen}"

    @property
    def full(self) -> str:
        """As `package/package.Screen`."""
        return f"{self.package}/{self.package}.{self.screen}"


@dataclass(slots=True)
class Intent:
    """What someone wants started or told."""

    action: str = ""
    data: str = ""
    kind: str = ""
    package: str = ""
    component: str = ""
    """As typed, `package/.Class` or `package/full.Class`."""
    categories: list[str] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Write it as Android's `Intent.toString` does (the data without path and query)."""
        parts = []
        if self.action:
            parts.append(f"act={self.action}")
        if self.categories:
            parts.append(f"cat=[{','.join(self.categories)}]")
        if self.data:
            parts.append(f"dat={_safe_data(self.data)}")
        if self.kind:
            parts.append(f"typ={self.kind}")
        if self.package:
            parts.append(f"pkg={self.package}")
        if self.component:
            parts.append(f"cmp={self._component_text()}")
        if self.extras:
            parts.append("(has extras)")
        return "Intent { " + " ".join(parts) + " }"

    def named(self) -> tuple[str, str]:
        """The component's package and full class name, empty where none is named."""
        package, _, name = self.component.partition("/")
        return package, f"{package}{name}" if name.startswith(".") else name

    def _component_text(self) -> str:
        package, name = self.named()
        short = name.removeprefix(package) if name.startswith(f"{package}.") else name
        return f"{package}/{short}"


def parse_intent(arguments: Arguments, option: Callable[[str, Arguments], bool]) -> Intent:
    """Read an intent from the rest of the arguments.

    Args:
        arguments: Options, then at most one of a URI, a component or a package.
        option: Takes an option that is not the intent's own; False if it does not know it.

    Raises:
        JavaError: An option is unknown, or nothing was given.
    """
    intent = Intent()
    given = False
    while (word := arguments.option()) is not None:
        if not option(word, arguments):
            _take(intent, word, arguments)
            given = True
    target = arguments.next()
    if target is None and not given:
        raise JavaError("IllegalArgumentException", "No intent supplied")
    if target is not None:
        _aim(intent, target)
    return intent


def _take(intent: Intent, word: str, arguments: Arguments) -> None:
    if word == "-a":
        intent.action = arguments.required()
    elif word == "-d":
        intent.data = arguments.required()
    elif word == "-t":
        intent.kind = arguments.required()
    elif word == "-c":
        intent.categories.append(arguments.required())
    elif word == "-p":
        intent.package = arguments.required()
    elif word == "-n":
        intent.component = _checked_component(arguments.required())
    elif word in {"-f", "-i"}:
        arguments.required()
    elif not _FLAG_OPTION.fullmatch(word):
        _take_extra(intent, word, arguments)


def _take_extra(intent: Intent, word: str, arguments: Arguments) -> None:
    if word == "--esn":
        intent.extras[arguments.required()] = None
    elif word == "--ez":
        key, value = arguments.required(), arguments.required().lower()
        if value not in {"true", "t", "false", "f", "0", "1"}:
            raise JavaError("IllegalArgumentException", f"Invalid boolean value: {value}")
        intent.extras[key] = value in {"true", "t", "1"}
    elif word in _ARRAY_EXTRAS:
        key = arguments.required()
        intent.extras[key] = arguments.required().split(",")
    elif word in _EXTRA_TYPES:
        key = arguments.required()
        # Clients send `--es msg ` for an empty text: the quotes got lost on the way here.
        value = arguments.next() or ""
        try:
            intent.extras[key] = _EXTRA_TYPES[word](value)
        except ValueError:
            message = f'For input string: "{value}"'
            raise JavaError("NumberFormatException", message) from None
    else:
        raise JavaError("IllegalArgumentException", f"Unknown option: {word}")


def _aim(intent: Intent, target: str) -> None:
    if ":" in target:
        intent.data = intent.data or target
        intent.action = intent.action or "android.intent.action.VIEW"
        return
    if "/" in target:
        intent.component = intent.component or _checked_component(target)
    else:
        intent.package = intent.package or target
    if not intent.action:
        intent.action = MAIN
        intent.categories.append(LAUNCHER)


def _checked_component(text: str) -> str:
    package, slash, name = text.partition("/")
    if not (package and slash and name):
        raise JavaError("IllegalArgumentException", f"Bad component name: {text}")
    return text


def _safe_data(data: str) -> str:
    scheme, colon, rest = data.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{colon}{host}/..." if colon and slash and path else data


def resolve(phone: PhonePort, intent: Intent) -> list[Component]:
    """Find the activities that answer an intent, the best first; empty if none does."""
    if intent.component:
        package, name = intent.named()
        app = phone.apps.get(package)
        screen = name.removeprefix(f"{package}.")
        if app is None or screen not in app.screens:
            return []
        return [Component(package, screen)]
    found = _by_filter(phone, intent)
    return [one for one in found if intent.package in {"", one.package}]


def _by_filter(phone: PhonePort, intent: Intent) -> list[Component]:
    if intent.action in _ACTIONS:
        package, screen = _ACTIONS[intent.action]
        app = phone.apps.get(package)
        if app is None or (screen and screen not in app.screens):
            return []
        return [Component(package, screen or app.home)]
    if intent.action not in {"", MAIN} or intent.data:
        return []
    for category in intent.categories:
        if category in _CATEGORIES:
            app = phone.apps.get(_CATEGORIES[category])
            return [Component(app.package, app.home)] if app is not None else []
    launched = set(intent.categories) <= {LAUNCHER, "android.intent.category.DEFAULT"}
    if not launched or not (intent.package or intent.categories):
        return []
    apps = [app for app in phone.apps.values() if app.in_launcher or app.package == intent.package]
    return [Component(app.package, app.home) for app in sorted(apps, key=lambda one: one.package)]
