"""The laptop's end of sync: pull, merge, push and settle, over a connection that may vanish at any byte."""
