"""`qnet netvm make`: a netvm for who has none, as a disk, a kernel and a configuration, and the way back."""
