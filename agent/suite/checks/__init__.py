"""Checks: questions put to the device at the end of a case, each answered with evidence.

``context`` is what a check may use, ``ask`` puts any question, the others answer one kind each.
They read the device, never the agent's claim, but for the check of its answer.
"""
