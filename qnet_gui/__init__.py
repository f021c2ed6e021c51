"""qnet: a network driver domain for Xen hosts, and the tray applet in dom0 that shows it."""

__version__ = "0.2.0"
