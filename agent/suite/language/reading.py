"""Makes models of nodes, and of what does not fit a problem with its place."""

from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from agent.config import did_you_mean
from agent.suite.language.fill import has_reference
from agent.suite.language.form import Written
from agent.suite.language.nodes import Document, Listing, Mapping, Node, Scalar, plain
from agent.suite.language.problem import Problem
from agent.suite.language.spelling import shown

M = TypeVar("M", bound=Written)
_KEY = "[key]"


def read_as(
    kind: type[M], node: Mapping, document: Document, *, unfilled: bool
) -> tuple[M | None, tuple[Problem, ...]]:
    """Make a ``kind`` of ``node``.

    Args:
        kind: What it is to be.
        node: The mapping.
        document: Where it comes from.
        unfilled: Whether ``${names}`` still stand in it: then what holds one is not complained of.

    Returns:
        The model, or ``None`` and what is wrong. Both are empty where only values that hold a
        ``${name}`` do not fit yet.
    """
    try:
        return kind.model_validate(plain(node)), ()
    except ValidationError as error:
        found = []
        for each in error.errors(include_url=False):
            spot = _find(node, each)
            if unfilled and isinstance(spot, Scalar) and has_reference(spot.text):
                continue
            found.append(_problem(kind, document, spot, each))
        return None, tuple(found)


def _path(error: ErrorDetails) -> tuple[int | str, ...]:
    inner = str(error.get("ctx", {}).get("at", ""))
    return (*error["loc"], *inner.split(".")) if inner else error["loc"]


def _find(node: Node, error: ErrorDetails) -> Node:
    """What ``error`` is about, as near as it stands in the file."""
    path = _path(error)
    pointed = error["type"] == "extra_forbidden" or (
        error["type"] == "task" and len(path) > len(error["loc"])
    )
    for depth, part in enumerate(path):
        last = depth == len(path) - 1
        if isinstance(node, Listing) and str(part).isdigit() and int(part) < len(node.items):
            node = node.items[int(part)]
        elif isinstance(node, Mapping) and (key := node.key(str(part))) is not None:
            value = node.get(str(part))
            asks_key = path[depth + 1 : depth + 2] == (_KEY,)
            if value is None or asks_key or (last and pointed and not isinstance(value, Scalar)):
                return key
            if last and error["type"] == "extra_forbidden":
                return key
            node = value
        elif part != _KEY:
            break
    return node


def _problem(kind: type[Written], document: Document, spot: Node, error: ErrorDetails) -> Problem:
    place = document.source.place(spot.at)
    context = error.get("ctx", {})
    names = [str(part) for part in error["loc"] if isinstance(part, str) and part != _KEY]
    about = names[-1] if names else "the task"
    match error["type"]:
        case "extra_forbidden":
            owner = _model_at(kind, error["loc"][:-1])
            return Problem(place, f"unknown key {shown(about)}.", _known(owner, about))
        case "missing" if error["loc"] and isinstance(error["loc"][-1], int):
            return Problem(place, f"{about} has too few values.")
        case "missing":
            where = f" in {names[-2]}" if len(names) > 1 else ""
            return Problem(place, f"{about} is missing{where}.")
        case "tuple_type":
            found = shown(plain(spot))
            hint = f"Write {about}: [{spot.text}]" if isinstance(spot, Scalar) and spot.text else ""
            return Problem(place, f"{about} must be a list, not {found}.", hint)
        case "dict_type":
            return Problem(place, f"{about} must be a mapping, not {shown(plain(spot))}.")
        case "too_short" | "too_long":
            most = context.get("max_length", "")
            what = "must not be empty" if error["type"] == "too_short" else f"has more than {most}"
            return Problem(place, f"{about} {what}.")
        case "task":
            return Problem(place, f"{about} {context['message']}.", str(context["hint"]))
        case _:
            return Problem(place, f"{about}: {error['msg']}.")


def _known(owner: type[Written] | None, key: str) -> str:
    if owner is None:
        return ""
    meant = owner.synonyms.get(key)
    names = [owner.spelt(name) for name in owner.model_fields]
    return f"Did you mean {meant!r}?" if meant in names else did_you_mean(key, names)


def _model_at(kind: type[Written], path: Sequence[int | str]) -> type[Written] | None:
    """The model whose keys stand at ``path``."""
    here: Any = kind
    for part in path:
        here = _bare(here)
        if isinstance(here, type) and issubclass(here, Written):
            fields = here.model_fields
            found = next((each for name, each in fields.items() if here.spelt(name) == part), None)
            here = found.annotation if found is not None else None
        elif get_origin(here) is tuple:
            here = get_args(here)[0]
        else:
            return None
    here = _bare(here)
    return here if isinstance(here, type) and issubclass(here, Written) else None


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - any annotation of a field
    """Without ``Annotated`` and ``| None``."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (UnionType, Union):
            inner = [each for each in get_args(annotation) if each is not type(None)]
            if len(inner) != 1:
                return None
            annotation = inner[0]
        else:
            return annotation
