"""The popup at the icon: made at the click that opens it, gone when it closes."""
