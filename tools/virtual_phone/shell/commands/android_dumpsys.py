"""`dumpsys`: what the system services tell of themselves, cut to what clients read."""

from collections.abc import Callable, Sequence

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import unimplemented
from tools.virtual_phone.shell.commands.android_ime import current_ime, enabled_imes
from tools.virtual_phone.shell.commands.android_package_dump import package_dump
from tools.virtual_phone.shell.commands.android_packages import package
from tools.virtual_phone.shell.commands.android_window_dump import (
    activities,
    activity_top,
    displays,
    window_displays,
    window_policy,
    windows,
)

_BATTERY_LEVEL = 85
"""The level that the status bar draws, in percent."""

SERVICES = {
    "activity": "android.app.IActivityManager",
    "battery": "",
    "content": "android.content.IContentService",
    "display": "android.hardware.display.IDisplayManager",
    "input": "android.hardware.input.IInputManager",
    "input_method": "com.android.internal.view.IInputMethodManager",
    "package": "android.content.pm.IPackageManager",
    "power": "android.os.IPowerManager",
    "settings": "",
    "statusbar": "com.android.internal.statusbar.IStatusBarService",
    "uimode": "android.app.IUiModeManager",
    "wifi": "android.net.wifi.IWifiManager",
    "window": "android.view.IWindowManager",
}
"""The services there are, and the interface that `service list` gives."""


@command("dumpsys")
def dumpsys(call: Call) -> int:
    """Print the state of one service."""
    words = list(call.args)
    if words[:1] == ["-l"]:
        listed = "".join(f"  {name}\n" for name in SERVICES)
        call.out(f"Currently running services:\n{listed}")
        return 0
    if words[:1] == ["-t"]:
        del words[:2]
    if not words:
        raise unimplemented(call, "dumpsys of all services", hint="name one, see `dumpsys -l`")
    name, *rest = words
    if name not in SERVICES:
        # A real phone says this and ends with 0.
        call.err(f"Can't find service: {name}\n")
        return 1
    dump = _DUMPS.get(name)
    if dump is None:
        raise unimplemented(call, f"dumpsys {name}")
    call.out(dump(call, [word for word in rest if word != "-a"]))
    return 0


def _window(call: Call, words: Sequence[str]) -> str:
    sections: dict[str, Callable[[Call], str]] = {
        "policy": window_policy,
        "displays": window_displays,
        "windows": windows,
    }
    if not words:
        return "".join(section(call) for section in sections.values())
    # `visible` and the like are narrower views of the windows; the one that shows is in all.
    name = {"d": "displays", "p": "policy", "w": "windows", "visible": "windows"}.get(
        words[0], words[0]
    )
    if name not in sections:
        raise unimplemented(call, f"dumpsys window {words[0]}")
    return sections[name](call)


def _activity(call: Call, words: Sequence[str]) -> str:
    if not words:
        return activities(call)
    if words[0] in {"activities", "a", "recents", "r"}:
        return activities(call)
    if words[0] == "top":
        return activity_top(call)
    raise unimplemented(call, f"dumpsys activity {words[0]}")


def _display(call: Call, words: Sequence[str]) -> str:
    if words:
        raise unimplemented(call, f"dumpsys display {words[0]}")
    return displays(call)


def _package(call: Call, words: Sequence[str]) -> str:
    if not words or words[0].startswith("-"):
        raise unimplemented(call, "dumpsys package without a package")
    found = package(call.phone, words[0])
    return package_dump(found) if found else f"Unable to find package: {words[0]}\n"


def _input_method(call: Call, words: Sequence[str]) -> str:
    if words:
        raise unimplemented(call, f"dumpsys input_method {words[0]}")
    phone = call.phone
    shown = str(phone.keyboard_shown).lower()
    field = phone.focused_field
    ids = "".join(
        f"  InputMethod #{number}:\n    mId={ime} mSettingsActivityName=null mIsVrOnly=false\n"
        for number, ime in enumerate(enabled_imes(phone))
    )
    return (
        "Current Input Method Manager state:\n  Input Methods: mMethodMapUpdateCount=1\n"
        f"{ids}"
        f"  mCurMethodId={current_ime(phone)}\n"
        f"  mCurId={current_ime(phone)} mHaveConnection=true mBoundToMethod=true "
        "mVisibleBound=true\n"
        f"  mShowRequested={shown} mShowExplicitlyRequested=false mShowForced=false "
        f"mInputShown={shown}\n"
        f"  mSystemReady=true mInteractive={str(phone.awake).lower()}\n"
        "Input method client state:\n"
        f"  mServedView={f'EditText[{field}]' if field else 'null'}\n"
        f"  mServedInputConnection={'RemoteInputConnectionImpl' if field else 'null'}\n"
        f"Input method service state:\n  mIsInputViewShown={shown} mDecorViewVisible={shown}\n"
    )


def _power(call: Call, words: Sequence[str]) -> str:
    del words
    awake = call.phone.awake
    on = str(awake).lower()
    return (
        "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n"
        f"  mWakefulness={'Awake' if awake else 'Asleep'}\n  mWakefulnessChanging=false\n"
        f"  mIsPowered=false\n  mPlugType=0\n  mBatteryLevel={_BATTERY_LEVEL}\n"
        f"  mStayOn=false\n  mInteractive={on}\n  mDisplayReady=true\n"
        f"  mHoldingWakeLockSuspendBlocker=false\n  mHoldingDisplaySuspendBlocker={on}\n"
        f"\nWake Locks: size=0\n\nSuspend Blockers: size=1\n"
        f"  PowerManagerService.Display: ref count={int(awake)}\n\n"
        f"Display Power: state={'ON' if awake else 'OFF'}\n"
    )


def _battery(call: Call, words: Sequence[str]) -> str:
    if words:
        raise unimplemented(call, f"dumpsys battery {words[0]}")
    return (
        "Current Battery Service state:\n  AC powered: false\n  USB powered: false\n"
        "  Wireless powered: false\n  Dock powered: false\n  Max charging current: 0\n"
        "  Max charging voltage: 0\n  Charge counter: 2550000\n  status: 3\n  health: 2\n"
        f"  present: true\n  level: {_BATTERY_LEVEL}\n  scale: 100\n  voltage: 4100\n"
        "  temperature: 250\n  technology: Li-ion\n"
    )


_DUMPS: dict[str, Callable[[Call, Sequence[str]], str]] = {
    "activity": _activity,
    "battery": _battery,
    "display": _display,
    "input_method": _input_method,
    "package": _package,
    "power": _power,
    "window": _window,
}
