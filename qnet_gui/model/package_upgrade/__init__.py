"""An upgrade of dom0's packages, as PackageKit tells of it. Pure."""
