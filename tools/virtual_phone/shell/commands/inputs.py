"""What commands read: the files named, or stdin."""

from collections.abc import Iterator, Sequence

from tools.virtual_phone.shell.command import Call


def read_inputs(call: Call, names: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """Give name and content of each file of `names`, stdin for `-` and where none is named.

    A file that cannot be read gives None, with the reason on stderr.
    """
    for name in names or ("-",):
        if name == "-":
            yield name, call.stdin
            continue
        try:
            data = call.phone.files.read(call.path(name))
        except OSError as error:
            call.err(f"{call.name}: {name}: {error.strerror}\n")
            yield name, None
        else:
            yield name, data


def read_text(call: Call, names: Sequence[str]) -> tuple[str, int]:
    """Give all inputs as one text, and the exit code (1 where one could not be read)."""
    chunks = []
    rc = 0
    for _, data in read_inputs(call, names):
        if data is None:
            rc = 1
        else:
            chunks.append(data)
    return decode(b"".join(chunks)), rc


def decode(data: bytes) -> str:
    """Give bytes as text; `encode` gives them back, whatever they are."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Give back the bytes that `decode` took."""
    return text.encode("utf-8", "surrogateescape")


def split_lines(text: str) -> list[str]:
    r"""Give the lines without their newlines; only `\\n` ends a line."""
    if not text:
        return []
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines
