"""What is known as plain data, for D-Bus and JSON, and back. Pure."""
