"""What the desktop is asked for and told: panel, notifications, autostart, the one instance, a terminal."""
