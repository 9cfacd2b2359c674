"""What came in: each path is looked at, given to a student or left aside, and accounted for."""
