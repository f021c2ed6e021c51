"""Tables: the widget, its rows, and how their cells are painted."""
