"""Pure: which frame or block is drawn when, and by whom; no process, no clock, no file."""
