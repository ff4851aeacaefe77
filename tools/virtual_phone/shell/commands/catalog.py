"""The modules whose commands the phone has. A new module of commands is listed here."""

from types import ModuleType

from tools.virtual_phone.shell.command import Command, commands_of
from tools.virtual_phone.shell.commands import (
    android_activity,
    android_content,
    android_dumpsys,
    android_events,
    android_ime,
    android_input,
    android_logcat,
    android_network,
    android_pm,
    android_properties,
    android_screen,
    android_services,
    android_settings,
    android_wm,
    coding,
    conditions,
    files,
    listing,
    misc,
    sorting,
    text,
    toybox,
    virtual_phone,
)

MODULES: tuple[ModuleType, ...] = (
    android_activity,
    android_content,
    android_dumpsys,
    android_events,
    android_ime,
    android_input,
    android_logcat,
    android_network,
    android_pm,
    android_properties,
    android_screen,
    android_services,
    android_settings,
    android_wm,
    coding,
    conditions,
    files,
    listing,
    misc,
    sorting,
    text,
    toybox,
    virtual_phone,
)


def all_commands() -> dict[str, Command]:
    """Give every command by name."""
    return commands_of(MODULES)
