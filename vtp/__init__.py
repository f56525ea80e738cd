"""vtp: live classes, recordings, streaming, courses and attendance in one program."""

__version__ = "0.1.0"
