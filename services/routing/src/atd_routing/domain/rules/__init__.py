"""Assignment rules: the company's own sentences about where a conversation goes (`model`), looked at in order.

`facts` are what rules see, `applying` looks at them and says what comes of it, `circles` warns of rules that lead to
each other, `part` does it when a conversation comes into a queue, `dry_run` tells what would have been.
"""
