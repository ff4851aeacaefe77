"""What an Android phone tells of itself, read in one round trip when connecting."""

import re
from dataclasses import dataclass

from tools.devices.adb_socket import AdbLink
from tools.devices.android_text import ADB_KEYBOARD, CLIPBOARD_APP, TextWays
from tools.errors import DeviceError
from tools.geometry import Size

_QUESTIONS = {
    "model": "getprop ro.product.model",
    "release": "getprop ro.build.version.release",
    "qemu": "getprop ro.kernel.qemu; getprop ro.boot.qemu",
    "characteristics": "getprop ro.build.characteristics",
    "locale": "getprop persist.sys.locale; getprop ro.product.locale",
    "size": "wm size",
    "density": "wm density",
    "animations": (
        "settings get global window_animation_scale; "
        "settings get global transition_animation_scale; "
        "settings get global animator_duration_scale"
    ),
    "theme": "cmd uimode night",
    "font_scale": "settings get system font_scale",
    "keyboards": "ime list -s -a",
    "enabled_keyboards": "ime list -s",
    "clipboard": f"pm path {CLIPBOARD_APP}",
}
_MARK = "@tapwright:"
_SIZE = re.compile(r"(Physical|Override) size: (\d+)x(\d+)")
_DENSITY = re.compile(r"(Physical|Override) density: (\d+)")
_DISPLAY_ID = re.compile(r"^Display (\d+) \(", re.MULTILINE)
_STANDARD_DENSITY = 160
_STILL = {"0", "0.0"}
_THEMES = {"night mode: yes": "dark", "night mode: no": "light"}
_USUAL_SCALE = 1.0


@dataclass(frozen=True)
class Properties:
    """What is known of a phone when it is connected.

    Attributes:
        model: What the maker calls it.
        release: Version of Android.
        emulated: Whether it is an emulator or the virtual phone.
        animated: Whether one of the three animation scales is not zero.
        locale: BCP 47 tag; empty if unknown.
        touch_size: What ``input`` counts in, upright: ``Override size``, else the physical one.
        density_dpi: The same for the density.
        theme: ``light`` or ``dark``; empty if it does not tell.
        font_scale: How much larger than usual letters are; 0 if it does not tell.
        text: What can enter text.
    """

    model: str
    release: str
    emulated: bool
    animated: bool
    locale: str
    touch_size: Size
    density_dpi: int
    theme: str
    font_scale: float
    text: TextWays


def read_properties(link: AdbLink, *, display: int = 0) -> Properties:
    """Ask everything at once.

    Args:
        link: The way to the phone.
        display: Number of the display whose size is asked.

    Raises:
        DeviceError: The device went away, or does not answer as Android does.
    """
    questions = dict(_QUESTIONS)
    if display:
        questions["size"] += f" -d {display}"
        questions["density"] += f" -d {display}"
    script = "; ".join(f"echo {_MARK}{name}; {ask}" for name, ask in questions.items())
    output = link.shell(script).stdout.decode("utf-8", "replace").replace("\r\n", "\n")
    answers: dict[str, list[str]] = {}
    for part in output.split(_MARK)[1:]:
        name, *lines = part.split("\n")
        answers[name] = [line.strip() for line in lines if line.strip()]
    if answers.keys() != questions.keys():
        raise DeviceError(f"The device {link.serial!r} does not answer as Android does.")
    densities = {m[1]: int(m[2]) for line in answers["density"] if (m := _DENSITY.search(line))}
    return Properties(
        model=_first(answers["model"]),
        release=_first(answers["release"]),
        emulated="1" in answers["qemu"] or "emulator" in _first(answers["characteristics"]),
        animated=not set(answers["animations"]) <= _STILL,
        locale=_first(answers["locale"]),
        touch_size=_parse_size(link, answers["size"]),
        density_dpi=densities.get("Override") or densities.get("Physical") or _STANDARD_DENSITY,
        theme=_THEMES.get(_first(answers["theme"]).lower(), ""),
        font_scale=_scale(_first(answers["font_scale"])),
        text=TextWays(
            adb_keyboard=ADB_KEYBOARD in answers["keyboards"],
            adb_keyboard_enabled=ADB_KEYBOARD in answers["enabled_keyboards"],
            clipboard=any(line.startswith("package:") for line in answers["clipboard"]),
        ),
    )


def read_touch_size(link: AdbLink, *, display: int = 0) -> Size:
    """What ``input`` counts in, upright; it can be changed while the phone is in use.

    Raises:
        DeviceError: The device went away, or does not tell.
    """
    ask = f"{_QUESTIONS['size']} -d {display}" if display else _QUESTIONS["size"]
    return _parse_size(link, link.shell(ask).text.splitlines())


def physical_displays(link: AdbLink) -> tuple[str, ...]:
    """Ids by which ``screencap -d`` knows the displays, in order.

    Raises:
        DeviceError: The device went away.
    """
    return tuple(_DISPLAY_ID.findall(link.shell("dumpsys SurfaceFlinger --display-id").text))


def _parse_size(link: AdbLink, lines: list[str]) -> Size:
    sizes = {match[1]: match for line in lines if (match := _SIZE.search(line))}
    size = sizes.get("Override") or sizes.get("Physical")
    if size is None:
        raise DeviceError(f"The device {link.serial!r} does not tell the size of its screen.")
    return Size(width=int(size[2]), height=int(size[3]))


def _first(lines: list[str]) -> str:
    return lines[0] if lines else ""


def _scale(answer: str) -> float:
    """Nobody has changed it where there is no such setting."""
    if answer == "null":
        return _USUAL_SCALE
    try:
        return max(0.0, float(answer))
    except ValueError:
        return 0.0
