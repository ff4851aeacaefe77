"""From a decision to a reply in a family's words: the way back of ``agent.dialects.reading``."""
