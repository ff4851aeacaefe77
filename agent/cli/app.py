"""Puts the commands together and turns every outcome into one line and an exit code.

Nothing heavy is imported here or at the top of a command's file: ``agent --help`` must be quick.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from agent.cli import (
    ask,
    cache,
    caption,
    chat,
    devices,
    diff,
    doctor,
    export,
    ground,
    mcp,
    model,
    parse,
    phone,
    reason,
    record,
    recordings,
    replay,
    report,
    run,
    settings,
    show,
    studio,
    tasks,
    test,
    tools,
    video,
)
from agent.cli.plain import plain, silence_output

# typer has moved the class, BadParameter stays where it is.
_UsageProblem: type[Exception] = typer.BadParameter.__bases__[0]
_HINTS = {  # for agent run
    "unexpected extra argument": "Put the goal in quotes.",
    "missing argument 'goal'": 'Say what is to be done: agent run "turn on airplane mode"',
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
app.command("record")(record.record)
app.command("test")(test.run_task_files)
app.command("ground")(ground.ground)
app.command("caption")(caption.caption)
app.command("ask")(ask.ask)
app.command("parse")(parse.parse)
app.command("video")(video.video)
app.command("reason")(reason.reason)
app.command("chat")(chat.chat)
app.command("studio")(studio.studio)
app.command("mcp")(mcp.mcp)
app.command("devices")(devices.devices)
app.command("doctor")(doctor.doctor)
app.add_typer(phone.app, name="phone")
app.add_typer(model.app, name="model")
app.add_typer(cache.app, name="cache")
app.add_typer(recordings.app, name="recordings")
app.add_typer(tasks.app, name="tasks")
app.command("show")(show.show)
app.command("report")(report.report)
app.command("export")(export.export)
app.command("replay")(replay.replay)
app.command("diff")(diff.diff)
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
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - as long as the process
        stream = getattr(sys, name)
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
        code = _invoke(arguments)
        sys.stdout.flush()  # here, where a reader that hung up is no surprise
    except _UsageProblem as error:
        return _misused(error)
    except UsageError as error:
        return _complain(str(error), 2)
    except (DeviceError, ModelError, NeedsHumanError) as error:
        return _complain(str(error), 4 if isinstance(error, NeedsHumanError) else 3)
    except (KeyboardInterrupt, typer.Abort) as interrupt:
        return _complain("interrupted.", getattr(interrupt, "exit_code", 130))
    except BrokenPipeError:  # the reader has seen enough, as in `agent recordings | head`
        silence_output()
        return BROKEN_PIPE
    except OSError as error:
        return _refused(error)
    return code if isinstance(code, int) else 0


def _invoke(arguments: Sequence[str]) -> object:
    """What ``app()`` does, but every interruption comes out as it is: typer makes 130 of all."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("agent", list(arguments)) as context:
            return command.invoke(context)
    except typer.Exit as exit_:
        return exit_.exit_code


def _refused(error: OSError) -> int:
    if error.filename is not None:
        return _complain(f"{str(error.filename)!r}: {error.strerror}.", 2)
    silence_output()
    return _complain(f"The output cannot be written: {error.strerror or error}.", 2)


def _misused(error: Exception) -> int:
    message = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    if type(error).__name__ == "NoArgsIsHelpError":  # `agent phone`: the message is the help
        typer.echo(message)
        return 0
    context = getattr(error, "ctx", None)
    command = "agent" if context is None else context.command_path
    hints = _HINTS if command == "agent run" else {}
    hint = next((hint for part, hint in hints.items() if part in message.lower()), "")
    hint = hint or f"See: {command} --help"
    end = "" if message.endswith((".", "?")) else "."
    return _complain(f"{message}{end} {hint}", 2)


def _complain(message: str, code: int) -> int:
    print(f"agent: {plain(' '.join(message.split()))}", file=sys.stderr)  # noqa: T201 - the CLI speaks
    return code
