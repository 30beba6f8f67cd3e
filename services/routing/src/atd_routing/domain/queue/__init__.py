"""The queue as people look at it: who waits, where, for how long, and why (`reasons`); what would happen (`trying`)."""
