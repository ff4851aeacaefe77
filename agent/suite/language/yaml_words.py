"""What YAML complains of, in words for the person who wrote it, at the place to mend."""

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
        opened = source.text[error.context_mark.index : error.context_mark.index + 1]
        which = f"the {opened}" if opened in {"[", "{"} else "a bracket"
        line = source.place(error.context_mark.index).line
        message = f"{which} of line {line} is not closed, or a comma is missing."
        hint = "Put a value that holds { } [ ] , or ? in quotes."
    elif "expected <block end>" in said:
        message, hint = "this does not fit what stands above it.", "Check the indentation."
    return Problem(source.place(at), message, hint)
