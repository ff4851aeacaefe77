"""`am` and `monkey`: starting and stopping apps, broadcasts."""

from collections.abc import Sequence

from tools.virtual_phone.shell.command import Call, CommandError, command
from tools.virtual_phone.shell.commands.android_arguments import (
    Arguments,
    JavaError,
    parse_user,
    run_action,
    unimplemented,
)
from tools.virtual_phone.shell.commands.android_ime import deliver
from tools.virtual_phone.shell.commands.android_intent import (
    LAUNCHER,
    LAUNCHER_PACKAGE,
    MAIN,
    Intent,
    parse_intent,
    resolve,
)

_NO_ACTIVITIES = 252
_MONKEY_OPTIONS_WITH_VALUE = {"--throttle", "-s", "--pct-syskeys"}
_MONKEY_FLAGS = {"-v", "--ignore-crashes", "--ignore-timeouts", "--ignore-security-exceptions"}
_USAGE = (
    "Activity manager (activity) commands:\n  start [-n COMPONENT] [-a ACTION] [-W] [-S]\n"
    "  force-stop PACKAGE\n  broadcast -a ACTION [--es KEY VALUE]\n  stack list\n"
    "  task list\n  get-current-user\n"
)


@command("am")
def am_command(call: Call) -> int:
    """Run `am` as typed in a shell."""
    return run_am(call, call.args)


def run_am(call: Call, words: Sequence[str]) -> int:
    """Run `am` with `words`, also for `cmd activity`."""
    return run_action(call, words, "am", _USAGE, _ACTIONS)


def _start(call: Call, arguments: Arguments) -> int:
    flags: set[str] = set()

    def option(word: str, rest: Arguments) -> bool:
        if word == "--user":
            parse_user(rest.required())
        elif word == "--display":
            if rest.required() != "0":
                raise JavaError("SecurityException", "Permission Denial: there is one display, 0")
        elif word in {"-W", "-S"}:
            flags.add(word)
        elif word in {"-D", "-N", "-P", "-R"} or word.startswith("--start-profiler"):
            raise unimplemented(call, f"am start {word}")
        else:
            return False
        return True

    intent = parse_intent(arguments, option)
    if "-S" in flags and intent.component:
        package = intent.named()[0]
        call.out(f"Stopping: {package}\n")
        _stop(call, package)
    call.out(f"Starting: {intent}\n")
    return _launch(call, intent, wait="-W" in flags)


def _launch(call: Call, intent: Intent, *, wait: bool) -> int:
    # Android writes what went wrong to stderr, and to stdout only for `-W`.
    say = call.out if wait else call.err
    found = resolve(call.phone, intent)
    if not found:
        if intent.component:
            missing = "/".join(intent.named())
            say(f"Error type 3\nError: Activity class {{{missing}}} does not exist.\n")
        else:
            say(f"Error: Activity not started, unable to resolve {intent}\n")
        return 1
    target = found[0]
    package, screen = call.phone.foreground()
    # A launcher intent brings a running task back as it was left; a named activity opens anew.
    name = target.screen if intent.component or intent.action != MAIN else ""
    if not call.phone.start(target.package, name):
        say(f"Error type 3\nError: Activity class {{{target.full}}} does not exist.\n")
        return 1
    warm = package == target.package
    if warm and screen == f".{target.screen}":
        say(
            "Warning: Activity not started, intent has been delivered to currently running "
            "top-most instance.\n"
        )
    elif warm and not name:
        say("Warning: Activity not started, its current task has been brought to the front\n")
    if wait:
        state = "HOT" if warm else "COLD"
        call.out(
            f"Status: ok\nLaunchState: {state}\nActivity: {target.short}\n"
            "TotalTime: 0\nWaitTime: 0\nComplete\n"
        )
    return 0


def _force_stop(call: Call, arguments: Arguments) -> int:
    while (option := arguments.option()) is not None:
        if option != "--user":
            raise JavaError("IllegalArgumentException", f"Unknown option: {option}")
        parse_user(arguments.required())
    # A package that is not there is no error to Android either.
    _stop(call, arguments.required())
    return 0


