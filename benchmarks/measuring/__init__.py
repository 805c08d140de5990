"""What is measured around a run, in which process it runs, and whether its movie is right."""
