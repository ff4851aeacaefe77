"""``agent config``: every setting, its value, and where it came from."""

from typing import Annotated

import typer

from agent.cli.plain import json_text


def config(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Say what each setting is for.")] = False,
) -> None:
    """Print the settings and where they come from."""
    from agent.config import Config, load_config, user_file

    loaded = load_config()
    values = loaded.config.model_dump(mode="json")
    if as_json:
        found = {
            name: {"value": value, "from": loaded.origins[name]} for name, value in values.items()
        }
        typer.echo(json_text(found, indent=2))
        return
    width = max(map(len, values))
    shown = {name: _shown(value) for name, value in values.items()}
    value_width = min(40, max(map(len, shown.values())))
    for name, value in shown.items():
        origin = loaded.origins[name]
        typer.echo(f"{name:{width}}  {value:{value_width}}  {origin}")
        if why:
            text = " ".join((Config.model_fields[name].description or "").split())
            typer.echo(f"{'':{width}}  {text}\n")
    for note in loaded.notes:
        typer.echo(f"Note: {note}", err=True)
    typer.echo(f"\nFiles: ./agent.toml, {user_file()}; variables: AGENT_<NAME>.")


def _shown(value: object) -> str:
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
