"""qnet-tray, the applet on the user's desktop."""
