"""A chat on a terminal: commands, pictures that wait for a question, replies while they come."""

import difflib
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agent.cli.amounts import counted
from agent.cli.chat_lines import NextLine
from agent.cli.hearing import Hearing
from agent.cli.voice import Voice
from agent.perception.chat import Talk, Talker, Turn
from agent.perception.chat_file import save_chat
from agent.perception.families import manner_of
from agent.perception.mentions import find_pictures, is_file
from agent.perception.pictures import Picture, load_picture, local_path
from agent.perception.reasoning import shown_note
from agent.perception.talking import ChatReply
from agent.perception.thoughts import ThoughtEar
from tools.errors import AutomationError, UsageError

_RETRY_TEMPERATURE: Final = 0.7
"""Drawn greedily the same question has the same answer."""
_HELP: Final = """\
/image FILE…      show pictures: files, addresses, or clipboard; or drop a file into the line
/screen [DEVICE]  show the current screen of a device
/system [TEXT]    say what the model is told before, or show it
/retry            have the last question answered again
/undo             forget the last question and its answer
/clear            begin anew
/save [FILE]      keep the chat in a file; agent chat --resume FILE goes on with it
/quit             end, as Ctrl-D does; Ctrl-C stops a reply"""
_Command = Callable[[str], None]


@dataclass(frozen=True)
class _Asked:
    """A question, and the conversation that it goes on from."""

    question: Turn
    after: Talk


