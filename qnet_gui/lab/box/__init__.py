"""A domain of the lab as the host's kernel sees it: namespaces, control group, root, processes."""
