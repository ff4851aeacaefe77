"""The modules whose commands the phone has. A new module of commands is listed here."""

from types import ModuleType

from tools.virtual_phone.shell.command import Command, commands_of

MODULES: tuple[ModuleType, ...] = ()


def all_commands() -> dict[str, Command]:
    """Give every command by name."""
    return commands_of(MODULES)
