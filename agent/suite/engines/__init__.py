"""Engines beside the one in this process: where else attempts at cases can be placed."""
