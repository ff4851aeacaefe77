"""`python -m tools.virtual_phone`: run a phone until it is told to end."""

import sys

from tools.virtual_phone.options import Options, parse_options


def main(options: Options) -> int:
    """Do what the command line says; the exit code."""
    if options.check:
        from tools.virtual_phone.system.scenario import UnknownScenarioError, parse_scenario

        try:
            parse_scenario(options.scenario)
        except UnknownScenarioError as error:
            sys.stderr.write(f"virtual phone: {error}\n")
            return 2
        return 0
    from tools.virtual_phone.server import main as serve  # takes a while to import

    return serve(options)


if __name__ == "__main__":
    sys.exit(main(parse_options(sys.argv[1:])))
