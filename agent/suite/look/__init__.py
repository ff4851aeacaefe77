"""What a task file names, looked up on one screen: things, texts, pictures, conditions.

Nothing here does anything to a device or waits: an observation goes in, an answer comes out.
"""
