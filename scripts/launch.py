"""Start, check and test IOverse: what `make` calls. Needs nothing but Python 3.11 or newer."""

# This file is read by whatever Python there is, so it says nothing that an old one cannot parse.
import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.stderr.write(
        "IOverse needs Python 3.11 or newer, and this is Python "
        + ".".join(str(part) for part in sys.version_info[:2])
        + ": install a newer one, or name it as in `make run PYTHON=/path/to/python3`.\n"
    )
    sys.exit(2)

from launcher.commands import main

sys.exit(main(sys.argv[1:]))
