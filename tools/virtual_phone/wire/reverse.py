"""`reverse:...`: the phone keeps the list. Nothing inside it connects out, so nothing flows."""

import threading

from tools.virtual_phone.wire.channel import Channel


class ReverseTable:
    """What `adb reverse` has asked for: a place in the phone, a place at the client."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._table: dict[str, str] = {}

    def serve(self, request: str, channel: Channel) -> None:
        """Answer what stands behind `reverse:`."""
        channel.write(self._answer(request))

    def _answer(self, request: str) -> bytes:
        verb, _, rest = request.partition(":")
        with self._lock:
            if verb == "list-forward":
                lines = (f"host-0 {remote} {local}\n" for remote, local in self._table.items())
                return block("".join(lines))
            if verb == "forward":
                return self._forward(rest)
            if verb == "killforward-all":
                self._table.clear()
                return b"OKAY"
            if verb == "killforward":
                if self._table.pop(rest, None) is None:
                    return fail(f"listener '{rest}' not found")
                return b"OKAY"
        return fail(f"unknown reverse request '{request}'")

    def _forward(self, rest: str) -> bytes:
        fixed = rest.startswith("norebind:")
        remote, semicolon, local = rest.removeprefix("norebind:").partition(";")
        if not semicolon or not remote or not local:
            return fail(f"bad forward: {rest}")
        if fixed and remote in self._table:
            return fail("cannot rebind existing socket")
        self._table[remote] = local
        return b"OKAY"


def block(text: str) -> bytes:
    """Give text behind its length in four hex digits."""
    data = text.encode("utf-8", "replace")[:0xFFFF]
    return b"%04x" % len(data) + data


def fail(message: str) -> bytes:
    """Give the answer that something went wrong."""
    return b"FAIL" + block(message)
