"""A lying fake of Meta for pages and Instagram accounts, and builders of what it sends."""
