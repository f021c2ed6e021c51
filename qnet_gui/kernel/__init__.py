"""The kernel's network through netlink and nftables."""
