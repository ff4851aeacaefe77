"""A document as Markdown (GitHub's), in which no word of the page is a mark."""

import re
from collections.abc import Iterator, Sequence

from agent.perception.document.as_html import address, table_html
from agent.perception.document.values import (
    Block,
    Document,
    Figure,
    Formula,
    Listing,
    Run,
    Table,
    Words,
)

_MARK = re.compile(r"([\\`*\[\]|~$])")
_UNDERLINE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]{1,40};)")
_LINE_START = re.compile(r"^(\s{0,3})(#{1,6}(?=\s|$)|[+>=-]|\d{1,9}(?=[.)]))")
_TICKS = re.compile(r"`+")
_ENDS = re.compile(r"\A(\s*)(.*?)(\s*)\Z", re.DOTALL)


def as_markdown(document: Document) -> str:
    """``document`` as Markdown, a rule between pages.

    Tables with cells that cover several places are written as HTML, formulas between ``$$``.
    """
    pages = ("\n\n".join(_blocks(page.blocks)) for page in document.pages)
    return "\n\n---\n\n".join(filter(None, pages)) + "\n"


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Words):
            yield _words(block)
        elif isinstance(block, Formula):
            yield _formula(block)
        elif isinstance(block, Listing):
            yield "\n".join(_list(block, ""))
        elif isinstance(block, Table):
            yield _table(block)
        else:
            yield _figure(block)


def _words(block: Words) -> str:
    if block.type == "preformatted":
        return _fenced(block.text, "")
    if block.type == "heading":
        return f"{'#' * block.level} {_inline(block.runs, one_line=True)}"
    return _inline(block.runs)


def _formula(block: Formula) -> str:
    """Between dollars; a program that knows no formulas must find no mark in it either."""
    text = block.text.replace("<", r"\lt ").replace(">", r"\gt ").replace("$", r"\$")
    text = text.replace("](", "] (").replace("]:", "] :").replace("][", "] [").replace("`", "'")
    lines = "\n".join(line for line in text.splitlines() if line.strip())
    return f"$$\n{lines}\n$$"


def _list(block: Listing, indent: str) -> Iterator[str]:
    for number, item in enumerate(block.items, block.start):
        mark = f"{number}." if block.ordered else "-"
        inner = f"{indent}{' ' * (len(mark) + 1)}"
        yield f"{indent}{mark} {_inline(item.runs, one_line=True)}".rstrip()
        for nested in item.lists:
            yield from _list(nested, inner)


def _table(block: Table) -> str:
    if block.spans or not block.rows:
        return table_html(block)
    width = max(len(row) for row in block.rows)
    rows = [
        [_inline(cell.runs, one_line=True) for cell in row] + [""] * (width - len(row))
        for row in block.rows
    ]
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    lines.insert(1, f"|{' --- |' * width}")
    title = [f"{_escaped(block.caption, one_line=True)}\n"] if block.caption else []
    return "\n".join((*title, *lines))


def _figure(block: Figure) -> str:
    parts = []
    name = block.type.replace("_", " ")
    noted = block.type in {"music_sheet", "chemical_formula"}
    said = "" if noted else _escaped(block.text, one_line=True)
    if block.file:
        parts.append(f"![{said or name}]({address(block.file)})")
    elif not (block.text or block.table is not None):
        parts.append(f"*({name})*")
    if block.text and noted:
        parts.append(_fenced(block.text, block.notation.split(" ")[0]))
    elif said:
        parts.append(f"*{said}*")
    if block.table is not None:
        parts.append(_table(block.table))
    return "\n\n".join(parts)


def _fenced(text: str, language: str) -> str:
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _inline(runs: Sequence[Run], *, one_line: bool = False) -> str:
    pieces = []
    before = Run(text=" ")
    for run in runs:
        touches = _is_marked(before) and not (before.text[-1:].isspace() or run.text[:1].isspace())
        pieces.append(_run(run, one_line=one_line, touches=touches))
        before = run
    return _line_starts("".join(pieces))


def _is_marked(run: Run) -> bool:
    return run.strong or run.emphasis or run.code


def _run(run: Run, *, one_line: bool, touches: bool) -> str:
    """White space stands outside of the marks, where Markdown wants it.

    Args:
        run: To be written.
        one_line: Whether a line break would end the block.
        touches: Whether marks of the run before end where this one begins.
    """
    match = _ENDS.match(run.text)
    before, words, after = match.groups() if match is not None else ("", run.text, "")
    if not words:
        return _broken(before + after, one_line=one_line)
    if run.code and "\n" not in words:
        ticks = "`" * (max(map(len, _TICKS.findall(words)), default=0) + 1)
        pad = " " if "`" in words else ""
        marked = f"{ticks}{pad}{words}{pad}{ticks}"
        if "|" in words or touches:  # a bar ends a cell even here
            marked = f"<code>{_escaped(words, one_line=one_line)}</code>"
    else:
        marked = _escaped(words, one_line=one_line)
    if run.script:
        marked = f"<{run.script}>{marked}</{run.script}>"
    # Beside punctuation, as in Chinese, asterisks are no marks.
    as_tags = touches or run.script or not (words[0].isalnum() and words[-1].isalnum())
    for mark, tag, wanted in (("*", "em", run.emphasis), ("**", "strong", run.strong)):
        if wanted:
            marked = f"<{tag}>{marked}</{tag}>" if as_tags else f"{mark}{marked}{mark}"
    return f"{_broken(before, one_line=one_line)}{marked}{_broken(after, one_line=one_line)}"


def _escaped(text: str, *, one_line: bool) -> str:
    """``text`` so that it is read as words only."""
    plain = _ENTITY.sub("&amp;", text)
    plain = _UNDERLINE.sub(r"\\_", _MARK.sub(r"\\\1", plain)).replace("<", "&lt;")
    return _line_starts(_broken(plain, one_line=one_line))


def _broken(text: str, *, one_line: bool) -> str:
    return text.replace("\n", "<br>" if one_line else "  \n")


def _line_starts(text: str) -> str:
    return "\n".join(_LINE_START.sub(_started, line) for line in text.split("\n"))


def _started(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark}\\" if mark.isdigit() else f"{match[1]}\\{mark}"
