"""What web does of recording: it hands packets to the recorder, which is a process of its own."""
