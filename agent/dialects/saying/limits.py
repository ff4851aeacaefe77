"""What a model is told of an argument besides its name: whether it is needed, and its bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agent.dialects.saying.example import is_point, kinds, settled


@dataclass(frozen=True)
class LimitWords:
    """The words for it in one language; ``{}`` is a number.

    Attributes:
        optional: It may be left out.
        span: From one number to another.
        least: No less than this.
        most: No more than this.
        above: More than this.
        below: Less than this.
        multiple: A multiple of this.
        letters: So long a text.
        items: So many in a list.
        each: What each item of a list is.
        then: Between one limit and the next.
        comma: Between choices.
        last: Before the last choice.
        stop: Ends a sentence.
    """

    optional: str = "optional"
    span: str = "{} to {}"
    least: str = "at least {}"
    most: str = "at most {}"
    above: str = "above {}"
    below: str = "below {}"
    multiple: str = "a multiple of {}"
    letters: str = "{} letters"
    items: str = "{} of them"
    each: str = "each {}"
    then: str = ", "
    comma: str = ", "
    last: str = " or "
    stop: str = "."


ENGLISH: Final = LimitWords()
CHINESE: Final = LimitWords(
    optional="可省略",
    span="{} 到 {}",
    least="至少 {}",
    most="至多 {}",
    above="大于 {}",
    below="小于 {}",
    multiple="{} 的倍数",
    letters="{} 个字",
    items="{} 个",
    each="每个是 {}",
    then="，",
    comma="、",
    last=" 或 ",
    stop="。",
)


def limits(schema: object, root: Mapping[str, Any], words: LimitWords, *, needed: bool) -> str:
    """The limits of an argument in a few words; empty if there is nothing to say.

    Args:
        schema: Of the argument; of one that may be of several kinds no bounds are told.
        root: The whole schema of the tool.
        words: Of the language of the prompt.
        needed: Whether it has to be given.
    """
    told = [] if needed else [words.optional]
    if kinds(schema, root) == 1:
        told += _bounds(settled(schema, root), root, words)
    return words.then.join(told)


def _bounds(schema: Mapping[str, Any], root: Mapping[str, Any], words: LimitWords) -> list[str]:
    if is_point(schema):
        return []
    if choices := [choice for choice in schema.get("enum", ()) if choice is not None]:
        return [_one_of([str(choice) for choice in choices], words)]
    match schema.get("type"):
        case "integer" | "number":
            return _numbers(schema, words)
        case "string":
            least = schema.get("minLength", 0)
            long = _between(least if least > 1 else None, schema.get("maxLength"), words)
            return [words.letters.format(text) for text in long]
        case "array":
            count = _between(schema.get("minItems"), schema.get("maxItems"), words)
            inner = _bounds(settled(schema.get("items"), root), root, words)
            each = [words.each.format(words.then.join(inner))] if inner else []
            return [*(words.items.format(text) for text in count), *each]
        case _:
            return []


def _numbers(schema: Mapping[str, Any], words: LimitWords) -> list[str]:
    told = [
        word.format(_plain(schema[key]))
        for key, word in (("exclusiveMinimum", words.above), ("exclusiveMaximum", words.below))
        if key in schema
    ]
    told += _between(schema.get("minimum"), schema.get("maximum"), words)
    step = schema.get("multipleOf")
    return [*told, words.multiple.format(_plain(step))] if step else told


def _between(least: float | None, most: float | None, words: LimitWords) -> list[str]:
    if least is not None and most is not None:
        same = least == most
        return [_plain(least) if same else words.span.format(_plain(least), _plain(most))]
    told = [words.least.format(_plain(least))] if least is not None else []
    return [*told, words.most.format(_plain(most))] if most is not None else told


def _plain(number: float) -> str:
    return str(round(number)) if float(number).is_integer() else str(number)


def _one_of(choices: Sequence[str], words: LimitWords) -> str:
    *first, last = choices
    return f"{words.comma.join(first)}{words.last}{last}" if first else last
