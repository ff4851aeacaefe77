"""`content`: the apps' tables, to read only, and the settings."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from tools.virtual_phone.shell.command import Call, command
from tools.virtual_phone.shell.commands.android_arguments import (
    Arguments,
    JavaError,
    parse_user,
    unimplemented,
)
from tools.virtual_phone.shell.commands.android_settings import TABLES
from tools.virtual_phone.shell.phone_port import PhonePort

_STEPS_BETWEEN_CHECKS = 1000
_MOST_CHECKS = 5000
_MOST_ROWS = 10_000
# Reading rows and calling functions; recursion, attaching, pragmas and all writing are not here.
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
_FORBIDDEN_FUNCTIONS = {"load_extension", "randomblob", "zeroblob", "printf", "format"}
_USAGE = """usage: adb shell content [subcommand] [options]

usage: adb shell content query --uri <URI> [--user <USER_ID>] [--projection <PROJECTION>]
    [--where <WHERE>] [--sort <SORT_ORDER>]
  <PROJECTION> is a list of colon separated column names: <COLUMN_NAME>[:<COLUMN_NAME>...]

usage: adb shell content insert|update|delete --uri content://settings/<TABLE>
    [--bind <COLUMN>:<TYPE>:<VALUE> ...] [--where "name='KEY'"]
