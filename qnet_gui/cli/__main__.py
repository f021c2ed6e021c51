"""`python -m qnet_gui.cli`."""

import sys

try:
    from qnet_gui.cli import main

    sys.exit(main())
except KeyboardInterrupt:  # before `main` was there
    sys.exit(130)
