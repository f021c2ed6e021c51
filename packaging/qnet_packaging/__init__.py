"""Makes qnet's packages for Debian and for Fedora from the table desktop/files.toml of a checkout."""
