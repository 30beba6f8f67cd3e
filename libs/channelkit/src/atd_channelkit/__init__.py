"""What every channel service does; a service adds what its provider makes different."""
