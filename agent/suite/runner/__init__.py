"""Runs cases on devices: a queue, a worker for each device, a watchdog, and what is told of it.

``status`` says what may become of a case, ``job`` what is to be run, ``seams`` what a device and a
performer must offer, ``deadline`` and ``watchdog`` how one attempt ends whatever it does, ``queue``
who runs what, ``worker`` one device's part, and ``run`` all of it. How a case is performed is none
of its business.
"""
