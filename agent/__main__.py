"""Entry point of the command ``agent`` and of ``python -m agent``."""

from agent.cli.app import main

if __name__ == "__main__":
    main()
