"""A fresh shell for each client."""

from tools.virtual_phone.shell.builtin_commands import all_builtins
from tools.virtual_phone.shell.commands.catalog import all_commands
from tools.virtual_phone.shell.interpreter import Shell
from tools.virtual_phone.shell.phone_port import PhonePort


class ShellMaker:
    """Makes shells of one phone; keeps the table of commands between them."""

    def __init__(self, phone: PhonePort) -> None:
        """Take the phone whose shells these are."""
        self._phone = phone
        self._commands = all_commands()
        self._builtins = all_builtins()

    def shell(self, variables: dict[str, str] | None = None) -> Shell:
        """Give a new shell, with extra environment `variables` (TERM and the like)."""
        made = Shell(self._phone, self._commands, self._builtins)
        if variables:
            made.variables.update(variables)
            made.exported.update(variables)
        return made
