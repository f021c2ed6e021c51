"""`qnet-display`: the backend in dom0 of the netvm's screen and keyboard (Xen's vfb and vkbd).

What the netvm wrote is parsed by pure functions of bytes (`vfb_page`, `vkbd_page`), in a child that has nothing but the
descriptors that it was given (`sandbox`, `seccomp`), and which copies pixels into memory that the applet may only read.
"""
