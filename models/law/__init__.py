"""What the law and a council's own policy say of days and times: pure functions, each with its source."""
