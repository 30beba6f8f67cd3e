"""The rules of the gateway: pure, without I/O and without a clock."""
