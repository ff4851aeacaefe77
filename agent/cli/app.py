"""Puts the commands together and turns every outcome into one line and an exit code.

Nothing heavy is imported here or at the top of a command's file: ``agent --help`` must be quick.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from agent.cli import devices, doctor, model, phone, recordings, run, settings, tools

# typer has moved the class, BadParameter stays where it is.
_UsageProblem: type[Exception] = typer.BadParameter.__bases__[0]
_HINTS = {
    "unexpected extra argument": "Put the goal in quotes.",
    "Missing argument 'GOAL'": 'Say what is to be done: agent run "turn on airplane mode"',
}
BROKEN_PIPE = 141

app = typer.Typer(
    name="agent",
    help="Say what you want done on a screen, and it is done.",
    epilog='Try it without a phone: agent run "turn on airplane mode"',
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("run")(run.run)
app.command("devices")(devices.devices)
app.command("doctor")(doctor.doctor)
app.add_typer(phone.app, name="phone")
app.add_typer(model.app, name="model")
app.command("recordings")(recordings.recordings)
app.command("show")(recordings.show)
app.command("tools")(tools.tools)
app.command("config")(settings.config)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"agent {installed('tapwright')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> NoReturn:
    """Run the command line of this process and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no ✓ shows a ? there
            stream.reconfigure(errors="replace")
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit code: 0 done, 1 not done, 2 wrong usage, 3 device or model trouble, 4 a person is
        needed, 130 or 143 interrupted.
    """
    from tools.errors import DeviceError, ModelError, NeedsHumanError, UsageError

    try:
        code = app(args=list(arguments), prog_name="agent", standalone_mode=False)
        sys.stdout.flush()  # here, where a reader that hung up is no surprise
    except _UsageProblem as error:
        return _complain(_in_words(error), 2)
    except UsageError as error:
        return _complain(str(error), 2)
    except (DeviceError, ModelError) as error:
        return _complain(str(error), 3)
    except NeedsHumanError as error:
        return _complain(str(error), 4)
    except (KeyboardInterrupt, typer.Abort) as interrupt:
        return _complain("interrupted.", getattr(interrupt, "exit_code", 130))
    except BrokenPipeError:  # the reader has seen enough, as in `agent recordings | head`
        return _hang_up()
    return code if isinstance(code, int) else 0


def _hang_up() -> int:
    """Nobody reads any more: what is still in Python's buffer must not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def _in_words(error: Exception) -> str:
    message = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    for part, hint in _HINTS.items():
        if part in message:
            return f"{message.rstrip('.')}. {hint}"
    return f"{message.rstrip('.')}. See: agent --help"


def _complain(message: str, code: int) -> int:
    print(f"agent: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201 - the CLI speaks
    return code
