"""Media files: what they are, and what is made of them.

What opens the bytes of others is in `inside` and runs only in a sandbox child; the modules beside
it ask for that, and say to people what came of it.
"""
