"""The netvm's packet filter, what must be in place before any vif, and the connections to be forgotten."""
