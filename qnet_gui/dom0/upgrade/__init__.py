"""dom0's own link to the network, for upgrades: up by journalled steps, down by the same backwards."""
