"""Runs in sandbox children only: here untrusted bytes meet PyAV.

Every module is `def work(spec, files) -> result` and imports at its top all that it will need,
because nothing can be imported once the walls are up.
"""
