"""Benchmarks against peers in one run, and long soak runs. Timing lives here, correctness in `tests`."""
