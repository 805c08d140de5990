"""Going on with a movie whose run was interrupted: what is kept, and what must be the same."""
