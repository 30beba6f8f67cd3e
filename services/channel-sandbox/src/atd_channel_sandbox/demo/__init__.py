"""A demonstration of about a minute: customers of three companies write, attendants answer by the public API.

What the company has set up (tags, types, replies, customers' records …) is made first, where it is missing: it can be
played again on the same company.
"""
