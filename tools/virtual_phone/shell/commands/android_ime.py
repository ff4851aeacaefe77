"""Keyboards: `ime`, and the broadcasts that the ADB keyboard listens to."""

import binascii
import logging
from base64 import b64decode
from collections.abc import Sequence

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import (
    FAILED,
    Arguments,
    JavaError,
    parse_user,
    run_action,
)
from tools.virtual_phone.shell.commands.android_intent import Intent
from tools.virtual_phone.shell.commands.android_keys import LAST_KEY
from tools.virtual_phone.shell.commands.android_packages import (
    ADB_KEYBOARD,
    LATIN_KEYBOARD,
    package,
)
from tools.virtual_phone.shell.phone_port import PhonePort

LATIN_IME = f"{LATIN_KEYBOARD}/.LatinIME"
ADB_IME = f"{ADB_KEYBOARD}/.AdbIME"
_IMES = {LATIN_IME: "Android Keyboard (AOSP)", ADB_IME: "ADB Keyboard"}
_ENABLED = ("secure", "enabled_input_methods")
_CURRENT = ("secure", "default_input_method")
_LOG = logging.getLogger(__name__)
_USAGE = "ime <command>:\n  list [-a] [-s]\n  enable ID\n  disable ID\n  set ID\n  reset\n"


def current_ime(phone: PhonePort) -> str:
    """Give the id of the keyboard in use."""
    return str(phone.settings.get(*_CURRENT, LATIN_IME))


def installed_imes(phone: PhonePort) -> list[str]:
    """Give the ids of all keyboards there are."""
    return [ime for ime in _IMES if package(phone, ime.partition("/")[0]) is not None]


def enabled_imes(phone: PhonePort) -> list[str]:
    """Give the ids of the keyboards that may be chosen."""
    enabled = str(phone.settings.get(*_ENABLED, LATIN_IME)).split(":")
    return [ime for ime in installed_imes(phone) if ime in enabled]


@command("ime")
def ime_command(call: Call) -> int:
    """Run `ime` as typed in a shell."""
    return run_ime(call, call.args)


def run_ime(call: Call, words: Sequence[str]) -> int:
    """Run `ime` with `words`, also for `cmd input_method`."""
    return run_action(call, words, "ime", _USAGE, _ACTIONS)


def _list(call: Call, arguments: Arguments) -> int:
    flags: set[str] = set()
    while (option := arguments.option()) is not None:
        if option == "--user":
            parse_user(arguments.required())
        elif option in {"-a", "-s", "-as", "-sa"}:
            flags.update(option[1:])
        else:
            raise JavaError("IllegalArgumentException", f"Unknown option: {option}")
    for ime in installed_imes(call.phone) if "a" in flags else enabled_imes(call.phone):
        call.out(f"{ime}\n" if "s" in flags else _description(ime))
    return 0


def _description(ime: str) -> str:
    name, _, short = ime.partition("/")
    return (
        f"{ime}:\n  mId={ime} mSettingsActivityName=null mIsVrOnly=false "
        "mSupportsSwitchingToNextInputMethod=false\n  mIsDefaultResId=0x0\n  Service:\n"
        "    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false\n"
        f"    ServiceInfo:\n      name={name}{short}\n      packageName={name}\n"
        f"      labelRes=0x0 nonLocalizedLabel={_IMES[ime]} icon=0x0 banner=0x0\n"
        f"      enabled=true exported=true directBootAware=true\n      processName={name}\n"
        "      permission=android.permission.BIND_INPUT_METHOD\n      flags=0x0\n"
    )


def _enable(call: Call, arguments: Arguments) -> int:
    ime = _ime_of(arguments)
    if ime not in installed_imes(call.phone):
        return _unknown(call, ime, "enabled")
    before = enabled_imes(call.phone)
    if ime not in before:
        call.phone.settings.put(*_ENABLED, ":".join([*before, ime]))
    state = "already enabled" if ime in before else "now enabled"
    call.out(f"Input method {ime}: {state} for user #0\n")
    return 0


