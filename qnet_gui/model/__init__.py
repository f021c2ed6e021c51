"""The words of qnet and the parsers of everything untrusted. No I/O; imports nothing else of qnet."""
