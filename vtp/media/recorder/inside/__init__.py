"""Runs in sandbox children only: here what people sent is decoded.

Every module imports at its top all that it will need, because nothing can be imported once the
walls are up.
"""
