"""Everything that may be said to a person: codes, their sentences, and messages made of them.

`code` says what a code is, the modules beside it are the codes by subject, and `message` is a code with its arguments.
"""
