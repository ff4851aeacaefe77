"""Makes models of nodes, and of what does not fit a problem with its place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
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
    kind: type[M], node: Mapping, document: Document, *, unfilled: bool, whole: bool = True
) -> tuple[M | None, tuple[Problem, ...]]:
    """Make a ``kind`` of ``node``.

    Args:
        kind: What it is to be.
        node: The mapping.
        document: Where it comes from.
        unfilled: Whether ``${names}`` still stand in it: then what holds one is not complained of.
        whole: Whether keys that are missing are told.

    Returns:
        The model, or ``None`` and what is wrong. Both are empty where only values that hold a
        ``${name}`` do not fit yet.
    """
    try:
        return kind.model_validate(plain(node)), ()
    except ValidationError as error:
        errors = error.errors(include_url=False)
    meant = _meant(kind, errors)
    found = []
    for each in errors:
        spot = _find(node, each)
        open_yet = isinstance(spot.node, Scalar) and has_reference(spot.node.text)
        absent = each["type"] == "missing" and (each["loc"] in meant or not whole)
        if absent or (unfilled and open_yet):
            continue
        found.append(_problem(kind, document, spot, each))
    return None, tuple(found)


@dataclass(frozen=True)
class _Spot:
    """What a mistake is about, as near as it stands in the file.

    Attributes:
        node: The value, or the key if that is wrong.
        name: The key that a person would look for; empty at the root.
        item: Whether it is one of the items of that key's list.
        is_key: Whether the key itself is wrong.
    """

    node: Node
    name: str = ""
    item: bool = False
    is_key: bool = False

    @property
    def subject(self) -> str:
        """What the sentence about it begins with."""
        if self.is_key:
            return f"a key of {self.name}" if self.name else "a key"
        if self.item and self.name in _ITEMS:
            return _ITEMS[self.name]
        return self.name or "the task"


_ITEMS = {
    "setup": "a step", "steps": "a step", "solution": "a step", "teardown": "a step",
    "checks": "a check", "params": "a row", "tags": "a tag", "secrets": "a secret",
    "needs": "a name",
}  # fmt: skip


def _meant(kind: type[Written], errors: Sequence[ErrorDetails]) -> set[tuple[int | str, ...]]:
    """Where a key is missing only because it is misspelt."""
    found = set()
    for each in errors:
        if each["type"] == "extra_forbidden":
            owner = _model_at(kind, each["loc"][:-1])
            hint = _known(owner, str(each["loc"][-1]))
            if hint.startswith("Did you mean "):
                found.add((*each["loc"][:-1], hint.removeprefix("Did you mean '")[:-2]))
    return found


def _find(node: Node, error: ErrorDetails) -> _Spot:
    inner = error.get("ctx", {}).get("at", ()) if error["type"] == "task" else ()
    path = (*error["loc"], *inner)
    about_key = error["type"] == "extra_forbidden" or path[-1:] == (_KEY,)
    # "A step does one thing": the step is the subject, the second verb is the place.
    subject_end = len(error["loc"])
    spot = _Spot(node)
    here = spot
    for depth, part in enumerate(each for each in path if each != _KEY):
        value = here.node
        if isinstance(value, Listing) and isinstance(part, int) and part < len(value.items):
            here = _Spot(value.items[part], here.name, item=True)
        elif isinstance(value, Mapping) and (key := value.key(str(part))) is not None:
            last = depth == len(path) - 1 - (path[-1:] == (_KEY,))
            if last and about_key:
                here = _Spot(key, here.name, is_key=True)
            elif last and depth >= subject_end:
                here = _Spot(key, key.text)
            else:
                here = _Spot(value.get(key.text) or key, key.text)
        else:
            break
        if depth < subject_end:
            spot = here
    return replace(spot, node=here.node) if inner else here


def _problem(kind: type[Written], document: Document, spot: _Spot, error: ErrorDetails) -> Problem:
    place = document.source.place(spot.node.at)
    context, loc = error.get("ctx", {}), error["loc"]
    given = shown(plain(spot.node))
    hint = ""
    match error["type"]:
        case "extra_forbidden":
            message = f"unknown key {shown(loc[-1])}"
            hint = _outside(kind, loc) or _known(_model_at(kind, loc[:-1]), str(loc[-1]))
        case "missing" if isinstance(loc[-1], int):
            message = f"{spot.subject} has too few values"
        case "missing":
            where = f" in {spot.name}" if spot.name else ""
            message = f"{shown(loc[-1])} is missing{where}"
        case "too_long":
            message = f"{spot.subject} has more than {context['max_length']} values"
        case "tuple_type":
            message = f"{spot.subject} must be a list, not {given}"
            if isinstance(spot.node, Scalar) and spot.node.text:
                hint = f"Write {spot.name}: [{spot.node.text}]."
        case "dict_type":
            message = f"{spot.subject} must be a mapping, not {given}"
        case "task":
            message, hint = f"{spot.subject} {context['message']}", str(context["hint"])
        case _:
            message = f"{spot.subject}: {error['msg']}"
    return Problem(place, f"{message}.", _comment(document, spot.node) or hint)


def _comment(document: Document, node: Node) -> str:
    """A hint where a value is missing because it began with a ``#``."""
    if not isinstance(node, Scalar) or node.text or node.quoted:
        return ""
    rest = document.source.text[node.at :].partition("\n")[0]
    is_comment = rest.lstrip(" ").startswith("#")
    return "A # after a space begins a comment: put the value in quotes." if is_comment else ""


@lru_cache(maxsize=256)  # the same slip of the pen is seldom made once
def _known(owner: type[Written] | None, key: str) -> str:
    if owner is None:
        return ""
    meant = owner.synonyms.get(key)
    names = [owner.spelt(name) for name in owner.model_fields]
    return f"Did you mean {meant!r}?" if meant in names else did_you_mean(key, names)


def _outside(kind: type[Written], loc: Sequence[int | str]) -> str:
    """A hint where the key is one of the mapping around: ``timeout`` stands beside the verb."""
    around = _model_at(kind, loc[:-2])
    if around is None or str(loc[-1]) not in around.beside:
        return ""
    return f"Write {loc[-1]!r} beside {loc[-2]!r}, not in it."


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
