"""What the operating system is asked for: memory, descriptors, signals, processors."""
