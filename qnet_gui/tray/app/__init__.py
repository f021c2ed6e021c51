"""The applet put together: icon, menu, and what is done on a click."""
