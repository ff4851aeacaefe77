"""What ``dumpsys`` tells of an Android screen: what is in front, and why it cannot be captured."""

import re
from datetime import datetime

from tools.devices.adb_socket import AdbLink
from tools.errors import CaptureError, SecureScreenError

# Two spellings of one question: the focus moved from one section of the dump to another.
FOCUS_COMMAND = "dumpsys window | grep -E 'mCurrentFocus|mFocusedApp'"
_DATE_FORMAT = "%Y-%m-%dT%H:%M:%S"
DATE_COMMAND = f"date +{_DATE_FORMAT}"
_COMPONENT = re.compile(r"\bu\d+ ([\w.]+)/([\w.$]+)")
_WINDOW = re.compile(r"^ *Window #\d+ Window\{\S+ u\d+ ([^}]*)\}:", re.MULTILINE)
_FLAGS = re.compile(r"\b(?:fl|flags)=([^}\n]*)")


def parse_focus(text: str) -> tuple[str, str]:
    """Package and activity in front; both empty if nothing has the focus.

    The activity is given in its short form, ``.Search``, where it lies in the package.
    """
    found: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        name = "focus" if "mCurrentFocus" in line else "app"
        if name not in found and (match := _COMPONENT.search(line)):
            package, activity = match.groups()
            found[name] = package, activity.removeprefix(package)
    return found.get("focus") or found.get("app") or ("", "")


def parse_date(text: str) -> datetime | None:
    """The device's wall clock, as ``DATE_COMMAND`` prints it; ``None`` if it is not that."""
    try:
        return datetime.strptime(text.strip(), _DATE_FORMAT)
    except ValueError:
        return None


def secure_windows(dump: str) -> tuple[str, ...]:
    """Titles of the windows that forbid screenshots, from ``dumpsys window windows``."""
    _, *parts = _WINDOW.split(dump)
    return tuple(
        title
        for title, told in zip(parts[::2], parts[1::2], strict=True)
        if any("SECURE" in flags.split() for flags in _FLAGS.findall(told))
        and "isVisible=false" not in told
        and "isOnScreen=false" not in told
    )


def why_no_picture(link: AdbLink) -> CaptureError | None:
    """Ask the phone why it gives no picture; ``None`` if it does not know of a reason.

    Raises:
        DeviceError: The device went away.
    """
    tried = link.shell(
        "dumpsys power | grep mWakefulness=; dumpsys window windows; screencap -p >/dev/null"
    )
    dump = tried.stdout.decode("utf-8", "replace")
    if "mWakefulness=Asleep" in dump or "mWakefulness=Dozing" in dump:
        return CaptureError("The screen is off. Wake the phone up and unlock it.")
    if titles := secure_windows(dump):
        return SecureScreenError(f"The app forbids screenshots of this screen: {titles[0]}.")
    if b"Status: -1" in tried.stderr:
        return SecureScreenError("Android refuses screenshots of this screen.")
    return None
