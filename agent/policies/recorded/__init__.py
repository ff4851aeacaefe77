"""The policy that plays a recording again: gated on screens, healing what moved, asking for the rest.

``source`` reads the recording, ``ladder`` finds a recorded step on the present screen, ``locate``
does so by the UI tree, ``carry`` brings an action to this screen, ``ending`` judges the last one,
``policy`` puts it together.
"""
