"""What a run changed in the tables and settings of a virtual phone, as checks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.suite.derive.phone_state import Cell, PhoneState, Row
from agent.suite.derive.said import Said
from agent.suite.derive.values import Values
from agent.suite.language.checks import Check, ContentCheck, SettingsCheck

_KEY = re.compile(r"id|.*_id")
_PASSING = re.compile(r".*input_method.*|.*_time|.*_at|next_.*|last_(used|opened|seen|run)")
"""Settings and columns that change by the way."""
_MOST = 6


@dataclass(frozen=True)
class Phones:
    """A virtual phone after a run, and what it would be without.

    Attributes:
        after: After the run.
        fresh: Of the same scenario and seed, untouched.
        others: Of the same scenario and other seeds, untouched.
    """

    after: PhoneState
    fresh: PhoneState
    others: tuple[PhoneState, ...]


def setting_checks(phones: Phones, said: Said) -> list[Check]:
    """The settings that the run changed; of several those whose names were said, if any."""
    changed = [
        Check(
            settings=SettingsCheck.model_validate(
                {"table": table, "name": name, "equals": _printed(value)}
            )
        )
        for table, names in phones.after.settings.items()
        for name, value in names.items()
        if table in {"system", "secure", "global"}
        and phones.fresh.settings.get(table, {}).get(name) != value
        and value is not None
        and not _PASSING.fullmatch(name)
    ]
    meant = [
        each
        for each in changed
        if each.settings is not None and said.mentions(each.settings.name.replace("_", " "))
    ]
    return meant or changed


def table_checks(phones: Phones, said: Said, values: Values) -> list[Check]:
    """The rows that the run added, changed or removed, by the columns that hold what was said."""
    found: list[Check] = []
    for package, tables in phones.after.tables.items():
        for table in tables:
            found += _of_table(phones, package, table, said, values)
    return found[:_MOST]


def _of_table(phones: Phones, package: str, table: str, said: Said, values: Values) -> list[Check]:
    uri = f"content://{package}/{table}"
    before, after = phones.fresh.rows(package, table), phones.after.rows(package, table)
    elsewhere = [phone.rows(package, table) for phone in phones.others]
    found: list[Check] = []
    added = _without(after, before)
    removed = _without(before, after)
    keys = {row.get("id") for row in removed if row.get("id") is not None}
    changed = [row for row in added if row.get("id") in keys]
    for row in (each for each in added if each not in changed):
        check = _added(uri, row, (before, elsewhere, after), said, values)
        if check is not None and check not in found:
            found.append(check)
    for row in changed:
        was = next(each for each in removed if each.get("id") == row.get("id"))
        check = _changed(uri, was, row, (before, elsewhere, after), said, values)
        if check is not None:
            found.append(check)
    gone = [row for row in removed if row.get("id") not in {each.get("id") for each in changed}]
    for row in gone:
        columns = _told(row, said)
        if columns and not _matching(after, columns):
            where = _where(columns, values)
            found.append(
                Check(content=ContentCheck.model_validate({"uri": uri, "where": where, "rows": 0}))
            )
    return found


Tables = tuple[Sequence[Row], Sequence[Sequence[Row]], Sequence[Row]]
"""Rows of one table: before, with other seeds, after."""


def _added(uri: str, row: Row, tables: Tables, said: Said, values: Values) -> Check | None:
    columns = _told(row, said)
    if not columns:
        return None
    before, elsewhere, after = tables
    given: dict[str, object] = {"uri": uri}
    if not before and not any(elsewhere):
        given["rows"] = len(after)
        if len(after) == len(_matching(after, columns)):
            given["columns"] = _written(columns, values)
            return Check(content=ContentCheck.model_validate(given))
    by = _telling(columns, [before, *elsewhere], after)
    given["where"] = _where(by, values)
    own = _matching(after, by)
    there = len(_matching(before, by))
    if there or any(_matching(rows, by) for rows in elsewhere):
        given.pop("rows", None)
        given["at_least"] = there + 1
    else:
        given["rows"] = len(own)
    rest = {name: cell for name, cell in columns.items() if name not in by}
    if rest and all(each.get(name) == cell for each in own for name, cell in rest.items()):
        given["columns"] = _written(rest, values)
    return Check(content=ContentCheck.model_validate(given))


def _changed(
    uri: str, was: Row, row: Row, tables: Tables, said: Said, values: Values
) -> Check | None:
    """By what stayed and was said of it; a row that nothing was said of cannot be told again."""
    stayed = {name: cell for name, cell in _told(row, said).items() if was.get(name) == cell}
    new: dict[str, Cell] = {
        name: cell
        for name, cell in row.items()
        if was.get(name) != cell and not _PASSING.fullmatch(name) and not _KEY.fullmatch(name)
        and cell is not None and (isinstance(cell, int) or said.names(str(cell)))
    }  # fmt: skip
    before, elsewhere, after = tables
    if not stayed or not new or not all(_matching(rows, stayed) for rows in elsewhere):
        return _added(uri, row, (before, elsewhere, after), said, values) if not stayed else None
    own = _matching(after, stayed)
    if not all(each.get(name) == cell for each in own for name, cell in new.items()):
        return None
    given = {
        "uri": uri,
        "where": _where(stayed, values),
        "columns": _written(new, values),
    }
    return Check(content=ContentCheck.model_validate(given))


def _told(row: Row, said: Said) -> dict[str, Cell]:
    """The columns of ``row`` that hold what was said."""
    return {
        name: cell
        for name, cell in row.items()
        if cell is not None and not _KEY.fullmatch(name) and not _PASSING.fullmatch(name)
        and not isinstance(cell, float)
        and said.names(str(cell).replace("_", " "))
    }  # fmt: skip


def _telling(
    columns: dict[str, Cell], untouched: Sequence[Sequence[Row]], after: Sequence[Row]
) -> dict[str, Cell]:
    """The one column that is enough to tell the row, else all."""
    texts = sorted(
        (name for name, cell in columns.items() if isinstance(cell, str)),
        key=lambda name: -len(str(columns[name])),
    )
    rows_told = len(_matching(after, columns))
    for name in texts:
        by = {name: columns[name]}
        is_new = not any(_matching(rows, by) for rows in untouched)
        if is_new and len(_matching(after, by)) == rows_told:
            return by
    return columns


def _matching(rows: Sequence[Row], columns: dict[str, Cell]) -> list[Row]:
    return [row for row in rows if all(row.get(name) == cell for name, cell in columns.items())]


def _without(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    left = list(others)
    found: list[Row] = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return found


def _where(columns: dict[str, Cell], values: Values) -> str:
    return " AND ".join(f"{name}={_quoted(cell, values)}" for name, cell in columns.items())


def _quoted(cell: Cell, values: Values) -> str:
    """A cell in SQL; a value with a quote in it cannot stand by name, for it is doubled there."""
    if isinstance(cell, int | float):
        return str(cell)
    text = str(cell)
    if "'" in text:
        return values.literal("'" + text.replace("'", "''") + "'")
    return f"'{values.shown(text)}'"


def _written(columns: dict[str, Cell], values: Values) -> dict[str, str]:
    return {
        name: values.shown(cell) if isinstance(cell, str) else _printed(cell)
        for name, cell in columns.items()
    }


def _printed(cell: Cell) -> str:
    """As ``content query`` and ``settings get`` print it."""
    return "NULL" if cell is None else str(cell)
