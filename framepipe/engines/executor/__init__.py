"""Blocks recorded by somebody else's processes: Dask's, or any `concurrent.futures.Executor`'s."""
