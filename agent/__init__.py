"""The head: observes, thinks and acts through the tools, and records what happened."""
