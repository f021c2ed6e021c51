"""dom0's own connection to the network, for upgrades: up by journalled steps, down by the same backwards."""
