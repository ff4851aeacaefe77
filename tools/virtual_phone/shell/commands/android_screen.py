"""`screencap` and `uiautomator`: what shows."""

import struct
from dataclasses import replace

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import (
    Arguments,
    unimplemented,
)
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.ui.nodes import Node, to_xml

DISPLAY_ID = "4619827259835644672"
"""The physical display's id, as `dumpsys display` and SurfaceFlinger name it."""

SECURE_SETTING = ("global", "virtual_phone_secure_screen")
"""Set to 1, screencap fails as it does where an app forbids screenshots."""

_RGBA_8888 = 1
_SRGB = 1
_TERMINALS = {"/dev/tty", "/dev/stdout", "/proc/self/fd/1"}
_CAP_USAGE = """usage: screencap [-hp] [-d display-id] [FILENAME]
   -h: this message
   -p: save the file as a png.
   -d: specify the display ID to capture.
If FILENAME ends with .png it will be saved as a png.
If FILENAME is not given, the results will be printed to stdout.
"""


@command("screencap")
def screencap(call: Call) -> int:
    """Write the picture: PNG, or raw RGBA behind width, height, format and colour space."""
    arguments = Arguments(call.args)
    png = False
    while (option := arguments.option()) is not None:
        if option == "-d":
            display = arguments.next() or ""
            if display not in {DISPLAY_ID, "0"}:
                call.err(f"Display Id '{display}' is not valid.\n")
                return 1
        elif option == "-p":
            png = True
        elif option == "-h":
            call.err(_CAP_USAGE)
            return 0
        else:
            call.err(f"screencap: unknown option {option}\n{_CAP_USAGE}")
            return 1
    name = arguments.next()
    if arguments.next() is not None:
        call.err(_CAP_USAGE)
        return 1
    if call.phone.settings.get(*SECURE_SETTING, "0") == "1":
        call.err("Failed to take screenshot. Status: -1\n")
        return 1
    data = call.phone.png() if png or (name or "").endswith(".png") else raw(call.phone)
    if name is None or name in _TERMINALS:
        call.out(data)
        return 0
    try:
        call.phone.files.write(call.path(name), data)
    except OSError as error:
        call.err(f"Error opening file: {name} ({error.strerror})\n")
        return 1
    return 0


def raw(phone: PhonePort) -> bytes:
    """Give the picture as `screencap` without `-p` does: 16 bytes of header, then RGBA."""
    width, height = phone.size
    return struct.pack("<4I", width, height, _RGBA_8888, _SRGB) + phone.rgba()


@command("screenrecord")
def screenrecord(call: Call) -> int:
    """Fail: there is no video encoder here."""
    raise unimplemented(call, "screenrecord", hint="take screenshots with `screencap -p`")


@command("uiautomator")
def uiautomator(call: Call) -> int:
    """Write the UI tree of the top window as XML (`uiautomator dump`)."""
    arguments = Arguments(call.args)
    doing = arguments.next()
    if doing != "dump":
        if doing is None or doing == "help":
            call.out("Usage: uiautomator <subcommand> [options]\n    dump [--compressed][file]\n")
            return 1
        raise unimplemented(call, f"uiautomator {doing}")
    compressed, target = False, "/sdcard/window_dump.xml"
    while (word := arguments.next()) is not None:
        if word == "--compressed":
            compressed = True
        elif word.startswith("-") and word != "--verbose":
            raise unimplemented(call, f"uiautomator dump {word}")
        elif not word.startswith("-"):
            target = word
    xml = (
        to_xml(important(call.phone.window()), call.phone.rotation)
        if compressed
        else call.phone.ui_xml()
    )
    if target in _TERMINALS:
        call.out(xml)
    else:
        try:
            call.phone.files.write(call.path(target), xml.encode("utf-8"))
        except OSError as error:
            call.err(f"ERROR: java.io.FileNotFoundException: {target}: {error.strerror}\n")
            return 1
    # The spelling is Android's.
    call.out(f"UI hierchary dumped to: {target}\n")
    return 0


def important(root: Node) -> Node:
    """The tree without plain containers, as accessibility services get it by default."""
    return replace(root, children=tuple(_kept(root)))


def _kept(node: Node) -> list[Node]:
    kept: list[Node] = []
    for child in node.children:
        below = _kept(child)
        says = child.text or child.content_desc or child.hint
        does = child.clickable or child.checkable or child.scrollable or child.focusable
        if says or does or child.long_clickable:
            kept.append(replace(child, children=tuple(below)))
        else:
            kept.extend(below)
    return kept
