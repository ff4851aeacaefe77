"""The command ``agent``: one small file per group of commands."""
