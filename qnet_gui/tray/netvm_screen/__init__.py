"""The window with the netvm's screen: what is shown and said of it, and what goes to the netvm. Pure: no Qt."""
