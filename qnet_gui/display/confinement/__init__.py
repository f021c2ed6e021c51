"""How the child of `qnet-display` gives up what it does not need."""
