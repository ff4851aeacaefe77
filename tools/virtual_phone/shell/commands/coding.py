"""Commands that code bytes: base64, gzip, gunzip, zcat, xxd."""

import binascii
import gzip
import zlib
from base64 import b64decode, b64encode

from tools.virtual_phone.shell.command import Call, CommandError, command
from tools.virtual_phone.shell.commands.inputs import read_inputs
from tools.virtual_phone.shell.options import parse_options

_WIDTH = 76


@command("base64")
def base64(call: Call) -> int:
    """Code to base64, 76 to a line (-w N, 0 for one line), or back (-d)."""
    options = parse_options(call, "di", "w", long={"decode": "d", "wrap": "w"})
    width = options.number("w", _WIDTH)
    rc = 0
    for _, data in read_inputs(call, options.operands):
        if data is None:
            rc = 1
        elif options.has("d"):
            try:
                call.out(b64decode(b"".join(data.split()), validate=not options.has("i")))
            except binascii.Error:
                raise CommandError("bad input") from None
        else:
            coded = b64encode(data)
            size = width or max(1, len(coded))
            lines = [coded[at : at + size] for at in range(0, len(coded), size)]
            call.out(b"".join(line + (b"\n" if width else b"") for line in lines))
    return rc


@command("gzip", "gunzip", "zcat")
def gzip_(call: Call) -> int:
    """Compress or (-d) expand; -c, or without a file, to stdout, else `x` becomes `x.gz`."""
    options = parse_options(call, "dcfk123456789")
    expand = options.has("d") or call.name.endswith(("gunzip", "zcat"))
    level = max((int(flag) for flag in options.flags if flag.isdigit()), default=6)
    files = call.phone.files
    rc = 0
    for name, data in read_inputs(call, options.operands):
        if data is None:
            rc = 1
            continue
        coded = _expanded(data, name) if expand else gzip.compress(data, level, mtime=0)
        if name == "-" or options.has("c") or call.name.endswith("zcat"):
            call.out(coded)
            continue
        if expand and not name.endswith(".gz"):
            call.err(f"{call.name}: {name}: no .gz suffix\n")
            rc = 1
            continue
        path = call.path(name)
        files.write(path.removesuffix(".gz") if expand else f"{path}.gz", coded)
        if not options.has("k"):
            files.remove(path)
    return rc


def _expanded(data: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise CommandError(f"{name}: not gzip") from None


@command("xxd")
def xxd(call: Call) -> int:
    """Show bytes in hex, 16 to a line; -p plainly."""
    options = parse_options(call, "p")
    rc = 0
    for _, data in read_inputs(call, options.operands):
        if data is None:
            rc = 1
            continue
        step = 30 if options.has("p") else 16
        for at in range(0, len(data), step):
            part = data[at : at + step]
            if options.has("p"):
                call.out(part.hex() + "\n")
                continue
            pairs = part.hex(" ", -2)
            shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
            call.out(f"{at:08x}: {pairs:<39}  {shown}\n")
    return rc
