"""``agent reason``: a problem about pictures, thought through aloud, and the answer at its end."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import seeing
from agent.cli.amounts import counted

if TYPE_CHECKING:
    from agent.perception.pictures import Picture
    from agent.perception.reasoning import Problem, Reasoned
    from agent.perception.seer import Seer

_FILMS = {".mp4", ".mkv", ".mov", ".webm", ".avi", ".m4v"}
Things = Annotated[
    list[str],
    typer.Argument(metavar="[IMAGE]... PROBLEM", help="Pictures, and last the problem in quotes."),
]
MaxTokens = Annotated[
    int, typer.Option("--max-tokens", min=1, help="Room for the reasoning and the answer.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the answer only, no reasoning.")]


@seeing.with_options
def reason(
    things: Things,
    *,
    look: seeing.Looking,
    max_tokens: MaxTokens = 8192,
    quiet: Quiet = False,
    as_json: seeing.AsJson = False,
) -> int:
    """Think a problem about pictures through, aloud, and give the final answer."""
    from agent.perception.reasoning import pose

    *sources, words = things
    _check(sources, words)
    pictures: list[Picture] = []
    if sources or look.at_screen:
        pictures = look.pictures(sources)
    with look.seer() as seer:
        problem = pose(seer, words, pictures, max_tokens=max_tokens)
        for note in () if quiet else problem.notes:
            seeing.tell(note)
        reasoned = _think(seer, problem, aloud=not quiet and not as_json)
    if as_json:
        typer.echo(reasoned.model_dump_json(indent=2))
    else:
        _show(reasoned, quiet=quiet)
    return 0 if reasoned.outcome == "answered" else 1


def _check(sources: list[str], words: str) -> None:
    from tools.errors import UsageError

    seeing.require_words(
        words, "problem", 'Say it in quotes: agent reason cubes.png "How many cubes are there?"'
    )
    for source in sources:
        if Path(source).suffix.lower() in _FILMS:
            raise UsageError(f"{source!r} is a film; agent reason looks at pictures.")


def _think(seer: "Seer", problem: "Problem", *, aloud: bool) -> "Reasoned":
    """Ask, with the thoughts on standard error while they come."""
    import sys

    from agent.cli.voice import Voice
    from agent.perception.aloud import Aloud
    from agent.perception.families import manner_of
    from agent.perception.reasoning import solve

    if not aloud:
        return solve(seer, problem)
    heard, voice = Aloud(thinking=manner_of(seer.dialect).begins_in_thought), Voice(sys.stderr)
    try:
        reasoned = solve(seer, problem, on_text=lambda piece: voice.think(heard.hear(piece)))
        voice.think(heard.rest(reasoned.reasoning))
    finally:
        voice.end()
    return reasoned


def _show(reasoned: "Reasoned", *, quiet: bool) -> None:
    import sys

    from agent.cli.voice import Voice

    told, answer = Voice(sys.stderr), Voice(sys.stdout)
    for note in reasoned.notes:
        told.line(note, "yellow")
    if reasoned.outcome == "answered":
        answer.line(reasoned.answer, "bold")
    else:
        told.line(f"No final answer: {reasoned.why_not}.", "bold red")
        if reasoned.boxed:
            told.line(f"It framed on its way: {', '.join(reasoned.boxed)}.")
    if not quiet:
        told.line(_cost(reasoned), "dim")


def _cost(reasoned: "Reasoned") -> str:
    tokens = reasoned.usage.completion_tokens
    said = f"{counted(tokens, 'token')}, " if tokens else ""
    return f"{said}{reasoned.latency_s:.1f} s, the first after {reasoned.first_token_s:.1f} s."
