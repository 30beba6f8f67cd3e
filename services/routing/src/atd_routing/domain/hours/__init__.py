"""Hours: when a company, a team or a channel account is open, and what customers are told while it is not."""
