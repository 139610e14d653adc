"""Ways to reach a debtor."""
