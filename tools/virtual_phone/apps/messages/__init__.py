"""The Messages app: conversations by text message."""
