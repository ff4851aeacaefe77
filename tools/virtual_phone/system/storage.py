"""One in-memory SQLite database an app, made when it is first wanted."""

import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.scenario import Scenario

Cell = str | int | float | bytes | None


class UnknownAppError(KeyError):
    """No app of that package is installed."""


class UnknownTableError(KeyError):
    """The app has no such table, or does not let it be read."""


@dataclass(frozen=True)
class TableRows:
    """A table's content: column names and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Databases:
    """The databases of all apps.

    A database is filled from the seed when it is first touched; because an app's rows depend on
    the seed and its package alone, the moment makes no difference.
    """

    def __init__(self, apps: Mapping[str, App], scenario: Scenario, seed: int) -> None:
        self._apps = apps
        self._open: dict[str, sqlite3.Connection] = {}
        self._seeded: dict[str, int] = {}
        self._epoch = 0
        self.adopt(scenario, seed)

    def adopt(self, scenario: Scenario, seed: int) -> None:
        """Make databases from another scenario and seed from now on; those in use stay."""
        self._scenario = scenario
        self._seed = seed

    def seed_for(self, package: str) -> Seed:
        """The seed of one app: its random numbers depend on the package and the phone's seed."""
        rng = random.Random(f"{self._seed}/{package}")  # noqa: S311 - not for secrets
        return Seed(rng, self._scenario.now, self._scenario, self._scenario.locale)

    def get(self, package: str) -> sqlite3.Connection:
        """The app's database, in autocommit mode, rows as `sqlite3.Row`.

        Raises:
            UnknownAppError: If no such app is installed.
        """
        if package not in self._open:
            if package not in self._apps:
                raise UnknownAppError(package)
            database = _connect()
            self._apps[package].create(database, self.seed_for(package))
            self._open[package] = database
            self._seeded[package] = database.total_changes
        return self._open[package]

    def forget(self, package: str) -> None:
        """Drop an app's rows; the next use makes them anew."""
        connection = self._open.pop(package, None)
        if connection is not None:
            connection.close()
            self._seeded.pop(package, None)
            self._epoch += 1

    def changes(self) -> tuple[int, int]:
        """A token that differs after every write to any database, filling it apart."""
        return self._epoch, sum(
            database.total_changes - self._seeded.get(package, 0)
            for package, database in self._open.items()
        )

    def tables(self, package: str) -> tuple[str, ...]:
        """Names of the tables that may be read, in the app's order or sorted.

        Raises:
            UnknownAppError: If no such app is installed.
        """
        database = self.get(package)
        query = (
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        return self._apps[package].tables() or tuple(row[0] for row in database.execute(query))

    def read(self, package: str, table: str) -> TableRows:
        """All rows of a table, in the order of their row ids.

        Raises:
            UnknownAppError: If no such app is installed.
            UnknownTableError: If the table does not exist or may not be read.
        """
        if table not in self.tables(package):
            raise UnknownTableError(f"{package}/{table}")
        quoted = '"' + table.replace('"', '""') + '"'
        cursor = self.get(package).execute(f"SELECT * FROM {quoted}")  # noqa: S608 - a known name
        columns = tuple(column[0] for column in cursor.description)
        return TableRows(columns, tuple(tuple(row) for row in cursor.fetchall()))

    def dump(self) -> dict[str, bytes]:
        """Every database that is in use, as the bytes of an SQLite file."""
        return {package: database.serialize() for package, database in self._open.items()}

    def load(self, dumped: Mapping[str, bytes]) -> None:
        """Take over what `dump` gave. Connections handed out before stay valid."""
        for package in set(self._open) - set(dumped):
            self.forget(package)
        for package, data in dumped.items():
            if package not in self._open:
                self._open[package] = _connect()
            self._open[package].deserialize(data)
        self._epoch += 1

    def forget_all(self) -> None:
        """Drop all rows of all apps."""
        for package in list(self._open):
            self.forget(package)


def _connect() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    # Writes the first page: SQLite cannot serialize a database without any.
    connection.execute("PRAGMA user_version = 1")
    return connection
