"""From a function's signature and docstring to a checked JSON schema and a strict validator.

A ``Point`` is written by models as ``[x, y]``. This file is the only place that knows.
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from docstring_parser import Docstring, DocstringStyle, ParseError, parse
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PydanticSchemaGenerationError,
    PydanticUserError,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict  # pydantic refuses typing's own below Python 3.12

from tools.errors import ToolDefinitionError
from tools.geometry import Point
from tools.outcome import ToolContext

POINT_FORMAT = "point"
"""The ``format`` that marks an ``[x, y]`` in a tool's JSON schema."""
_POINT_LENGTH = 2
_SHOWN_INPUT = 80


def _point_from_array(value: object) -> object:
    numbers = isinstance(value, list) and len(value) == _POINT_LENGTH
    if not numbers or any(type(number) is not int for number in value):  # type: ignore[attr-defined]
        raise ValueError("a point is written as [x, y], two whole numbers")
    return Point(x=value[0], y=value[1])  # type: ignore[index]


_ARRAY_POINT = Annotated[
    Point,
    BeforeValidator(_point_from_array),
    WithJsonSchema(
        {
            "type": "array",
            "format": POINT_FORMAT,
            "items": {"type": "integer"},
            "minItems": _POINT_LENGTH,
            "maxItems": _POINT_LENGTH,
        }
    ),
]


@dataclass(frozen=True, eq=False)
class CallSchema:
    """What a tool function may be called with.

    Attributes:
        description: What the tool does, from the docstring.
        parameters: JSON schema of the arguments, an object.
        context: Name of the parameter that takes the ``ToolContext``; empty if there is none.
        points: Names of the arguments that are points, or may be.
    """

    description: str
    parameters: dict[str, JsonValue]
    context: str
    points: frozenset[str]
    adapter: TypeAdapter[dict[str, Any]]

    def validate(self, arguments: Mapping[str, JsonValue]) -> tuple[dict[str, Any], list[str]]:
        """Check ``arguments`` as they came from JSON; nothing is converted silently.

        Returns:
            The typed arguments, and one line for each problem; one of the two is empty.
        """
        try:
            return self.adapter.validate_json(json.dumps(arguments), strict=True), []
        except ValidationError as error:
            names = ", ".join(self.adapter_names) or "no arguments"
            return {}, [_in_words(problem, names) for problem in error.errors(include_url=False)]

    @property
    def adapter_names(self) -> tuple[str, ...]:
        """The argument names, in order."""
        properties = self.parameters.get("properties")
        return tuple(properties) if isinstance(properties, dict) else ()


def describe_call(function: Callable[..., object], name: str) -> CallSchema:
    """Build the schema of ``function`` from its signature and its Google docstring.

    Raises:
        ToolDefinitionError: Signature, type hints and docstring do not fit together.
    """
    docstring = _read_docstring(function, name)
    hints = _read_hints(function, name)
    documented = {entry.arg_name: entry.description or "" for entry in docstring.params}
    fields: dict[str, Any] = {}
    context, points = "", set()
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise _misfit(name, f"{parameter.name!r} must be a plain argument, passed by name")
        if parameter.name not in hints:
            raise _misfit(name, f"{parameter.name!r} has no type hint")
        if hints[parameter.name] is ToolContext:
            if context:
                raise _misfit(name, "there are two ToolContext parameters")
            context = parameter.name
            documented.pop(context, None)
            continue
        text = " ".join(documented.pop(parameter.name, "").split())
        if not text:
            raise _misfit(name, f"{parameter.name!r} is not described under Args")
        fields[parameter.name] = _field(hints[parameter.name], parameter, text)
        if _mentions_point(hints[parameter.name]):
            points.add(parameter.name)
    if documented:
        raise _misfit(name, f"the docstring describes {sorted(documented)}, which it does not take")
    parameters, adapter = _build(name, fields)
    description = "\n\n".join(
        text.strip() for text in (docstring.short_description, docstring.long_description) if text
    )
    return CallSchema(description, parameters, context, frozenset(points), adapter)


def return_types(function: Callable[..., object], name: str) -> tuple[type, ...]:
    """The classes in the return annotation of ``function``, unions taken apart.

    Raises:
        ToolDefinitionError: There is no return annotation.
    """
    hints = _read_hints(function, name)
    if "return" not in hints:
        raise _misfit(name, "it has no return annotation")
    return tuple(_members(hints["return"]))


def _misfit(name: str, what: str) -> ToolDefinitionError:
    return ToolDefinitionError(f"Tool {name!r} cannot be used: {what}.")


def _read_docstring(function: Callable[..., object], name: str) -> Docstring:
    try:
        docstring = parse(inspect.getdoc(function) or "", style=DocstringStyle.GOOGLE)
    except ParseError as error:
        raise _misfit(name, f"its docstring cannot be read ({error})") from error
    if not docstring.short_description:
        raise _misfit(name, "it has no docstring to tell a model what it does")
    return docstring


def _read_hints(function: Callable[..., object], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise _misfit(name, f"its type hints cannot be resolved ({error})") from error


def _field(hint: object, parameter: inspect.Parameter, text: str) -> object:
    if parameter.default is parameter.empty:
        return Required[Annotated[_with_array_points(hint), Field(description=text)]]
    extra: dict[str, JsonValue] = {"default": parameter.default}
    described = Field(description=text, json_schema_extra=extra)
    return NotRequired[Annotated[_with_array_points(hint), described]]


def _build(
    name: str, fields: dict[str, Any]
) -> tuple[dict[str, JsonValue], TypeAdapter[dict[str, Any]]]:
    arguments = TypedDict("arguments", fields)  # type: ignore[misc]  # built from data
    arguments.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    try:
        adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(cast("type[dict[str, Any]]", arguments))
        schema = adapter.json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        line = str(error).splitlines()[0]
        raise _misfit(name, f"an argument has no JSON form ({line})") from error
    schema.pop("title", None)
    for entry in schema.setdefault("properties", {}).values():
        entry.pop("title", None)
    return schema, adapter


def _with_array_points(hint: object) -> Any:  # noqa: ANN401 - a type hint of any form
    """``hint`` with every ``Point`` in it replaced by one that reads ``[x, y]``."""
    if hint is Point:
        return _ARRAY_POINT
    origin: Any = get_origin(hint)
    inner = get_args(hint)
    if not inner or not _mentions_point(hint):
        return hint
    if origin is Annotated:
        return Annotated[(_with_array_points(inner[0]), *inner[1:])]
    replaced = tuple(_with_array_points(part) for part in inner)
    if origin in (Union, UnionType):
        return Union[replaced]  # noqa: UP007 - built from data
    return origin[replaced]  # a generic such as tuple or list


def _mentions_point(hint: object) -> bool:
    return hint is Point or any(_mentions_point(part) for part in get_args(hint))


def _members(annotation: object) -> Iterator[type]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _members(part)
    elif isinstance(annotation, type):
        yield annotation
    else:
        yield type(annotation)  # a form such as Any or Literal: no outcome, and refused as such


def _in_words(problem: ErrorDetails, names: str) -> str:
    where = ".".join(str(part) for part in problem["loc"]) or "arguments"
    if problem["type"] == "missing":
        return f"{where}: is missing"
    if problem["type"] == "extra_forbidden":
        return f"{where}: there is no such argument; it takes {names}"
    given = json.dumps(problem["input"], ensure_ascii=False, default=str)
    if len(given) > _SHOWN_INPUT:
        given = f"{given[:_SHOWN_INPUT]}…"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{where}: {message[0].lower()}{message[1:]}, not {given}"
