"""Tools that others wrote: modules named by the person, and installed entry points."""

import importlib
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from tools.errors import ConfigError
from tools.registry import Tool

GROUP = "tapwright.tools"
"""Entry points of this group name a module with tools in it, or one tool."""
# What running somebody's module can raise because the module itself is wrong.
_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError,
)  # fmt: skip


def load_module(name: str) -> tuple[Tool, ...]:
    """Import ``name`` and collect the tools defined in it, in order of definition.

    Raises:
        ConfigError: It cannot be imported, or there is no tool in it.
        ToolDefinitionError: One of its tools does not fit together.
    """
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(
            f"{name!r} is not the name of a module.", hint="Write it as in import: package.module"
        )
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = f"There is no module {error.name!r}"
        about = "." if error.name == name else f", which the tools {name!r} need."
        raise ConfigError(missing + about, hint="Is its folder on PYTHONPATH?") from error
    except _BROKEN as error:
        raise ConfigError(f"The tools {name!r} cannot be loaded: {_line(error)}") from error
    return _tools_in(vars(module).values(), f"the module {name!r}")


def load_plugins(found: Iterable[EntryPoint] | None = None) -> tuple[Tool, ...]:
    """Load the tools of all installed packages that offer some.

    Args:
        found: The entry points to load; by default those of the group ``tapwright.tools``.

    Raises:
        ConfigError: An entry point cannot be loaded, or leads to no tool.
        ToolDefinitionError: One of the tools does not fit together.
    """
    tools: list[Tool] = []
    for point in entry_points(group=GROUP) if found is None else found:
        origin = f"the entry point {point.name!r} of {point.dist.name if point.dist else GROUP!r}"
        try:
            value = point.load()
        except _BROKEN as error:
            raise ConfigError(
                f"The tools of {origin} cannot be loaded: {_line(error)}",
                hint="Mend or uninstall that package.",
            ) from error
        held = [value] if isinstance(value, Tool) else list(vars(value).values())
        tools.extend(_tools_in(held, origin))
    return tuple(tools)


def _tools_in(values: Iterable[object], origin: str) -> tuple[Tool, ...]:
    tools = tuple(dict.fromkeys(value for value in values if isinstance(value, Tool)))
    if not tools:
        raise ConfigError(
            f"There is no tool in {origin}.", hint="Mark its functions with @tools.registry.tool"
        )
    return tools


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
