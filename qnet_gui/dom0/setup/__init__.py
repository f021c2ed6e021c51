"""`qnet setup`: a dom0 that owns its network cards becomes one whose netvm does, and back."""
