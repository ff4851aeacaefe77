"""A client drives a program of a desktop."""

from pathlib import Path

import anyio
import pytest

from tests.agent.mcp.clients import ERAS, command, connected
from tests.desktop.rig import Rig

pytestmark = [pytest.mark.desktop, pytest.mark.mcp]
_PATIENCE_S = 60.0


def test_a_client_types_into_an_editor(rig: Rig, tmp_path: Path) -> None:
    rig.start("mousepad", "--disable-server")
    flags = ("--device", "desktop", "--record-dir", str(tmp_path / "recordings"))

    async def work() -> None:
        async with connected(command(*flags, **rig.environment), ERAS[0]) as guest:
            with anyio.fail_after(_PATIENCE_S):
                while "EditText" not in (await guest.call("list_elements")).text:
                    pass  # it is still starting
            said = await guest.call("type_text", text="héllo <wörld>")
            assert not said.wrong, said.text
            assert "App in front: mousepad" in said.text
            assert 'EditText "héllo <wörld>" (focused)' in (await guest.call("list_elements")).text
            assert "Mousepad" in (await guest.call("list_windows")).text

    anyio.run(work)
