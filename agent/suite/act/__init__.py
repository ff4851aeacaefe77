"""Doing what a case says: an ordinary policy that decides, look by look, the step that is due.

``performance`` is a whole case, ``steps`` one step of any kind, ``plain`` the verbs that need no
model, ``inner`` what is left to another policy, ``judge`` the checks, ``scene`` what all of them
share, and ``policy`` makes a ``Policy`` of it, so that a case is one episode and one recording.
"""
