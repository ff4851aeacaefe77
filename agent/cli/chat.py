"""``agent chat``: talk with a model about pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import seeing

if TYPE_CHECKING:
    from agent.perception.chat import Talk

Images = Annotated[
    list[str] | None, typer.Argument(metavar="[IMAGE]...", help="Pictures to begin with.")
]
System = Annotated[str | None, typer.Option("--system", help="What the model is told before.")]
Resume = Annotated[
    Path | None, typer.Option("--resume", metavar="FILE", help="Go on with a saved chat.")
]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", min=1, help="Room for each reply.")]


@seeing.with_options
def chat(
    images: Images = None,
    *,
    system: System = None,
    resume: Resume = None,
    look: seeing.Looking,
    max_tokens: MaxTokens = None,
) -> int:
    """Talk with a model about pictures; without a terminal, answer each line of the input."""
    from agent.cli.chat_lines import lines_of
    from agent.cli.chat_session import Session
    from agent.perception.chat import Talk, Talker
    from agent.perception.chat_file import load_chat

    talk = load_chat(resume) if resume is not None else Talk()
    if system is not None:
        talk = _told(talk, system)
    pictures = []
    if images or look.at_screen:
        pictures = look.pictures(images or [])
    with look.seer() as seer:
        session = Session(
            Talker(seer, max_tokens=max_tokens), talk, file=resume, device=look.device
        )
        session.begin(pictures)
        with lines_of(session.commands) as lines:
            session.run(lines)
    return 0


def _told(talk: "Talk", system: str) -> "Talk":
    from dataclasses import replace

    return replace(talk, system=system.strip())
