"""qnet-guest, which runs as root in every AppVM."""
