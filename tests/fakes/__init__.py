"""Stand-ins for xenstored, the kernel and the hypervisor that need no root.

Each takes the place of what our code talks to, not of our code: a socket with xenstored's wire, pyroute2's `IPRoute`,
libnftables' context. What they do is held against the real ones by the same tests, which run on both.
"""