def _stop(call: Call, package: str) -> None:
    if package in call.phone.apps:
        call.phone.force_stop(package)


def _broadcast(call: Call, arguments: Arguments) -> int:
    def option(word: str, rest: Arguments) -> bool:
        if word == "--user":
            parse_user(rest.required())
        elif word == "--receiver-permission":
            rest.required()
        elif word not in {"--async", "--receiver-foreground"}:
            return False
        return True

    intent = parse_intent(arguments, option)
    shown = str(intent).replace(" (has extras)", "")
    flags = "flg=0x400000"
    extras = " (has extras)" if intent.extras else ""
    call.out(f"Broadcasting: {shown[:-2]} {flags}{extras} }}\n")
    deliver(call, intent)
    call.out("Broadcast completed: result=0\n")
    return 0


def _stack(call: Call, arguments: Arguments) -> int:
    verb = arguments.next()
    if verb != "list":
        raise unimplemented(call, f"am stack {verb or ''}".rstrip())
    width, height = call.phone.size
    package, screen = call.phone.foreground()
    bounds = f"bounds=[0,0][{width},{height}]"
    tasks = [(package, screen, True)]
    if package != LAUNCHER_PACKAGE and LAUNCHER_PACKAGE in call.phone.apps:
        home = call.phone.apps[LAUNCHER_PACKAGE].home
        tasks.append((LAUNCHER_PACKAGE, f".{home}", False))
    for number, (name, top, visible) in enumerate(tasks):
        task = len(tasks) - number
        call.out(
            f"RootTask id={task} {bounds} displayId=0 userId=0\n"
            f"  taskId={task}: {name}/{name}{top} {bounds} userId=0 "
            f"visible={str(visible).lower()} topActivity=ComponentInfo{{{name}/{name}{top}}}\n\n"
        )
    return 0


def _current_user(call: Call, arguments: Arguments) -> int:
    del arguments
    call.out("0\n")
    return 0


_ACTIONS = {
    "start": _start,
    "start-activity": _start,
    "force-stop": _force_stop,
    "broadcast": _broadcast,
    "stack": _stack,
    "task": _stack,
    "get-current-user": _current_user,
}


@command("monkey")
def monkey(call: Call) -> int:
    """Start the launcher activity of `-p` packages: the one use of monkey that is no accident."""
    for word in call.args:
        call.out(f"  bash arg: {word}\n")
    _echo(call)
    packages, categories, count = _monkey_options(call)
    if count != "1":
        raise unimplemented(call, f"monkey with {count or 'no'} events", hint="only 1 is")
    intents = [
        Intent(action=MAIN, package=package, categories=list(categories) or [LAUNCHER])
        for package in packages
    ]
    found = [target for intent in intents for target in resolve(call.phone, intent)]
    if not found:
        call.out("** No activities found to run, monkey aborted.\n")
        return _NO_ACTIVITIES
    if not call.phone.start(found[0].package):
        raise CommandError(f"{found[0].short} did not start")
    call.out("Events injected: 1\n")
    call.out("## Network stats: elapsed time=20ms (0ms mobile, 0ms wifi, 20ms not connected)\n")
    return 0


def _echo(call: Call) -> None:
    call.err(f"args: [{', '.join(call.args)}]\n")
    call.err("".join(f' arg: "{word}"\n' for word in call.args))
    for option, value in zip(call.args, call.args[1:], strict=False):
        if option in {"-p", "-c"}:
            call.err(f'data="{value}"\n')


def _monkey_options(call: Call) -> tuple[list[str], list[str], str]:
    arguments = Arguments(call.args)
    packages: list[str] = []
    categories: list[str] = []
    try:
        while (option := arguments.option()) is not None:
            if option == "-p":
                packages.append(arguments.required())
            elif option == "-c":
                categories.append(arguments.required())
            elif option in _MONKEY_OPTIONS_WITH_VALUE:
                arguments.required()
            elif option not in _MONKEY_FLAGS:
                raise unimplemented(call, f"monkey {option}")
    except JavaError as error:
        raise CommandError(f"** Error: {error}", rc=1) from None
    return packages, categories, arguments.next() or ""