class Session:
    """Asks a model line by line.

    With a person at the terminal every trouble is told and the chat goes on. Without one the first
    trouble is raised, so that a script hears of it.

    Args:
        talker: Who answers.
        talk: What was said before.
        file: Where the chat is kept after each answer; ``None`` until it is saved.
        device: Whose screen ``/screen`` shows.
    """

    def __init__(
        self, talker: Talker, talk: Talk, *, file: Path | None = None, device: str | None = None
    ) -> None:
        self._talker, self._talk = talker, talk
        self._file, self._device = file, device
        self._pending: list[Picture] = []
        self._failed: _Asked | None = None
        self._over = False
        self._attended = sys.stdin is not None and sys.stdin.isatty()
        self._out, self._aside = Voice(sys.stdout), Voice(sys.stderr)
        self._commands: dict[str, _Command] = {
            "/image": self._image,
            "/screen": self._screen,
            "/system": self._system,
            "/retry": self._retry,
            "/undo": self._undo,
            "/clear": self._clear,
            "/save": self._save,
            "/help": self._help,
            "/quit": self._quit,
        }

    @property
    def commands(self) -> tuple[str, ...]:
        """What a line can begin with."""
        return tuple(self._commands)

    def begin(self, pictures: Sequence[Picture]) -> None:
        """Greet, tell what was said before, and show the first pictures."""
        if self._attended:
            self._note(f"{self._talker.seer.model.name}; /help says what else there is.")
            if self._talker.single_round:
                self._note("This model was made for one question: each is asked without the rest.")
        if self._talk.turns:
            self._recall()
        self._add(pictures)

    def run(self, lines: NextLine) -> None:
        """Take lines until there are no more."""
        while not self._over:
            try:
                line = lines()
                if line is None:
                    return
                if line.strip():
                    self._take(line.strip())
            except KeyboardInterrupt:
                if not self._attended:
                    raise
                self._out.end()
                self._note("Ctrl-D or /quit ends the chat.")
            except AutomationError as error:
                if not self._attended:
                    raise
                self._out.end()
                self._aside.line(f"agent: {' '.join(str(error).split())}", "red")

    def _take(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        if name in self._commands:
            self._commands[name](rest.strip())
            return
        found = find_pictures(line)
        if line.startswith("/") and found.words.startswith(name) and "/" not in name[1:]:
            close = difflib.get_close_matches(name, self._commands, n=1)
            raise UsageError(
                f"There is no {name}.",
                hint=f"Did you mean {close[0]}?" if close else "/help lists what there is.",
            )
        for path in found.missing:
            self._note(f"There is no picture {path!r}; it is sent as words.")
        self._add([load_picture(source) for source in found.sources])
        if found.words:
            question = Turn("user", found.words, tuple(self._pending))
            self._pending = []
            self._ask(_Asked(question, self._talk))

    def _ask(self, asked: "_Asked", *, temperature: float | None = None) -> None:
        talk = asked.after.asked(asked.question.text, asked.question.pictures)
        thoughts = self._out if self._attended else self._aside
        ear = ThoughtEar(thinking=manner_of(self._talker.seer.dialect).begins_in_thought)
        hearing = Hearing(ear, words=self._out, thoughts=thoughts)
        self._failed = asked
        try:
            answered = self._talker.answer(talk, temperature=temperature, on_text=hearing.hear)
        except KeyboardInterrupt:
            hearing.end()
            if not self._attended:
                raise
            self._stopped(talk, hearing.said.strip())
            return
        except AutomationError:
            hearing.end()
            if self._attended:
                self._note("The question is kept: /retry puts it again.")
            raise
        hearing.end()
        self._talk, self._failed = answered.talk, None
        for note in (*answered.notes, *_endings(answered.reply)):
            self._note(note)
        self._keep()

    def _stopped(self, talk: Talk, said: str) -> None:
        if said:
            self._talk, self._failed = talk.answered(said, stopped=True), None
            self._note("Stopped; what it said so far is kept.")
            self._keep()
        else:
            self._note("Stopped before it said anything; /retry puts the question again.")

    def _add(self, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            shown = self._talker.seer.shown(picture)
            self._pending.append(picture)
            for note in picture.notes:
                self._note(note)
            if self._attended:
                self._note(shown_note(self._talker.seer, picture, shown))

    def _recall(self) -> None:
        said = counted(sum(turn.role == "user" for turn in self._talk.turns), "question")
        if shown := len(self._talk.pictures):
            said = f"{said} about {counted(shown, 'picture')}"
        self._note(f"Goes on after {said}. The last words:")
        self._note(self._talk.turns[-1].text[-400:])

    def _image(self, rest: str) -> None:
        if not rest:
            raise UsageError("/image shows pictures.", hint="/image FILE, an address or clipboard.")
        self._add([load_picture(source) for source in _sources(rest)])

    def _screen(self, rest: str) -> None:
        from agent.wiring.screens import screen_picture

        self._add([screen_picture(rest or self._device)])

    def _system(self, rest: str) -> None:
        if rest:
            self._talk = replace(self._talk, system=rest)
            self._note("The model is told so from now on.")
        else:
            self._note(self._talk.system or "The model is told nothing before.")

    def _retry(self, _: str) -> None:
        if self._failed is not None:
            after = replace(self._failed.after, system=self._talk.system)
            self._ask(replace(self._failed, after=after))
            return
        talk = self._talk.unanswered()
        asked = _Asked(talk.turns[-1], replace(talk, turns=talk.turns[:-1]))
        sampling = manner_of(self._talker.seer.dialect).sampling(self._talker.seer.dialect, 1)
        self._ask(asked, temperature=None if sampling.temperature else _RETRY_TEMPERATURE)

    def _undo(self, _: str) -> None:
        if self._pending:
            self._pending = []
            self._note("The pictures that were waiting are put away.")
            return
        if self._failed is not None:
            self._failed = None
            self._note("The question that was not answered is put away.")
            return
        self._talk = self._talk.undone()
        left = counted(len(self._talk.turns) // 2, "question")
        self._note(f"Forgotten; {left} left.")
        self._keep()

    def _clear(self, _: str) -> None:
        self._talk, self._pending, self._failed = Talk(self._talk.system), [], None
        self._file = None  # what was saved stays as it is
        self._note("A new chat begins.")

    def _save(self, rest: str) -> None:
        path = local_path(_unquoted(rest)) if rest else self._file
        if path is None:
            raise UsageError("The chat has no file yet.", hint="Name one: /save chat.json")
        save_chat(self._talk, path, model=self._talker.seer.model.name)
        self._file = path
        self._note(f"Saved as {path}, and kept there from now on.")

    def _help(self, _: str) -> None:
        self._note(_HELP)

    def _quit(self, _: str) -> None:
        self._over = True

    def _keep(self) -> None:
        if self._file is not None:
            save_chat(self._talk, self._file, model=self._talker.seer.model.name)

    def _note(self, text: str) -> None:
        self._aside.line(text, "dim")


def _endings(reply: ChatReply) -> tuple[str, ...]:
    """What a person should know of how a reply ended."""
    notes = {
        "length": "The reply was cut at its most tokens: ask it to go on, or see --max-tokens.",
        "loop": "The reply was cut, for it went round in circles.",
        "time": "The reply was cut, for its time was over.",
    }
    ending = notes.get(reply.finish_reason, "")
    empty = "" if reply.text else "The model said nothing."
    return tuple(filter(None, (empty, ending)))


def _unquoted(typed: str) -> str:
    """The one file that was typed: in quotes, with escapes, or with bare blanks in its name."""
    try:
        parts = shlex.split(typed)
    except ValueError:  # a quote without its other
        return typed
    return parts[0] if len(parts) == 1 else typed


def _sources(typed: str) -> list[str]:
    """The files that were typed behind a command: one with bare blanks, or several in quotes."""
    if is_file(typed):
        return [typed]
    found = find_pictures(typed)
    if found.sources and not found.words:
        return list(found.sources)
    try:
        return shlex.split(typed)
    except ValueError:  # a quote without its other
        return [typed]
