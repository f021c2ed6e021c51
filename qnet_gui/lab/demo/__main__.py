"""`python -m qnet_gui.lab.demo`."""

import sys

from qnet_gui.lab.demo.main import main

if __name__ == "__main__":
    sys.exit(main())
