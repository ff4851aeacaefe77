"""Reads a TOML file and remembers where each of its keys stands, for errors that point there."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import ConfigError


@dataclass(frozen=True)
class TomlFile:
    """What a file says.

    Attributes:
        table: Its values by top-level key; empty if there is no such file.
        places: ``path:line:column`` of each of these keys, counted from 1.
    """

    table: Mapping[str, Any]
    places: Mapping[str, str]


def read_toml(path: Path) -> TomlFile:
    """Read ``path``.

    Raises:
        ConfigError: It cannot be read, or is no TOML; says where.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows begin with a mark
    except (FileNotFoundError, NotADirectoryError):
        return TomlFile({}, {})
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} cannot be read: it is not UTF-8 ({error.reason}).") from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(path, text, error) from None
    except RecursionError:
        raise ConfigError(f"{path}: this is nested too deeply.") from None
    keys = _key_places(text)
    places = {name: f"{path}:{line}:{column}" for name, (line, column) in keys.items()}
    return TomlFile(table, {name: places.get(name, str(path)) for name in table})


def _toml_error(path: Path, text: str, error: tomllib.TOMLDecodeError) -> ConfigError:
    match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    what = str(error).split(" (at ")[0]
    if match is not None:
        return ConfigError(f"{path}:{match[1]}:{match[2]}: this is no TOML: {what}.")
    lines = text.count("\n") + 1
    return ConfigError(f"{path}:{lines}:1: this is no TOML: {what}.")


def _key_places(text: str) -> dict[str, tuple[int, int]]:
    """Line and column, from 1, of every top-level key and table; tomllib does not tell them."""
    places: dict[str, tuple[int, int]] = {}
    in_table = False
    for number, line in enumerate(text.splitlines(), start=1):
        if table := re.match(r"\s*\[+\s*[\"']?([\w-]+)", line):
            in_table = True
            places.setdefault(table[1], (number, table.start(1) + 1))
        elif not in_table and (key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[=.]", line)):
            places.setdefault(key[1], (number, key.start(1) + 1))
    return places
