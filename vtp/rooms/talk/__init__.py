"""What is said in a class beside sound and picture: messages, polls, reactions, "lost me".

Pure modules: the state, what can be done, and what follows. Nothing here knows a clock or a table.
"""
