"""The map of who goes through whom: what is on it, where it stands, how it is drawn. Pure; no Qt, no I/O.

The applet draws it in its window, and the command line writes it as an SVG, from the same plan.
"""
