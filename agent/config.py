"""One frozen ``Config`` and the one place that reads the environment.

A value comes from the first of: a flag, an ``AGENT_*`` variable, ``agent.toml`` in the working
directory, ``agent.toml`` in the user's configuration folder, the default. Where each one came from
is kept, so that ``agent config`` can say so and an error can point at the file, line and column.
"""

import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from agent.toml_file import read_toml
from tools.errors import ConfigError
from tools.guard import Rule
from tools.secrets.values import check_name

FILE_NAME = "agent.toml"
PREFIX = "AGENT_"
_LAST_PORT = 65535
_SHOWN = 80
SeeingTool = Literal[
    "look_closer", "ask_screen", "describe_screen", "read_text", "read_document", "count_things",
    "find_thing", "watch_screen", "look_back", "reason_about", "chat_about",
]  # fmt: skip
SEEING_TOOLS: Final[tuple[SeeingTool, ...]] = get_args(SeeingTool)
_Name = Annotated[str, StringConstraints(strip_whitespace=True)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not re.fullmatch(r"[^\s:]+", host) or not re.fullmatch(r"[0-9]{1,5}", port):
        raise ValueError("HOST:PORT")
    if not 1 <= int(port) <= _LAST_PORT:
        raise ValueError(f"HOST:PORT with a port from 1 to {_LAST_PORT}")
    return text


class Config(BaseModel):
    """Everything a run can be told. Each field says why its default is what it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    device: _Name = ""
    """ADB serial, host:port, ``virtual``, or a desktop: ``desktop``, ``desktop:2`` for a monitor,
    ``desktop:window=TITLE``, ``desktop:region=LEFT,TOP,WIDTH,HEIGHT``. Empty: the one real device
    that is attached, else the virtual phone, so that the first run needs nothing."""
    policy: _Name = "auto"
    """Who decides. ``auto``: ``vlm`` where a model is named, else ``rules``, which needs no
    weights, no key and no network."""
    model: _Name = ""
    """Who is asked: a name on the Hub, a folder, a server's model. ``auto``: what is configured or
    lies on this machine and fits, else the rules."""
    server: _Name = ""
    """Server of the model: a kind (vllm, ollama, openai, ...) or an address. Empty: the model is
    loaded into this process."""
    server_kind: _Name = ""
    """Kind of the server at an address, where its quirks matter. Empty: told by the address."""
    dialect: _Name = "auto"
    """How the model is spoken to. ``auto``: by its name or configuration, never by its numbers."""
    min_pixels: Annotated[int, Field(ge=0)] = 0
    """Smallest area of the picture a model is shown. 0: what its family takes."""
    max_pixels: Annotated[int, Field(ge=0)] = 0
    """Largest area of that picture; fewer pixels cost less and show less. 0: the dialect's."""
    window: Annotated[int, Field(ge=0, le=20)] = 0
    """Screenshots a model is shown at least, as far as there are any. 0: the dialect's own."""
    reply_timeout_s: Annotated[float, Field(gt=0, le=7200)] = 600.0
    """Seconds for one reply of a server. Thinking models on small machines take minutes."""
    quantization: Literal["none", "8bit", "4bit"] = "none"
    """Smaller weights for a model in this process; needs the extra ``quant`` and a GPU."""
    offline: bool = False
    """Take only weights that are on this machine."""
    script: Path | None = None
    """File of decisions for the policy ``scripted``; no other policy reads one."""
    max_steps: Annotated[int, Field(ge=1, le=1000)] = 40
    """Steps before the run is given up. The longest job shipped takes about 25."""
    timeout_s: Annotated[float, Field(gt=0, le=86400)] = 600.0
    """Seconds before the run is given up: ten minutes is longer than a person would watch."""
    max_mistakes: Annotated[int, Field(ge=1, le=100)] = 3
    """Decisions in a row that could not be carried out. A policy that was told twice what was
    wrong seldom gets it right the fourth time."""
    max_reasks: Annotated[int, Field(ge=0, le=20)] = 2
    """How often an unreadable reply is asked for again; such a question is no step."""
    app: str = ""
    """App to open before the first look, by name or package. Empty: start where the device is."""
    expect: tuple[_Text, ...] = ()
    """Texts that must stand on the screen at the end; the verdict of the run follows from them."""
    cache: Literal["off", "read", "auto", "refresh"] = "off"
    """Whether a goal that was reached before is reached from memory. ``auto``: yes, and what was
    verified is kept; ``read``: nothing is kept; ``refresh``: only kept. Off, because it is no use
    without checks."""
    cache_dir: Path | None = None
    """Where that is kept. Unset: a folder of this user's cache."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of the virtual phone: its data, prices and dates follow from it."""
    scenario: str = "default"
    """What the virtual phone is like: ``dark,zh,popup``. The default has no traps."""
    record_dir: Path = Path("recordings")
    """Where recordings go. Every run is recorded, in a folder of its own."""
    dry_run: bool = False
    """Show the first action instead of performing it."""
    guard: tuple[Rule, ...] = ()
    """What may be done at all, first match wins. Empty: everything the goal needs is allowed."""
    approve: Literal["terminal", "always", "never"] = "terminal"
    """Who answers when a rule says ask. Without a terminal the run stops with needs_human."""
    tools: tuple[str, ...] = ()
    """Modules with further tools, imported by name, so that nothing is run unasked."""
    seeing_tools: tuple[SeeingTool, ...] = SEEING_TOOLS
    """Tools by which a model that sees may look more closely: at a part enlarged, to read, find,
    count, describe, watch, look back, think through. All of them (``true``) cost a Qwen about 1500
    tokens of prompt; a small model may do better with few, or none (``false``)."""
    adb_server: Annotated[str, AfterValidator(_address)] = "127.0.0.1:5037"
    """Address of the ADB server, which is adb's own default."""
    countdown_s: Annotated[int, Field(ge=0, le=60)] = 3
    """Seconds counted down before the first act on a person's own desktop, time enough for Ctrl-C.
    None where everything is allowed anyway (``--yes``), nor on a display for programs only."""
    pointer_back: bool = False
    """Whether the pointer of a desktop is put back after each act, for who works there too."""
    ui_tree: Literal["auto", "always", "never"] = "auto"
    """Whether the accessibility tree is read. ``auto``: only if the policy looks at it, because
    it is the slowest part of a look on a real phone."""

    secrets: tuple[Annotated[str, AfterValidator(check_name)], ...] = ()
    """Names of secrets that may be typed as ``<secret:NAME>``. The values come from the environment
    or the keyring, so that no file, command line or recording holds them."""
    mask: tuple[str, ...] = ()
    """Regions that nobody is to see: LEFT,TOP,RIGHT,BOTTOM in device px, or text=WORDS."""

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        if (
            isinstance(value, bool)
            and cls.model_fields[info.field_name or ""].annotation is not bool
        ):
            raise ValueError("something else than true or false")
        return value

    @field_validator("seeing_tools", mode="before")
    @classmethod
    def _all_or_none(cls, value: object) -> object:
        if isinstance(value, bool):
            return SEEING_TOOLS if value else ()
        names = tuple(value) if isinstance(value, tuple | list) else ()
        if not all(isinstance(name, str) for name in names):
            return value
        match [name.lower() for name in names]:
            case ["true" | "all"]:
                return SEEING_TOOLS
            case ["false" | "none"]:
                return ()
        return tuple(dict.fromkeys(names)) if names else value

    @field_validator("*")
    @classmethod
    def _can_be_written(cls, value: object) -> object:
        """Every setting goes into the recording, which is UTF-8."""
        for each in value if isinstance(value, tuple) else (value,):
            try:
                str(each).encode()
            except UnicodeEncodeError:
                raise ValueError("text in UTF-8") from None
        return value

    @field_validator("record_dir", "script", "cache_dir")
    @classmethod
    def _at_home(cls, value: Path | None) -> Path | None:
        """No shell has replaced the ``~`` in a file or a variable."""
        try:
            return value.expanduser() if value is not None else None
        except RuntimeError:
            raise ValueError("a path without ~, as the home folder is not known") from None


@dataclass(frozen=True)
class LoadedConfig:
    """A config and where each value came from.

    Attributes:
        config: The values.
        origins: Field name to ``default``, ``--flag``, ``AGENT_X`` or ``path:line``.
        notes: What looks like a slip of the pen, one line each.
    """

    config: Config
    origins: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """Raw values from one place and how to name that place for a field."""

    values: Mapping[str, Any]
    places: Mapping[str, str]


def user_file() -> Path:
    """The configuration file of this user, whether or not it exists."""
    return Path(platformdirs.user_config_dir("tapwright", appauthor=False)) / FILE_NAME


def user_cache() -> Path:
    """The cache folder of this user, whether or not it exists."""
    return Path(platformdirs.user_cache_dir("tapwright", appauthor=False))


def load_config(
    flags: Mapping[str, Any] | None = None, *, environ: Mapping[str, str] | None = None
) -> LoadedConfig:
    """Gather the configuration of this process.

    Args:
        flags: Values given on the command line or in Python, by field name; ``None`` means not
            given.
        environ: Environment to read; the process's own if ``None``.

    Raises:
        ConfigError: A name or value is wrong; the message says where it stands.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    for name in given:
        if name not in Config.model_fields:
            raise ConfigError(f"Unknown setting {name!r}.", hint=did_you_mean(name, _names()))
    environment, notes = _read_environment(os.environ if environ is None else environ)
    sources = [
        _Source(given, {name: flag_name(name) for name in given}),
        environment,
        _read_file(Path(FILE_NAME)),
        _read_file(user_file()),
    ]
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Config.model_fields, "default")
    for source in reversed(sources):
        values.update(source.values)
        origins.update(source.places)
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise _describe(error, origins) from None
    return LoadedConfig(config, MappingProxyType(origins), notes)


def environment_keys(
    names: Iterable[str], *, environ: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Those of ``names`` that are set in the environment: keys to model servers, secrets to type.

    They are no part of ``Config``, so that no command prints them and no recording holds them.
    """
    found = os.environ if environ is None else environ
    return {name: found[name] for name in names if name and name in found}


def hub_cache() -> Path:
    """Where the Hub's client keeps what it downloaded: HF_HUB_CACHE, HF_HOME, or its default."""
    if "HF_HUB_CACHE" in os.environ:
        return Path(os.environ["HF_HUB_CACHE"])
    home = os.environ.get("HF_HOME")
    return (Path(home) if home is not None else Path.home() / ".cache/huggingface") / "hub"


def did_you_mean(word: str, known: list[str]) -> str:
    """A hint that names the closest of ``known``, or all of them if none is close."""
    if close := _close(word, known):
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(known)}." if known else ""


