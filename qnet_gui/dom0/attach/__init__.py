"""Who is attached to which netvm, with which address; and what is done about it."""
