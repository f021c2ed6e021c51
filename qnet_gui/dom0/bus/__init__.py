"""The helper's part of the system bus: objects by declaration, polkit, the operations that are told there."""
