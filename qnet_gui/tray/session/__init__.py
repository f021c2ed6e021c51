"""The applet's dealings with the session: buses, packages, settings, language, artwork."""
