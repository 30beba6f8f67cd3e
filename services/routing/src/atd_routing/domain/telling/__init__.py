"""What customers are told: a greeting when somebody is there, their place in the queue, that it takes longer.

`policy` is what the company has set, `words` what is said, `part` says it. Off by default.
"""
