"""Tiny checkpoints for those who look at clips."""

from tests.agent.models.local.conftest import checkpoint, loaded, torch_ready

__all__ = ["checkpoint", "loaded", "torch_ready"]
