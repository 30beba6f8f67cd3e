"""Files: customers' files into the file store, attendants' files to the provider."""
