"""What is made of customers and conversations beside the desk: transcripts, exports, imports, erasure, retention."""
