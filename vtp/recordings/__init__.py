"""Recordings: begun, paused and ended by hosts, and kept for those who were not there."""
