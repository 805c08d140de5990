"""How time and memory grow: with workers, frames, size, artists, cores, Dask workers, machines."""
