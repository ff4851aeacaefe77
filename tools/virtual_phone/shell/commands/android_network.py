"""`svc`, `ip` and `ifconfig`: radios and the network they give."""

import re

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import FAILED, unimplemented
from tools.virtual_phone.shell.phone_port import PhonePort

RADIOS = {"wifi": "wifi_on", "bluetooth": "bluetooth_on", "data": "mobile_data"}
"""Name for `svc` to key in the global settings."""

_ADDRESS = "10.0.2.16"
_NETWORK = "10.0.2.0/24"
_BROADCAST = "10.0.2.255"
_MAC = "02:15:b2:00:00:00"
_ADDR = re.compile(r"(a|ad|add|addr|addre|addres|address)")
_ROUTE = re.compile(r"(r|ro|rou|rout|route)")


@command("svc")
def svc(call: Call) -> int:
    """Switch a radio: `svc wifi|bluetooth|data enable|disable`."""
    service, verb = (*call.args, "", "")[:2]
    if service not in RADIOS:
        if service in {"power", "usb", "nfc", "system-server"}:
            raise unimplemented(call, f"svc {service}")
        call.err("Available commands:\n    help\n    wifi\n    bluetooth\n    data\n")
        return 1
    if verb not in {"enable", "disable"}:
        call.err(f"usage: svc {service} [enable|disable]\n")
        return 1
    switch(call.phone, RADIOS[service], on=verb == "enable")
    return 0


def switch(phone: PhonePort, key: str, *, on: bool) -> None:
    """Set a switch among the global settings."""
    phone.settings.put("global", key, "1" if on else "0")


@command("ip")
def ip(call: Call) -> int:
    """Show routes and addresses: `ip route`, `ip addr [show [dev] NAME]`."""
    words = list(call.args)
    if words[:1] in (["-4"], ["-f"], ["-family"]):
        words = words[2:] if words[0] != "-4" else words[1:]
    thing, rest = (words[0], words[1:]) if words else ("", [])
    if _ROUTE.fullmatch(thing):
        if rest not in ([], ["show"], ["list"], ["ls"]):
            raise unimplemented(call, f"ip {' '.join(words)}")
        if _wifi(call.phone):
            call.out(f"{_NETWORK} dev wlan0 proto kernel scope link src {_ADDRESS} \n")
        return 0
    if not _ADDR.fullmatch(thing):
        if thing in {"link", "rule", "neigh", "-6", "-s"}:
            raise unimplemented(call, f"ip {thing}")
        call.err(f'Object "{thing}" is unknown, try "ip help".\n')
        return FAILED
    names = [word for word in rest if word not in {"show", "list", "ls", "dev"}]
    if not names:
        call.out(_loopback() + _wlan(call.phone))
        return 0
    known = {"lo": _loopback(), "wlan0": _wlan(call.phone)}
    if len(names) > 1 or names[0] not in known:
        call.err(f'Device "{names[0]}" does not exist.\n')
        return 1
    call.out(known[names[0]])
    return 0


@command("ifconfig")
def ifconfig(call: Call) -> int:
    """Show the address of wlan0, the older way."""
    if call.args not in ((), ("wlan0",)):
        call.err(f"ifconfig: {call.args[0]}: No such device\n")
        return 1
    address = f"          inet addr:{_ADDRESS}  Bcast:{_BROADCAST}  Mask:255.255.255.0\n"
    up = "UP BROADCAST RUNNING MULTICAST" if _wifi(call.phone) else "BROADCAST MULTICAST"
    call.out(
        f"wlan0     Link encap:Ethernet  HWaddr {_MAC}\n{address if _wifi(call.phone) else ''}"
        f"          {up}  MTU:1500  Metric:1\n\n"
    )
    return 0


def _wifi(phone: PhonePort) -> bool:
    return bool(phone.settings.get("global", "wifi_on", "1") == "1")


def _loopback() -> str:
    return (
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default\n"
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        "    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n"
    )


def _wlan(phone: PhonePort) -> str:
    link = f"    link/ether {_MAC} brd ff:ff:ff:ff:ff:ff\n"
    if not _wifi(phone):
        return (
            "2: wlan0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default\n" + link
        )
    return (
        "2: wlan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default\n"
        f"{link}    inet {_ADDRESS}/24 brd {_BROADCAST} scope global wlan0\n"
        "       valid_lft forever preferred_lft forever\n"
    )
