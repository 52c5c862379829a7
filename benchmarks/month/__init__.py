"""A month of load on queue and store, with faults: what `benchmarks/scale.py month` runs."""
