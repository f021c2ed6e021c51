"""Desktops of a lab's dom0 without a screen."""
