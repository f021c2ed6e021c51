"""dom0 and the network: `qnet dom0`, and `qnet upgrade`, which upgrades its packages meanwhile."""
