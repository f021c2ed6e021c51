"""X displays: how one is named, and who may show something on it. Pure."""
