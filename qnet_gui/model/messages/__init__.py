"""Everything that may be said to a person: codes, their sentences, and messages made of them.

`code` has the codes, the modules beside it their sentences by subject, `message` puts both together, and `wire` is
their form on the bus.
"""
