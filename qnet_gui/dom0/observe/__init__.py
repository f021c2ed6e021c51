"""What there is: read from xenstore and the hypervisor, kept up to date, made a snapshot."""
