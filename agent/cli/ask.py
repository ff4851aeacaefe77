"""``agent ask``: a question about pictures."""

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.caption import System
from agent.cli.plain import json_text, plain
from agent.cli.seeing import AsJson, Looking, require_words, tell, with_options


@with_options
def ask(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[IMAGE]... QUESTION",
            help="Files, addresses or 'clipboard', then the question in quotes.",
        ),
    ],
    *,
    schema: Annotated[
        Path | None,
        typer.Option("--json-schema", help="File with a JSON schema that the answer has to fit."),
    ] = None,
    system: System = "",
    look: Looking,
    as_json: AsJson = False,
) -> int:
    """Ask a question about pictures, all of them at once."""
    from agent.perception.ask import ask as put
    from agent.perception.form import Form

    *sources, question = words
    require_words(question, "question", 'Put it last: agent ask photo.jpg "How many are there?"')
    form = Form.read(schema) if schema is not None else None
    pictures = look.pictures(sources)
    with look.seer() as seer:
        answered = put(seer, pictures, question, form=form, system=system)
    if as_json:
        typer.echo(json_text(answered.model_dump(mode="json"), indent=2))
    elif form is not None and not answered.problem:
        typer.echo(json_text(answered.value, indent=2))
    elif answered.text and form is None:
        typer.echo(plain(answered.text))
    if answered.problem:
        tell(f"The answer does not fit the schema, asked twice: {answered.problem}")
        if not as_json:
            tell(f"It was: {' '.join(answered.text.split())[:300] or 'nothing'}")
        return 1
    if not answered.text:
        tell("The model gave no answer.")
        return 1
    if answered.cut:
        tell("The answer is cut off.")
    return 0
