"""A Plasma on two screens side by side, by Xorg's driver for cards that are not there: Xvfb has one screen only."""

from __future__ import annotations

from qnet_gui.lab.desktop.plasma import Plasma

_CONFIG = """Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 64000
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 5.0 - 1000.0
    VertRefresh 5.0 - 200.0
    Modeline "1280x800" 83.50 1280 1352 1480 1680 800 803 809 831
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Modes "1280x800"
        Virtual 2560 800
    EndSubSection
EndSection
Section "ServerFlags"
    Option "AutoAddDevices" "false"
EndSection
"""


class TwoScreens(Plasma):
    """Two screens of 1280x800; the panel is on the first."""

    def server(self) -> list[str]:
        config = f"{self.runtime}/xorg.conf"
        self.write(config, _CONFIG)
        # as a user it takes no console, and a file outside of /etc/X11 only without the setuid wrapper
        options = ["-config", config, "-logfile", f"{self.runtime}/xorg.log", "-novtswitch", "-sharevts", "-noreset"]
        return ["/usr/lib/xorg/Xorg", *options]

    def start_display(self) -> None:
        super().start_display()
        # an output is plugged in by giving it a size
        self.run("xrandr", "--output", "DUMMY1", "--set", "WIDTH_MM", "325", "--set", "HEIGHT_MM", "203")
        self.run("xrandr", "--addmode", "DUMMY1", "1280x800")
        self.run("xrandr", "--output", "DUMMY1", "--mode", "1280x800", "--right-of", "DUMMY0")
        self.wait(lambda: "current 2560 x 800" in self.run("xrandr"), "the second screen")
