"""The lab: a whole qnet machine in network namespaces."""
