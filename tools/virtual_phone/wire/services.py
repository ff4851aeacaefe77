"""The services of the phone by name: what a client asks for after it has chosen the phone."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.shell.session import ShellMaker
from tools.virtual_phone.shell.streams import StreamClosedError
from tools.virtual_phone.system.stopwatch import timed, wanted
from tools.virtual_phone.wire.channel import Channel, CountedChannel
from tools.virtual_phone.wire.failures import FailuresTold
from tools.virtual_phone.wire.framebuffer import serve_framebuffer
from tools.virtual_phone.wire.reverse import ReverseTable
from tools.virtual_phone.wire.shell_service import serve_shell
from tools.virtual_phone.wire.sync import SyncService

Handler: TypeAlias = Callable[[Channel], None]

FEATURES = ("shell_v2", "cmd", "stat_v2", "ls_v2", "fixed_push_mkdir")
PRODUCT = {
    "ro.product.name": "virtual_phone",
    "ro.product.model": "Virtual Phone",
    "ro.product.device": "virtual_phone",
}
_log = logging.getLogger(__name__)


class Services:
    """Opens services of one phone. Safe from any thread."""

    def __init__(self, phone: PhonePort, sockets: Mapping[str, Handler] | None = None) -> None:
        """Take the phone.

        Args:
            phone: Whose shell, files and screen are served.
            sockets: What listens inside the phone, `{"tcp:9008": handler}`, for `adb forward`.
        """
        self._phone = phone
        self._shells = ShellMaker(phone)
        self._sockets = dict(sockets or {})
        self._reverse = ReverseTable()

    def open(self, name: str) -> Handler | None:
        """Give what serves `name`, `"shell:ls"`; None, told loudly, where nothing does."""
        handler = self._find(name)
        return partial(_serve_timed, name, handler) if handler and wanted() else handler

    def _find(self, name: str) -> Handler | None:
        kind, _, rest = name.partition(":")
        word, *options = kind.split(",")
        if name in self._sockets:
            return self._sockets[name]
        if word == "shell":
            return partial(serve_shell, self._shells, options, rest)
        if word == "exec":
            return partial(serve_shell, self._shells, (), rest)
        if name == "sync:":
            return lambda channel: SyncService(self._phone, channel).run()
        if name == "framebuffer:":
            return partial(serve_framebuffer, self._phone)
        if word == "reverse":
            return partial(self._reverse.serve, rest)
        if name in ("root:", "unroot:", "remount:"):
            return _refuse_root
        with self._phone.lock:
            self._phone.log("unknown_service", name)
        _log.warning("the virtual phone has no service %r", name)
        return None


def _refuse_root(channel: Channel) -> None:
    channel.write(b"adbd cannot run as root in production builds\n")


def _serve_timed(name: str, handler: Handler, channel: Channel) -> None:
    counted = CountedChannel(channel)
    with timed("service") as told:
        try:
            handler(counted)
        finally:
            told.update(name=name, sent=counted.sent, received=counted.received)
            told.update(process_cpu_s=time.process_time())


def run_service(handler: Handler, channel: Channel) -> None:
    """Run `handler` on `channel` and close it, whatever becomes of the client."""
    try:
        with FailuresTold():
            handler(channel)
    except StreamClosedError as error:
        _log.debug("%s: the client went away: %s", threading.current_thread().name, error)
    finally:
        channel.close()
