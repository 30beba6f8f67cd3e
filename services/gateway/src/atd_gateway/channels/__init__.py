"""`/api/v1/channels`: one resource over all services that connect channels.

Creating goes by the `kind` of the body, what is below an account's id by a directory of accounts, and the list is
merged. The services check tenant and permission themselves.
"""
