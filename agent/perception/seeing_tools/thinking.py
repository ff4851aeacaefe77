"""Tools that think a problem through, and that talk about screens over several steps."""

from dataclasses import replace
from typing import Final

from agent.model import CUT
from agent.perception.chat import Talk, Talker
from agent.perception.pictures import Picture
from agent.perception.reasoning import pose, solve
from agent.perception.seeing_tools.eyes import OpenEyes, Words, screen_of, told
from agent.perception.seer import Seer
from agent.perception.talking import ChatReply
from agent.prompt import load_prompt
from tools.outcome import ToolContext
from tools.registry import Tool, tool

_SCREENS: Final = 4
"""Screens that a conversation still shows; each costs as much as the one in a step."""

_TURNS: Final = 24
"""Questions and answers that it remembers; an even number."""


def thinking_tools(eyes: OpenEyes) -> tuple[Tool, ...]:
    """``reason_about`` and ``chat_about``; the conversation of the latter lasts as long as they."""
    conversation = _Conversation()

    @tool
    def reason_about(problem: Words, context: ToolContext) -> str:
        """Think a hard problem through that the screen shows: a puzzle, a sum, a choice by rules.

        Args:
            problem: What is to be found out.
            context: The screen; not for the model.
        """
        seer = eyes().seer
        solved = solve(seer, pose(seer, problem, [screen_of(context)]))
        if solved.answer:
            return told(solved.answer)
        cut = " The thought was cut off." if solved.ending in CUT else ""
        return f"No answer came.{cut}"

    @tool
    def chat_about(message: Words, context: ToolContext) -> str:
        """Ask in a conversation that remembers what it was asked and shown in earlier steps.

        Args:
            message: What to say next, such as what has changed since.
            context: The screen; not for the model.
        """
        said = conversation.said(eyes().seer, message, screen_of(context))
        return told(said.text, cut=said.finish_reason in CUT)

    return reason_about, chat_about


class _Conversation:
    """What was said so far, and how it goes on."""

    def __init__(self) -> None:
        self._talk = Talk(system=load_prompt("perception/chat_screens").text)

    def said(self, seer: Seer, message: str, screen: Picture) -> ChatReply:
        """What the model answers to ``message``; a screen that it was shown last is not repeated.

        Where asking fails, the conversation stays as it was.
        """
        last = _last_shown(self._talk)
        same = last is not None and last.image.tobytes() == screen.image.tobytes()
        asked = self._talk.asked(message, () if same else (screen,))
        answered = Talker(seer).answer(replace(asked, blind_until=_blind_until(asked)))
        self._talk = _recent(answered.talk)
        return answered.reply


def _last_shown(talk: Talk) -> Picture | None:
    """The newest picture that a model is still shown."""
    seen_from = max(talk.blind_until, talk.silent_until)
    shown = [picture for turn in talk.turns[seen_from:] for picture in turn.pictures]
    return shown[-1] if shown else None


def _blind_until(talk: Talk) -> int:
    """From which turn on pictures are shown, so that there are at most ``_SCREENS``."""
    with_picture = [place for place, turn in enumerate(talk.turns) if turn.pictures]
    if len(with_picture) <= _SCREENS:
        return talk.blind_until
    return max(talk.blind_until, with_picture[-_SCREENS])


def _recent(talk: Talk) -> Talk:
    """The last of ``talk``: a run may be long, and each screen of it is some megabytes."""
    old = len(talk.turns) - _TURNS
    if old <= 0:
        return talk
    return replace(
        talk,
        turns=talk.turns[old:],
        blind_until=max(0, talk.blind_until - old),
        silent_until=max(0, talk.silent_until - old),
    )
