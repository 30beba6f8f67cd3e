"""Channel accounts: their model, sealed credentials, directory, service and routes."""
