"""The parts of benchmarks/synthetic.py: which clips, how they are made, measured, disturbed, told about."""
