"""The policy that plays a recording again: it waits for screens, heals what moved, asks the rest.

``source`` reads the recording, ``ladder`` finds a recorded step on the present screen, ``locate``
does so by the UI tree, ``carry`` brings an action to this screen, ``ending`` judges the last one,
``policy`` puts it together.
"""
