"""xenstore: the client and every key that qnet owns."""
