"""``agent.model.Model`` for Qwen-VL in this process."""

import weakref
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.model import OnText, Reply, Request, Usage
from agent.models.local.conversation import Conversation
from agent.models.local.grammar import GrammarMaker, Guide
from agent.models.local.memory import ModelOutOfMemoryError, is_out_of_memory, release
from agent.models.local.options import LoadProgress, LocalOptions, Notice
from agent.models.local.prompt import Prompt, build_prompt, shrinkable
from agent.models.local.reading import understood
from agent.models.local.sampling import Sampler
from agent.models.local.speech import Speaker, Spoken
from agent.models.local.vision import Vision
from agent.models.local.weights import Weights, load_weights
from tools.clock import Clock, SystemClock
from tools.errors import ConfigError, ModelError

_FALLBACK: Final = 0.5


def load_local(
    name: str,
    options: LocalOptions | None = None,
    *,
    progress: LoadProgress | None = None,
    notice: Notice | None = None,
    clock: Clock | None = None,
) -> "LocalModel":
    """Load a Qwen-VL model into this process.

    Args:
        name: A folder, or a name on the Hub such as ``Qwen/Qwen2.5-VL-7B-Instruct``.
        options: How it is loaded and asked.
        progress: Hears how the download and the loading go.
        notice: Hears what the person should know later, such as that memory ran short.
        clock: Tells the time.

    Raises:
        ConfigError: There is no such model, or it cannot be run here; says why and what to do.
        MissingExtraError: An extra is not installed.
        ModelError: There is not enough memory.
    """
    chosen = options if options is not None else LocalOptions()
    weights = load_weights(name, chosen, progress if progress is not None else _unheard)
    try:
        vision = Vision(weights)
    except (LookupError, TypeError, ValueError) as error:
        raise ConfigError(f"{name} has an unusable preprocessor_config.json: {error}.") from error
    shared = _Shared(weights, vision, notice if notice is not None else _unheard)
    return LocalModel(shared, clock if clock is not None else SystemClock())


class LocalModel:
    """One conversation with a loaded model; see ``load_local``.

    The weights are shared: ``conversation`` gives another one that costs no more than its keys and
    values. Conversations in several threads take turns, a whole reply at a time.

    Args:
        shared: The loaded model.
        clock: Tells the time.
    """

    def __init__(self, shared: "_Shared", clock: Clock) -> None:
        self._shared: _Shared | None = shared
        self._clock = clock
        self._name = shared.weights.name
        self._memory = Conversation(shared.weights, shared.vision)
        shared.memories.add(self._memory)

    @property
    def name(self) -> str:
        """The model as it was asked for."""
        return self._name

    @property
    def reads_clips(self) -> bool:
        """It does."""
        return True

    @property
    def family(self) -> str:
        """Its ``model_type``, such as ``qwen2_5_vl``: what a dialect is chosen by.

        Raises:
            ModelError: It was closed.
        """
        return self._open().weights.folder.family

    def conversation(self) -> "LocalModel":
        """Another conversation with the same weights, which remembers for itself.

        Raises:
            ModelError: This one was closed.
        """
        return LocalModel(self._open(), self._clock)

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """Put ``request`` to the model and wait for its whole reply.

        Raises:
            ContextTooLongError: There is no room left for a reply.
            ModelOutOfMemoryError: Memory ran out, with smaller pictures too.
            ModelError: Something in the request cannot be used, or the network failed.
        """
        shared = self._open()
        started = self._clock.now()
        with shared.weights.lock:
            prompt, logits, known = self._read(shared, request)
            try:
                spoken = self._speak(shared, request, prompt, logits, on_text)
            except (RuntimeError, MemoryError) as error:
                raise _failure(shared, prompt, error) from error
        usage = Usage(
            prompt_tokens=len(prompt), completion_tokens=spoken.tokens, cached_tokens=known
        )
        reply = Reply(
            text=spoken.text,
            finish_reason=spoken.finish_reason,
            usage=usage,
            latency_s=self._clock.now() - started,
            first_token_s=max(0.0, spoken.first_s - started),
        )
        return understood(reply, tools=bool(request.tools), thinking=prompt.thinking)

    def close(self) -> None:
        """Forget the conversation; the last one to be closed lets go of the weights."""
        shared, self._shared = self._shared, None
        if shared is None:
            return
        with shared.weights.lock:
            self._memory.forget()
        del shared
        release()

    def _open(self) -> "_Shared":
        if self._shared is None:
            raise ModelError(f"The conversation with {self._name} was closed.")
        return self._shared

    def _read(self, shared: "_Shared", request: Request) -> tuple[Prompt, NDArray[np.float32], int]:
        """Read the prompt; with smaller pictures, once and for good, where memory runs out."""
        prompt = shared.prompt(request)
        try:
            return (prompt, *self._memory.read(prompt))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or not shared.make_room(prompt):
                raise _failure(shared, prompt, error) from error
        prompt = shared.prompt(request)
        try:
            return (prompt, *self._memory.read(prompt))
        except (RuntimeError, MemoryError) as error:
            raise _failure(shared, prompt, error) from error

    def _speak(
        self,
        shared: "_Shared",
        request: Request,
        prompt: Prompt,
        logits: NDArray[np.float32],
        on_text: OnText | None,
    ) -> Spoken:
        weights = shared.weights
        speaker = Speaker(
            conversation=self._memory,
            tokenizer=weights.tokenizer,
            ends=weights.ends,
            clock=self._clock,
            room=weights.context - len(prompt),
            max_time_s=weights.options.max_time_s,
        )
        sampler = Sampler(request.sampling, prompt.ids)
        guide = shared.guide(request, thinking=prompt.thinking)
        return speaker.speak(request, logits, sampler, guide, on_text)


@dataclass(eq=False)
class _Shared:
    """What all conversations with one model have in common; used under the lock of the weights."""

    weights: Weights
    vision: Vision
    notice: Notice
    share: float = 1.0
    memories: "weakref.WeakSet[Conversation]" = field(default_factory=weakref.WeakSet)
    _grammars: GrammarMaker | None = None

    def prompt(self, request: Request) -> Prompt:
        return build_prompt(request, self.weights, self.vision, share=self.share)

    def guide(self, request: Request, *, thinking: bool) -> Guide | None:
        """What holds the reply to the schema; made at the first request that has one."""
        if request.schema is None or not self.weights.options.constrained:
            return None
        if self._grammars is None:
            weights = self.weights
            self._grammars = GrammarMaker(
                weights.tokenizer, weights.vocabulary, sorted(weights.ends)
            )
        return self._grammars.guide(request, thinking=thinking)

    def make_room(self, prompt: Prompt) -> bool:
        """Forget every conversation and show smaller pictures from now on.

        Returns:
            Whether another try may help.
        """
        held = any(len(memory) for memory in self.memories)
        for memory in self.memories:
            memory.forget()
        release()
        smaller = self.share == 1.0 and any(shrinkable(len(prompt.pictures), self.weights))
        if smaller:
            self.share = _FALLBACK
            self.notice("Memory ran out: pictures are shown to the model at half their pixels.")
        return smaller or held


def _failure(shared: _Shared, prompt: Prompt, error: BaseException) -> ModelError:
    if not is_out_of_memory(error):
        return ModelError(f"{shared.weights.name} failed: {str(error).splitlines()[0]}")
    for memory in shared.memories:
        memory.forget()
    release()
    areas = [placed.size.width * placed.size.height for placed in prompt.pictures]
    return ModelOutOfMemoryError(max([area // 2 for area in areas], default=0))


def _unheard(*_: object) -> None:
    """For progress and notices that nobody follows."""
