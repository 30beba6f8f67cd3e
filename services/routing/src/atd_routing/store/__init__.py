"""MongoDB: what routing keeps."""
