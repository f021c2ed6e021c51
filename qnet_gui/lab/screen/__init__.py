"""The screen of a lab's netvm: what Xen and the netvm's kernel are for `qnet-display`, which is the real one.

In the place of the domain's memory there is a file, of its event channels a socket, and of fbdev with Xorg an Xvfb.
"""
