"""The netvm's screen: its size, and what its window and `qnet-display` say to each other. Pure."""