def _close(word: str, known: list[str]) -> list[str]:
    return difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)


def flag_name(field: str) -> str:
    """How a field is spelled on the command line."""
    return {"timeout_s": "--timeout", "secrets": "--secret"}.get(
        field, "--" + field.replace("_", "-")
    )


def _names() -> list[str]:
    return sorted(Config.model_fields)


def _is_list(field: str) -> bool:
    return get_origin(Config.model_fields[field].annotation) is tuple


def _read_environment(environ: Mapping[str, str]) -> tuple[_Source, tuple[str, ...]]:
    """Take the ``AGENT_*`` variables; unknown ones may be another program's and are left alone."""
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    notes: list[str] = []
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        field = variable.removeprefix(PREFIX).lower()
        if field in Config.model_fields:
            values[field] = _from_text(field, environ[variable], variable)
            places[field] = variable
        elif close := difflib.get_close_matches(field, _names(), n=1, cutoff=0.85):
            notes.append(f"{variable} is not used; did you mean {PREFIX}{close[0].upper()}?")
    return _Source(values, places), tuple(notes)


def _from_text(field: str, text: str, place: str) -> Any:  # noqa: ANN401 - pydantic checks it
    if not _is_list(field):
        return text
    if not text.lstrip().startswith("["):
        between = ";" if field == "mask" else ","  # a region has commas of its own
        return tuple(part.strip() for part in text.split(between) if part.strip())
    try:
        return tuple(json.loads(text))
    except ValueError as error:
        raise ConfigError(f"{place}: this is no JSON list: {error}.") from None


