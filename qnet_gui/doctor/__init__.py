"""What `qnet doctor` finds on this machine by itself, before and beside what the helper tells."""
