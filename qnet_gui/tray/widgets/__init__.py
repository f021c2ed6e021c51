"""What the pages of the window are put together from: widgets that know nothing of the app state."""
