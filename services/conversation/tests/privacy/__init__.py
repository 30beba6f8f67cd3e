"""Privacy: exports, erasures, holds, retention."""
