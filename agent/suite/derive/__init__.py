"""Task files from recordings: what was done becomes plain steps, what changed becomes checks.

A thing is named as a person would name it, and a name is kept only if looking it up on the recorded
screen finds the thing that was touched. Nothing here reaches a device.
"""
