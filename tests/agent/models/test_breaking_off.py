"""A request that is broken off from another thread: nobody waits any more, on either side."""

from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest

from agent.model import Sampling
from agent.models.openai_api import OpenAIModel
from agent.models.presets import PRESETS, Endpoint
from agent.models.structured import ServerMemory
from tests.agent.models.fault_server import refuse, serving, words
from tests.agent.models.server_rig import QUESTION
from tests.agent.models.stalling_server import StallingServer
from tools.errors import ModelError

PATIENCE_S = 60


def asked_of(server: StallingServer, folder: Path) -> OpenAIModel:
    endpoint = Endpoint(server.base_url, PRESETS["custom"], "key")
    return OpenAIModel("m", endpoint, memory=ServerMemory(folder / "servers.json"))


@pytest.mark.parametrize("said", ["", "I see"])
def test_it_fails_at_once_and_the_server_is_hung_up_on(tmp_path: Path, said: str) -> None:
    outcomes: Queue[Exception] = Queue()
    heard = Event()

    with StallingServer(said) as server:
        model = asked_of(server, tmp_path)

        def ask() -> None:
            try:
                model.ask(QUESTION, on_text=lambda _: heard.set())
            except ModelError as error:
                outcomes.put(error)

        thread = Thread(target=ask)
        thread.start()
        assert server.asked.wait(PATIENCE_S)
        assert not said or heard.wait(PATIENCE_S)
        model.break_off()
        assert "broken off" in str(outcomes.get(timeout=PATIENCE_S))  # nor was it tried again
        assert server.left.wait(PATIENCE_S)
        thread.join(PATIENCE_S)
        model.close()


def test_one_that_is_apart_is_broken_off_alone(tmp_path: Path) -> None:
    with serving(refuse(400, "unknown field: top_p"), words("Good")) as server:
        endpoint = Endpoint(server.base_url, PRESETS["vllm"], "key")
        model = OpenAIModel("m", endpoint, memory=ServerMemory(tmp_path / "servers.json"))
        apart = model.apart()
        sampling = Sampling(top_p=0.5)
        assert apart.ask(replace(QUESTION, sampling=sampling)).text == "Good"
        assert model.refused == apart.refused == {"top_p"}  # what one learned the other knows
        apart.break_off()
        assert model.ask(replace(QUESTION, sampling=sampling)).text == "Good"
        assert len(server.requests) == 3
        apart.close()
        model.close()


def test_nothing_is_asked_afterwards(tmp_path: Path) -> None:
    with StallingServer() as server:
        model = asked_of(server, tmp_path)
        model.break_off()
        model.break_off()  # may be called twice
        with pytest.raises(ModelError, match="broken off"):
            model.ask(QUESTION)
        assert not server.asked.is_set()
        model.close()
