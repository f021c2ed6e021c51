"""What every program stands on: main loop, jobs, log, D-Bus values, running programs, atomic files."""
