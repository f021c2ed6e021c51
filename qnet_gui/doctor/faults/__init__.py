"""What `qnet doctor` may find, declared with its cures. Pure."""
