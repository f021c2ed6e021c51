"""What stands between dom0 and the network, and what does not."""
