"""What happens when nothing happens: an attendant or a customer who is silent, a transfer that nobody accepts.

`policies`: after how long. `silence`: of customers. `waiting`: for attendants. `part`: both, for one scene.
"""
