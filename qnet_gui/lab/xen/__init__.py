"""What Xen is in the lab: xenstored without Xen, its rings, drivers, hotplug, toolstack."""
