"""What YAML complains of, in words for the person who wrote it, at the place to mend."""

from contextlib import suppress

import yaml

from agent.suite.language.nodes import Source
from agent.suite.language.problem import Problem

_QUOTES = "Put the value in quotes."


def yaml_problem(source: Source, error: yaml.YAMLError) -> Problem:
    """The problem that ``error`` is, told for ``source``, from whose text it came."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(source.place(0), f"this is no YAML: {' '.join(str(error).split())}.")
    at = min(error.problem_mark.index, len(source.text))
    said, around = error.problem or "", error.context or ""
    here = source.text[at : at + 1]
    message, hint = f"this is no YAML: {said}{f' {around}' if around else ''}.", ""
    if source.text[max(0, at - 1) : at + 1] == "${":
        at -= 1
        message = "a ${…} between { } or [ ] must stand in quotes."
        hint = 'Write {text: "${name}"}.'
    elif here == "\t":
        message, hint = "a tab stands here.", "Indent with spaces."
    elif "quoted scalar" in around and error.context_mark is not None:
        if "unexpected end" in said or "document separator" in said:
            at, message = error.context_mark.index, "the quote that opens here is not closed."
        else:
            message = f"this cannot stand in quotes: {said}."
            hint = "A backslash in double quotes is written twice, or use single quotes."
    elif "mapping values are not allowed" in said:
        message = "a second ': ' cannot stand here."
        hint = "Put the value in quotes, or check the indentation."
    elif "cannot start any token" in said:
        message, hint = f"a value cannot begin with {here!r}.", _QUOTES
    elif "could not find expected ':'" in said:
        message, hint = "a ':' is missing here.", "Write key: value, with a space after the colon."
        if error.context_mark is not None:
            at = error.context_mark.index
    elif "expected alphabetic or numeric" in said:
        message, hint = "a value cannot begin with * or &.", _QUOTES
    elif "flow" in around and error.context_mark is not None:
        opened = error.context_mark.index
        if source.text[opened : opened + 1] not in {"[", "{"}:  # a value should stand there
            opened = _last_open(source.text, opened)
        which = f"the {source.text[opened]} of line {source.place(opened).line}"
        message = f"{which} is not closed, or a comma is missing."
        hint = "Put a value that holds { } [ ] , or ? in quotes."
    elif "expected <block end>" in said:
        message, hint = "this does not fit what stands above it.", "Check the indentation."
    return Problem(source.place(at), message, hint)


def _last_open(text: str, before: int) -> int:
    """Where the innermost bracket stands that is open at the index ``before``, within brackets."""
    opened: list[int] = []
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text):
            if token.start_mark.index >= before:
                break
            if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                opened.append(token.start_mark.index)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                opened.pop()
    return opened[-1]
