"""`getprop` and `setprop`: what the phone says it is."""

from posixpath import dirname

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import unimplemented
from tools.virtual_phone.shell.phone_port import PhonePort

_SET_FILE = "/data/property/set_properties"
_LONGEST_VALUE = 91
_FINGERPRINT = "Tapwright/virtual_phone/virtual_phone:14/VP1A.270104.001/1:userdebug/test-keys"
_FIXED = {
    "dalvik.vm.heapsize": "512m",
    "gsm.sim.state": "ABSENT",
    "init.svc.adbd": "running",
    "init.svc.bootanim": "stopped",
    "net.bt.name": "Android",
    "persist.sys.timezone": "UTC",
    "persist.sys.usb.config": "adb",
    "ro.adb.secure": "0",
    "ro.boot.serialno": "VIRTUALPHONE",
    "ro.build.characteristics": "emulator",
    "ro.build.display.id": "VP1A.270104.001",
    "ro.build.fingerprint": _FINGERPRINT,
    "ro.build.id": "VP1A.270104.001",
    "ro.build.tags": "test-keys",
    "ro.build.type": "userdebug",
    "ro.build.version.incremental": "1",
    "ro.build.version.release": "14",
    "ro.build.version.sdk": "34",
    "ro.build.version.security_patch": "2027-01-01",
    "ro.debuggable": "1",
    "ro.hardware": "virtual",
    "ro.kernel.qemu": "1",
    "ro.product.board": "virtual_phone",
    "ro.product.brand": "Tapwright",
    "ro.product.cpu.abi": "arm64-v8a",
    "ro.product.cpu.abilist": "arm64-v8a",
    "ro.product.device": "virtual_phone",
    "ro.product.manufacturer": "Tapwright",
    "ro.product.model": "Virtual Phone",
    "ro.product.name": "virtual_phone",
    "ro.secure": "1",
    "ro.serialno": "VIRTUALPHONE",
    "service.bootanim.exit": "1",
    "sys.boot_completed": "1",
    "dev.bootcomplete": "1",
}


@command("getprop")
def getprop(call: Call) -> int:
    """Print one property (empty or the default given, if there is none) or all."""
    if call.args and call.args[0].startswith("-"):
        raise unimplemented(call, f"getprop {call.args[0]}")
    values = _properties(call.phone)
    if not call.args:
        call.out("".join(f"[{key}]: [{value}]\n" for key, value in sorted(values.items())))
        return 0
    default = call.args[1] if len(call.args) > 1 else ""
    call.out(values.get(call.args[0], default) + "\n")
    return 0


@command("setprop")
def setprop(call: Call) -> int:
    """Set a property; those that begin with `ro.` stay as they are."""
    if len(call.args) != len(("name", "value")):
        call.err("usage: setprop NAME VALUE\n")
        return 1
    key, value = call.args
    if key.startswith("ro.") or len(value) > _LONGEST_VALUE or "\n" in key + value or "=" in key:
        call.err(f"Failed to set property '{key}' to '{value}'.\nSee dmesg for error reason.\n")
        return 1
    values = {**_set_properties(call.phone), key: value}
    call.phone.files.mkdir(dirname(_SET_FILE), parents=True)
    text = "".join(f"{name}={values[name]}\n" for name in sorted(values))
    call.phone.files.write(_SET_FILE, text.encode())
    return 0


def _properties(phone: PhonePort) -> dict[str, str]:
    locales = str(phone.settings.get("system", "system_locales", "en-US"))
    live = {
        "persist.sys.locale": locales.partition(",")[0],
        "ro.product.locale": "en-US",
        "ro.sf.lcd_density": str(phone.density),
    }
    return {**_FIXED, **live, **_set_properties(phone)}


def _set_properties(phone: PhonePort) -> dict[str, str]:
    if phone.files.stat(_SET_FILE) is None:
        return {}
    pairs = (line.partition("=") for line in phone.files.read(_SET_FILE).decode().splitlines())
    return {key: value for key, _, value in pairs}
