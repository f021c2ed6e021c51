"""What libxl asks of the program that it takes for QEMU."""
