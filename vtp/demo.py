"""What a school to try looks like: people with a known password. Only ever on loopback."""
