"""`make bench`: what the product carries on this machine, beside a bare path that does the same work without logic."""
