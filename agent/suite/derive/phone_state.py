"""What a virtual phone holds, as it writes it down at its end: tables and settings."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from agent.suite.derive.said import plain
from tools.errors import RecordingError

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Cell]
_TABLES: TypeAdapter[dict[str, dict[str, list[Row]]]] = TypeAdapter(dict[str, dict[str, list[Row]]])
_SETTINGS: TypeAdapter[dict[str, dict[str, Cell]]] = TypeAdapter(dict[str, dict[str, Cell]])


@dataclass(frozen=True)
class PhoneState:
    """The data of a virtual phone.

    Attributes:
        tables: Package, then table, to its rows.
        settings: ``system``, ``secure`` and ``global`` to names and values.
    """

    tables: dict[str, dict[str, list[Row]]]
    settings: dict[str, dict[str, Cell]]

    def rows(self, package: str, table: str) -> list[Row]:
        """The rows of a table; none if there is no such table."""
        return self.tables.get(package, {}).get(table, [])

    def texts(self) -> Iterator[str]:
        """Every text of the tables, for comparing."""
        for tables in self.tables.values():
            for rows in tables.values():
                for row in rows:
                    for cell in row.values():
                        if isinstance(cell, str) and (text := plain(cell)):
                            yield text


def read_state(path: Path) -> PhoneState:
    """Read what a phone has written.

    Raises:
        RecordingError: It cannot be read, or is something else.
    """
    try:
        written = json.loads(path.read_bytes())
        return PhoneState(
            tables=_TABLES.validate_python(written["databases"]),
            settings=_SETTINGS.validate_python(written["settings"]),
        )
    except (OSError, ValueError, ValidationError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordingError(
            f"The phone's state {str(path)!r} cannot be read: {reason}.",
            hint="Remove that file to have a task without checks of the phone's tables.",
        ) from None
