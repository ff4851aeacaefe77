"""`python -m tools.virtual_phone`: run a phone until it is told to end."""

import sys

from tools.virtual_phone.options import parse_options
from tools.virtual_phone.server import main

if __name__ == "__main__":
    sys.exit(main(parse_options(sys.argv[1:])))
