"""qnet-agent, which runs as root in the netvm."""
