"""`make demo`: what qnet does, told and shown."""
