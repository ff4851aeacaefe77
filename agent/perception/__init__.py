"""What a model that sees can do besides acting: find, tell, read, watch, reason, talk.

Each module here asks a ``Seer`` and turns its reply into a value in pixels of the picture that was
given. Nothing here knows where the model lives or what shows the answer.
"""
