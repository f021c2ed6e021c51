"""The port to the hypervisor and its adapters."""