def _read_file(path: Path) -> _Source:
    file = read_toml(path)
    for name in file.table:
        if name not in Config.model_fields:
            place = file.places[name]
            raise ConfigError(f"{place}: unknown key {name!r}.", hint=did_you_mean(name, _names()))
    return _Source(file.table, file.places)


_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text",
    "tuple": "a list",
    "path": "a path",
    "model": "a table",
    "dict": "a table",
}
"""What a value should have been, by how pydantic's name for the mistake begins."""


def _describe(error: ValidationError, origins: Mapping[str, str]) -> ConfigError:
    # A misspelt key is told as such, not as the key that is missing because of it.
    first = min(error.errors(include_url=False), key=lambda each: each["type"] == "missing")
    field, *inner = first["loc"]
    place = origins.get(str(field), "default")
    if field == "secrets":  # what was given may be the secret itself: it is not repeated
        return ConfigError(
            f"{place}: a secret is given by its name, such as WIFI_PASSWORD, not by its value.",
            hint="Names are capital letters, digits and _; values come from the environment.",
        )
    where = ".".join([str(field), *(str(part) for part in inner)])
    kind, given = first["type"], first["input"]
    if kind == "extra_forbidden":
        known = sorted(Rule.model_fields) if inner else _names()
        hint = did_you_mean(str(first["loc"][-1]), known)
        return ConfigError(f"{place}: unknown key {where!r}.", hint=hint)
    if kind == "missing":
        return ConfigError(f"{place}: {where} is missing.")
    if kind == "value_error" and inner:  # a rule says in full what is wrong with it
        return ConfigError(f"{place}: {where}: {first['msg'].removeprefix('Value error, ')}.")
    if kind == "string_too_short":  # no text of ours needs more than one character
        return ConfigError(f"{place}: {where} is empty.")
    hint = ""
    if kind == "literal_error":
        expected = re.findall(r"'([^']*)'", str(first.get("ctx", {}).get("expected", "")))
        hint = did_you_mean(str(given), expected) if _close(str(given), expected) else ""
    family = kind.partition("_")[0]
    wanted = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    if kind == "string_unicode":
        wanted = "text in UTF-8"
    elif kind.endswith(("_type", "_parsing", "_from_float")) and family in _WANTED:
        wanted = _WANTED[family]
    return ConfigError(f"{place}: {where} must be {wanted}, not {_brief(given)}.", hint=hint)


def _brief(value: object) -> str:
    text = repr(value) if isinstance(value, str | int | float | list | dict) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
