"""Android's settings: three namespaces of strings, and what follows from a change."""

from collections.abc import Callable, Mapping
from typing import Any

from tools.virtual_phone.system.scenario import Scenario

NAMESPACES = ("system", "secure", "global")

_DEFAULTS: dict[str, dict[str, str]] = {
    "system": {
        "accelerometer_rotation": "0",
        "font_scale": "1.0",
        "screen_brightness": "128",
        "screen_brightness_mode": "0",
        "screen_off_timeout": "600000",
        "sound_effects_enabled": "1",
        "system_locales": "en-US",
        "time_12_24": "24",
        "user_rotation": "0",
    },
    "secure": {
        "accessibility_enabled": "0",
        "android_id": "5a9d3e1f00c0ffee",
        "default_input_method": "com.android.inputmethod.latin/.LatinIME",
        "enabled_accessibility_services": "",
        "enabled_input_methods": "com.android.inputmethod.latin/.LatinIME"
        ":com.android.adbkeyboard/.AdbIME",
        "location_mode": "3",
        "ui_night_mode": "1",
    },
    "global": {
        "adb_enabled": "1",
        "airplane_mode_on": "0",
        "animator_duration_scale": "0",
        "bluetooth_on": "1",
        "device_name": "Virtual Phone",
        "development_settings_enabled": "1",
        "transition_animation_scale": "0",
        "wifi_on": "1",
        "window_animation_scale": "0",
    },
}
_RADIOS = ("wifi_on", "bluetooth_on")


class UnknownNamespaceError(KeyError):
    """A settings namespace other than system, secure and global was named."""


class Settings:
    """The settings database of the phone; every value is a string, as on Android.

    Args:
        on_change: Called after each change with namespace, key and new value.
    """

    def __init__(self, on_change: Callable[[str, str, str], None] | None = None) -> None:
        self._on_change = on_change
        self._values: dict[str, dict[str, str]] = {name: {} for name in NAMESPACES}
        self._radios_before_airplane: dict[str, str] = {}
        self.reset(Scenario())

    def get(self, namespace: str, key: str, default: str = "") -> str:
        """The value of a key, or `default` where it was never set.

        Raises:
            UnknownNamespaceError: If the namespace does not exist.
        """
        return self._namespace(namespace).get(key, default)

    def on(self, namespace: str, key: str) -> bool:
        """Whether a switch-like setting is "1"."""
        return self.get(namespace, key) == "1"

    def put(self, namespace: str, key: str, value: str) -> None:
        """Set a key and carry out what follows (airplane mode turns the radios off).

        Raises:
            UnknownNamespaceError: If the namespace does not exist.
        """
        before = self.get(namespace, key)
        self._namespace(namespace)[key] = value
        if (namespace, key) == ("global", "airplane_mode_on") and before != value:
            self._switch_airplane(on=value == "1")
        if self._on_change is not None:
            self._on_change(namespace, key, value)

    def delete(self, namespace: str, key: str) -> bool:
        """Forget a key; whether it was there."""
        there = self._namespace(namespace).pop(key, None) is not None
        if there and self._on_change is not None:
            self._on_change(namespace, key, "")
        return there

    def list(self, namespace: str) -> Mapping[str, str]:
        """All keys and values of a namespace, sorted by key."""
        return dict(sorted(self._namespace(namespace).items()))

    @property
    def dark(self) -> bool:
        """Whether the dark theme is on."""
        return self.get("secure", "ui_night_mode") == "2"

    @property
    def locale(self) -> str:
        """The language of the phone: `zh` for any Chinese locale, else `en`."""
        return "zh" if self.get("system", "system_locales").lower().startswith("zh") else "en"

    @property
    def font_scale(self) -> float:
        """The text size factor, between 0.5 and 2.0; 1.0 where the stored text is no number."""
        try:
            scale = float(self.get("system", "font_scale", "1.0"))
        except ValueError:
            return 1.0
        return min(max(scale, 0.5), 2.0)

    @property
    def rotation(self) -> int:
        """Quarter turns, 0 to 3; with auto-rotation on the phone is held upright."""
        turned = self.get("system", "user_rotation")
        upright = self.on("system", "accelerometer_rotation") or turned not in ("1", "2", "3")
        return 0 if upright else int(turned)

    def reset(self, scenario: Scenario) -> None:
        """Back to the factory values of a scenario; `on_change` is not called."""
        self._values = {name: dict(values) for name, values in _DEFAULTS.items()}
        self._radios_before_airplane = {}
        if scenario.has("dark"):
            self._values["secure"]["ui_night_mode"] = "2"
        if scenario.has("large_font"):
            self._values["system"]["font_scale"] = "1.3"
        if scenario.has("zh"):
            self._values["system"]["system_locales"] = "zh-CN"
        if scenario.has("landscape"):
            self._values["system"]["user_rotation"] = "1"

    def dump(self) -> dict[str, Any]:
        """Everything as JSON-able data, for `load`."""
        return {
            "values": {name: dict(values) for name, values in self._values.items()},
            "radios": dict(self._radios_before_airplane),
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Take over what `dump` gave; `on_change` is not called."""
        self._values = {name: dict(data["values"][name]) for name in NAMESPACES}
        self._radios_before_airplane = dict(data["radios"])

    def _namespace(self, namespace: str) -> dict[str, str]:
        if namespace not in self._values:
            raise UnknownNamespaceError(namespace)
        return self._values[namespace]

    def _switch_airplane(self, *, on: bool) -> None:
        values = self._values["global"]
        if on:
            self._radios_before_airplane = {radio: values.get(radio, "0") for radio in _RADIOS}
            values.update(dict.fromkeys(_RADIOS, "0"))
            return
        for radio, before in self._radios_before_airplane.items():
            if before == "1":
                values[radio] = "1"
        self._radios_before_airplane = {}
