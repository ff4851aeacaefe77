"""``agent config``: every setting, its value, and where it came from."""

from typing import Annotated

import typer

from agent.cli.plain import NARROW, json_text, plain, report_console


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
    from rich.padding import Padding

    console = report_console()
    narrow = console.width < NARROW
    names, room = (1, 1) if narrow else (max(map(len, values)), 40)
    for name, value in values.items():
        line = f"{name:{names}}  {plain(_shown(value)):{room}}  {loaded.origins[name]}"
        console.print(line, soft_wrap=True)
        if why:
            text = " ".join((Config.model_fields[name].description or "").split())
            console.print(Padding(text.replace("``", "'"), (0, 0, 1, names + 2)))
    for note in loaded.notes:
        typer.echo(f"Note: {note}", err=True)
    typer.echo(f"\nFiles: ./agent.toml, {user_file()}; variables: AGENT_<NAME>.")


def _shown(value: object) -> str:
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
