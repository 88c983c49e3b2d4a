"""What is true: records, versions, merge and the local casebook; no Qt and no network in this room."""
