"""From submissions to grades, feedback and what the class misunderstood."""
