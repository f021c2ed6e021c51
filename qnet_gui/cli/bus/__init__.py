"""The helper asked over the bus, and what it then does followed to its end and shown."""
