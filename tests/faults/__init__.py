"""A campaign against the whole project: bad input, kills at random moments, flipped bits.

`make faults` runs it; `python -m faults --help` says how. Each kind of fault is one module here
with its cases as a table or a generator; another case is another line there.
"""
