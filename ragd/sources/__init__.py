"""Which files: what a root holds, and what is left out of it."""
