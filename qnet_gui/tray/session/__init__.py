"""The applet's dealings with the session: buses, panel, notifications, settings, artwork."""
