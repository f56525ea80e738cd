"""A child process that opens untrusted bytes and can harm nothing.

`runner.Sandbox` is what others use; `child` is what runs on the other side of the walls. This
file imports nothing, because every child reads it before its walls are up.
"""
