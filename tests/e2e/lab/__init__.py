"""A small internet of real programs, alone in a network namespace: the end-to-end tests' laboratory."""
