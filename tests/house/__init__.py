"""The house rules as functions: each takes what it judges and yields one sentence for each fault."""