"""


@dataclass(slots=True)
class _Request:
    uri: str = ""
    projection: str = ""
    where: str = ""
    sort: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def authority(self) -> str:
        return urlsplit(self.uri).netloc

    @property
    def path(self) -> list[str]:
        return [unquote(part) for part in urlsplit(self.uri).path.split("/") if part]


@command("content")
def content(call: Call) -> int:
    """Ask a content provider: `content query --uri content://PACKAGE/TABLE`."""
    arguments = Arguments(call.args)
    doing = arguments.next()
    if doing in {"call", "read", "write", "gettype"}:
        raise unimplemented(call, f"content {doing}")
    action = _ACTIONS.get(doing or "")
    if action is None:
        call.out(f"{_USAGE}\n[ERROR] Unsupported operation: {doing}\n")
        return 1
    try:
        request = _parse(arguments)
    except JavaError as error:
        call.out(f"{_USAGE}\n[ERROR] {error}\n")
        return 1
    try:
        call.out(action(call.phone, request))
    except JavaError as error:
        # A real phone's `content` ends with 0 even so; a script should see that it failed.
        call.err(f"Error while accessing provider:{request.authority}\n{error.line}")
        return 1
    return 0


def _parse(arguments: Arguments) -> _Request:
    request = _Request()
    while (word := arguments.next()) is not None:
        value = arguments.next()
        if word not in {"--uri", "--user", "--projection", "--where", "--sort", "--bind"}:
            raise JavaError("IllegalArgumentException", f"Unsupported argument: {word}")
        if not value or (value.startswith("--") and word != "--where"):
            raise JavaError("IllegalArgumentException", f"No value for argument: {word}")
        if word == "--user":
            parse_user(value)
        elif word == "--bind":
            column, kind, bound = (*value.split(":", 2), "", "")[:3]
            if value.count(":") < len("::") or kind.lower() not in {*"bsilfd"}:
                raise JavaError("IllegalArgumentException", f"Binding not well formed: {value}")
            request.values[column] = bound
        else:
            setattr(request, word[2:], value)
    if not request.uri:
        message = "Content provider URI not specified. Did you specify --uri argument?"
        raise JavaError("IllegalArgumentException", message)
    return request


def _query(phone: PhonePort, request: _Request) -> str:
    with _readable(phone, request) as (connection, table, condition):
        columns = _columns(connection, table, request.projection)
        parts = [f"SELECT {columns} FROM {_quoted(table)}"]  # noqa: S608 - on a reading connection
        conditions = [f"({one})" for one in (condition, request.where) if one]
        if conditions:
            parts.append("WHERE " + " AND ".join(conditions))
        if request.sort:
            parts.append(f"ORDER BY {request.sort}")
        names, rows = _select(connection, " ".join(parts))
    if not rows:
        return "No result found.\n"
    lines = []
    for number, row in enumerate(rows):
        cells = (f"{name}={_shown(value)}" for name, value in zip(names, row, strict=True))
        lines.append(f"Row: {number} {', '.join(cells)}\n")
    return "".join(lines)


@contextmanager
def _readable(phone: PhonePort, request: _Request) -> Iterator[tuple[sqlite3.Connection, str, str]]:
    """Give a connection that can only read, the table, and the condition of an id in the URI."""
    if request.authority == "settings":
        with _settings_table(phone, request) as connection:
            key = request.path[1:2]
            yield connection, "settings", f"name={_text(key[0])}" if key else ""
        return
    if not request.uri.startswith("content://") or request.authority not in phone.apps:
        raise JavaError("IllegalStateException", f"Could not find provider: {request.authority}")
    tables = phone.tables(request.authority)
    table, *rest = request.path or [""]
    if table not in tables or len(rest) > 1 or not all(part.isdecimal() for part in rest):
        raise JavaError("IllegalArgumentException", f"Unknown URI {request.uri}")
    connection = phone.database(request.authority)
    condition = f"{_id_column(connection, table)}={int(rest[0])}" if rest else ""
    with _read_only(connection, tables):
        yield connection, table, condition


@contextmanager
def _read_only(connection: sqlite3.Connection, tables: Sequence[str]) -> Iterator[None]:
    checks = 0

    def allow(
        action: int, first: str | None, second: str | None, _base: str | None, view: str | None
    ) -> int:
        # What a readable view reads is readable through it.
        if action == sqlite3.SQLITE_READ and first not in tables and view not in tables:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN_FUNCTIONS:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY

    def too_long() -> int:
        nonlocal checks
        checks += 1
        return int(checks > _MOST_CHECKS)

    connection.set_authorizer(allow)
    connection.set_progress_handler(too_long, _STEPS_BETWEEN_CHECKS)
    try:
        yield
    finally:
        connection.set_authorizer(None)
        connection.set_progress_handler(None, 0)


@contextmanager
def _settings_table(phone: PhonePort, request: _Request) -> Iterator[sqlite3.Connection]:
    namespace = request.path[0] if request.path else ""
    if namespace not in TABLES:
        raise JavaError("IllegalArgumentException", f"Invalid URI: {request.uri}")
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE TABLE settings (_id INTEGER PRIMARY KEY, name TEXT, value TEXT)")
        connection.executemany(
            "INSERT INTO settings (name, value) VALUES (?, ?)",
            phone.settings.list(namespace).items(),
        )
        with _read_only(connection, ("settings",)):
            yield connection
    finally:
        connection.close()


def _select(
    connection: sqlite3.Connection, statement: str
) -> tuple[list[str], list[tuple[object, ...]]]:
    try:
        cursor = connection.execute(statement)
        rows = cursor.fetchmany(_MOST_ROWS)
        names = [column[0] for column in cursor.description]
        cursor.close()
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        kind = "android.database.sqlite.SQLiteException"
        raise JavaError(kind, f"{error} (code 1): , while compiling: {statement}") from None
    return names, rows


def _columns(connection: sqlite3.Connection, table: str, projection: str) -> str:
    if not projection:
        return "*"
    names = _column_names(connection, table)
    wanted = [name.strip() for name in projection.split(":")]
    for name in wanted:
        if name not in names and name not in {"*", "count(*)"}:
            message = f"Invalid column {name}; columns are {':'.join(names)}"
            raise JavaError("IllegalArgumentException", message)
    return ", ".join(name if name in {"*", "count(*)"} else _quoted(name) for name in wanted)


def _column_names(connection: sqlite3.Connection, table: str) -> list[str]:
    return _select(connection, f"SELECT * FROM {_quoted(table)} LIMIT 0")[0]  # noqa: S608 - known


def _id_column(connection: sqlite3.Connection, table: str) -> str:
    names = _column_names(connection, table)
    found = next((name for name in ("_id", "id") if name in names), "rowid")
    return _quoted(found)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return "BLOB"
    return str(value)


def _insert(phone: PhonePort, request: _Request) -> str:
    namespace = _writable(request)
    if "name" not in request.values or "value" not in request.values:
        message = "Bindings not specified. Did you specify --bind argument(s)?"
        raise JavaError("IllegalArgumentException", message)
    phone.settings.put(namespace, request.values["name"], request.values["value"])
    return ""


def _update(phone: PhonePort, request: _Request) -> str:
    namespace = _writable(request)
    if "value" not in request.values:
        message = "Bindings not specified. Did you specify --bind argument(s)?"
        raise JavaError("IllegalArgumentException", message)
    for name in _named(phone, request):
        phone.settings.put(namespace, name, request.values["value"])
    return ""


def _delete(phone: PhonePort, request: _Request) -> str:
    namespace = _writable(request)
    for name in _named(phone, request):
        phone.settings.delete(namespace, name)
    return ""


def _writable(request: _Request) -> str:
    if request.authority != "settings":
        message = f"{request.authority} can be read only; use the app to change what it holds"
        raise JavaError("UnsupportedOperationException", message)
    namespace = request.path[0] if request.path else ""
    if namespace not in TABLES:
        raise JavaError("IllegalArgumentException", f"Invalid URI: {request.uri}")
    return namespace


def _named(phone: PhonePort, request: _Request) -> list[str]:
    if not request.where and not request.path[1:]:
        raise JavaError("IllegalArgumentException", "a --where is needed, such as name='KEY'")
    with _readable(phone, request) as (connection, table, condition):
        conditions = " AND ".join(f"({one})" for one in (condition, request.where) if one)
        statement = f"SELECT name FROM {_quoted(table)} WHERE {conditions}"  # noqa: S608 - read only
        return [str(row[0]) for row in _select(connection, statement)[1]]


_ACTIONS = {"query": _query, "insert": _insert, "update": _update, "delete": _delete}
