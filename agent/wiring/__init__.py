"""The only folder that names a back end: a ``Config`` goes in, an ``Episode`` comes out."""
