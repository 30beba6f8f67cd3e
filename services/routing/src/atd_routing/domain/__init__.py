"""Rules of routing: pure, no I/O, no clock."""
