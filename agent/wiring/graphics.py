"""The graphics cards of this machine, and the models that they have room for."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from shutil import which

from agent.models.fit import GIB, PRECISIONS, Load, Precision, best_precision
from agent.models.fit import Card as Card
from agent.models.shapes import known_shapes
from tools.errors import ConfigError

_QUERY = ("--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
_ANSWER_S = 15.0
_LOADED_S = 120.0
_FAMILIES = ("Qwen", "QVQ")
_MODULES = {
    "local": ("torch", "torchvision", "transformers", "accelerate", "llguidance"),
    "quant": ("bitsandbytes",),
}


@dataclass(frozen=True)
class Room:
    """What a card has room for.

    Attributes:
        models: Names of Qwen-VL models, by the most exact precision that fits.
        extras: Extras that running them here needs.
    """

    models: dict[Precision, tuple[str, ...]]
    extras: tuple[str, ...]

    def __str__(self) -> str:
        listed = (f"{', '.join(names)} in {kind}" for kind, names in self.models.items())
        return "; ".join(listed) or "no Qwen-VL model fits"


def room_in(gib: float) -> Room:
    """What fits into a card with ``gib`` GiB, at the load that ``agent model fit`` assumes."""
    found: dict[Precision, list[str]] = {}
    for shape in known_shapes():
        best = best_precision(shape, gib, Load())
        if best is not None and shape.name.startswith(_FAMILIES):
            found.setdefault(best.precision, []).append(shape.name)
    models = {kind: tuple(found[kind]) for kind in PRECISIONS if kind in found}
    extras = ("local", "quant") if found.keys() - {"bf16"} else ("local",)
    return Room(models, extras if found else ())


def missing_extras(extras: Sequence[str]) -> tuple[str, ...]:
    """Those of ``extras`` that are not installed."""
    return tuple(extra for extra in extras if not all(map(find_spec, _MODULES[extra])))


def processor_torch() -> str:
    """The version of torch if it is one that uses no graphics card; else empty."""
    try:
        installed = version("torch")
    except PackageNotFoundError:
        return ""
    return installed if installed.endswith("+cpu") else ""


def broken_torchvision() -> str:
    """Why torchvision cannot be loaded over this torch; empty if it can, or is not installed.

    Tried in another process: it takes seconds and much memory, and may take the process down.
    """
    if find_spec("torchvision") is None or find_spec("torch") is None:
        return ""
    try:
        done = subprocess.run(
            [sys.executable, "-c", "import torchvision"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_LOADED_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if not done.returncode:
        return ""
    said = done.stderr.strip().rpartition("\n")[2]
    return said or f"it ends with {done.returncode}"


def find_cards() -> tuple[Card, ...]:
    """The cards of this machine, largest first.

    Raises:
        ConfigError: There may be one, but its driver does not answer.
    """
    command = which("nvidia-smi")
    found = read_cards(_asked(command)) if command is not None else ()
    return tuple(sorted(found or _told_by_torch(), key=lambda card: -card.gib))


def read_cards(text: str) -> tuple[Card, ...]:
    """The cards in what ``nvidia-smi`` answers: a line each, its name and MiB."""
    lines = (line.rpartition(",") for line in text.splitlines())
    return tuple(
        Card(name=name.strip(), gib=int(mib) / 1024)
        for name, _, mib in lines
        if mib.strip().isdecimal()  # a card that shares the machine's memory has none to tell
    )


def _asked(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - from PATH, with fixed arguments
            [command, *_QUERY],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_ANSWER_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"nvidia-smi does not answer: {error}", hint=_DRIVER) from None
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())
        raise ConfigError(f"nvidia-smi fails: {said or done.returncode}", hint=_DRIVER)
    return done.stdout


_DRIVER = "Install the driver of the card again, and restart."


def _told_by_torch() -> tuple[Card, ...]:
    """Cards that only torch knows of, such as those of AMD."""
    if find_spec("torch") is None or processor_torch():
        return ()
    torch = import_module("torch")
    if not torch.cuda.is_available():
        return ()
    count = torch.cuda.device_count()
    found = [torch.cuda.get_device_properties(number) for number in range(count)]
    return tuple(Card(name=each.name, gib=each.total_memory / GIB) for each in found)
