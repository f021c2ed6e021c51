"""`qnet applet-host`, a small window that is a tray, for a display that has none, such as the netvm's own."""
