"""qnet-helper, which runs as root in dom0 behind D-Bus."""
