"""The vifs that the netvm serves: from xenstore and netlink to the kernel."""
