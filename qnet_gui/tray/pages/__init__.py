"""What each window shows, as pure functions of the snapshot and of what the helper answered. No Qt."""
