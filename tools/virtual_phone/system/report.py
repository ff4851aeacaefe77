"""The phone's whole state as one JSON-able dictionary."""

from __future__ import annotations

from typing import Any

from tools.virtual_phone.system.settings import NAMESPACES
from tools.virtual_phone.system.storage import Cell, TableRows
from tools.virtual_phone.system.windows import Windows


def report(windows: Windows) -> dict[str, Any]:
    """What a state file holds: windows, settings, every table of every app, file names."""
    state = windows.state
    databases = windows.databases
    return {
        "scenario": windows.scenario.name,
        "seed": windows.seed,
        "now": windows.now.isoformat(timespec="milliseconds"),
        "stack": [
            {"package": task.package, "screens": [vars(screen) for screen in task.screens]}
            for task in state.tasks
        ],
        "shared": {task.package: task.shared for task in state.tasks},
        "dialogs": [{"kind": kind, "package": package} for kind, package in state.traps],
        "permissions": dict(state.permissions),
        "clipboard": state.clipboard,
        "settings": {name: dict(windows.settings.list(name)) for name in NAMESPACES},
        "databases": {
            package: {table: _rows(databases.read(package, table)) for table in tables}
            for package in windows.apps
            for tables in [databases.tables(package)]
        },
        "files": {
            entry.path: entry.size
            for entry in windows.files.snapshot().values()
            if not entry.is_folder
        },
        "events": [list(event) for event in windows.events],
    }


def _rows(table: TableRows) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows]


def _plain(cell: Cell) -> str | int | float | None:
    return cell.hex() if isinstance(cell, bytes) else cell
