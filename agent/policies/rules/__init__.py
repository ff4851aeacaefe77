"""The built-in policy: no weights, only the goal's words and what the screen says.

It fills what is labelled, opens what picks a value, presses what leads on, looks further by
scrolling, closes what gets in the way, and says "done" only when the screen shows it. It knows
words of English and Chinese (``lexicon.yaml``) and kinds of errands (``errands.yaml``), but no app:
names of places, people and things reach it from the goal and from the screen.
"""
