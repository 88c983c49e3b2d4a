"""What the worker sees: windows, forms and small parts; it knows `models` and nothing else."""
