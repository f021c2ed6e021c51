"""`python -m qnet_gui.cli`."""

import sys

from qnet_gui.cli import main

sys.exit(main())
