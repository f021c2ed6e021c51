"""From the snapshot to what is to be shown and told. Pure: no Qt."""