def _disable(call: Call, arguments: Arguments) -> int:
    ime = _ime_of(arguments)
    before = enabled_imes(call.phone)
    if ime not in before:
        if ime not in installed_imes(call.phone):
            return _unknown(call, ime, "disabled")
        call.out(f"Input method {ime}: already disabled for user #0\n")
        return 0
    left = [one for one in before if one != ime]
    call.phone.settings.put(*_ENABLED, ":".join(left))
    if current_ime(call.phone) == ime:
        call.phone.settings.put(*_CURRENT, left[0] if left else LATIN_IME)
    call.out(f"Input method {ime}: now disabled for user #0\n")
    return 0


def _set(call: Call, arguments: Arguments) -> int:
    ime = _ime_of(arguments)
    if ime not in enabled_imes(call.phone):
        return _unknown(call, ime, "selected")
    call.phone.settings.put(*_CURRENT, ime)
    call.out(f"Input method {ime} selected for user #0\n")
    return 0


def _reset(call: Call, arguments: Arguments) -> int:
    del arguments
    call.phone.settings.put(*_ENABLED, LATIN_IME)
    call.phone.settings.put(*_CURRENT, LATIN_IME)
    call.out(f"Reset current and enabled IMEs for user #0\nNewly selected IME: {LATIN_IME}\n")
    call.out(f"Newly enabled IMEs:\n  {LATIN_IME}\n")
    return 0


def _ime_of(arguments: Arguments) -> str:
    while (option := arguments.option()) is not None:
        if option != "--user":
            raise JavaError("IllegalArgumentException", f"Unknown option: {option}")
        parse_user(arguments.required())
    return arguments.required()


def _unknown(call: Call, ime: str, done: str) -> int:
    call.err(f"Unknown input method {ime} cannot be {done} for user #0\n")
    return FAILED


_ACTIONS = {"list": _list, "enable": _enable, "disable": _disable, "set": _set, "reset": _reset}


def deliver(call: Call, intent: Intent) -> None:
    """Give a broadcast to the ADB keyboard, if it is the keyboard in use.

    Android tells the sender nothing of a broadcast that nobody took, so neither does this; the
    log does.
    """
    handler = _RECEIVERS.get(intent.action)
    if handler is None:
        _LOG.info("broadcast %s: nobody listens", intent.action)
    elif current_ime(call.phone) != ADB_IME or ADB_IME not in enabled_imes(call.phone):
        _LOG.warning("broadcast %s: the ADB keyboard is not the one in use", intent.action)
    else:
        handler(call.phone, intent)


def _input_text(phone: PhonePort, intent: Intent) -> None:
    phone.ime_commit(str(intent.extras.get("msg") or ""))


def _input_b64(phone: PhonePort, intent: Intent) -> None:
    encoded = str(intent.extras.get("msg") or "")
    try:
        text = b64decode(encoded, validate=False).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        _LOG.warning("ADB_INPUT_B64: not base64 of UTF-8: %r", encoded)
        return
    phone.ime_commit(text)


def _input_chars(phone: PhonePort, intent: Intent) -> None:
    codes = [str(code).strip() for code in intent.extras.get("chars") or ()]
    if all(code.isdecimal() and int(code) < 0x110000 for code in codes):
        phone.ime_commit("".join(chr(int(code)) for code in codes))
    else:
        _LOG.warning("ADB_INPUT_CHARS: not code points: %s", codes)


def _input_code(phone: PhonePort, intent: Intent) -> None:
    code = intent.extras.get("code")
    if isinstance(code, int) and 0 < code <= LAST_KEY:
        phone.key(code)
    else:
        _LOG.warning("ADB_INPUT_CODE: no key code: %r", code)


def _editor_code(phone: PhonePort, intent: Intent) -> None:
    # The app's own action key; which one (go, search, next, done) makes no difference here.
    if isinstance(intent.extras.get("code"), int):
        phone.ime_action()
    else:
        _LOG.warning("ADB_EDITOR_CODE: no action code: %r", intent.extras.get("code"))


def _clear(phone: PhonePort, intent: Intent) -> None:
    del intent
    phone.ime_clear()


_RECEIVERS = {
    "ADB_INPUT_TEXT": _input_text,
    "ADB_INPUT_B64": _input_b64,
    "ADB_INPUT_CHARS": _input_chars,
    "ADB_INPUT_CODE": _input_code,
    "ADB_EDITOR_CODE": _editor_code,
    "ADB_CLEAR_TEXT": _clear,
}
