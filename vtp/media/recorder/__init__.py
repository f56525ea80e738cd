"""The recorder: from packets of a class to files that grow and can be played while they do."""
