"""`virtual_phone`: what only a phone in software can do. A real phone knows no such command."""

from tools.virtual_phone.shell.command import Call, CommandError, UsageError, command
from tools.virtual_phone.system.scenario import UnknownScenarioError

_USAGE = "usage: virtual_phone reset [--scenario NAMES] [--seed NUMBER]"


@command("virtual_phone")
def virtual_phone(call: Call) -> int:
    """Start anew as just out of the box; what is not given stays the same."""
    words = list(call.args)
    if not words or words.pop(0) != "reset":
        raise UsageError(_USAGE, rc=2)
    given: dict[str, str] = {}
    while words:
        option, value = words.pop(0), words.pop(0) if words else ""
        if option not in {"--scenario", "--seed"} or option in given or not value:
            raise UsageError(_USAGE, rc=2)
        given[option] = value
    seed = given.get("--seed", "0")
    if not (seed.isascii() and seed.isdigit() and len(seed) <= 18):
        raise CommandError(f"{seed!r} is no seed", rc=2)
    try:
        call.phone.reset(given.get("--scenario"), int(seed) if "--seed" in given else None)
    except UnknownScenarioError as error:
        raise CommandError(str(error), rc=2) from None
    return 0
