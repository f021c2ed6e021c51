"""What is set stays set: others' changes of it are seen and undone, counted and told."""
