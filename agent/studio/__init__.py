"""The web page in which runs are watched and steered, recordings looked at, and models asked.

Gradio is an extra and heavy: it is imported inside the functions that need it, never at the top.
"""
