"""The language of task files: text in, cases out. It knows no device, no policy and no network.

``source`` reads YAML into nodes that know their place, ``task`` says what may stand where,
``reading`` brings the two together, ``fill`` puts values in the place of ``${names}``, ``cases``
makes the list of what is to be run, and ``select`` takes a part of it.
"""
