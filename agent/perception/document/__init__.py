"""Reads documents: pages become blocks with their places, and blocks become files.

A model writes a page down as HTML. That HTML is data from outside: it is parsed leniently, copied
through an allow-list into a tree of our own, read into values, and only values are written out.
"""
