"""Banks: what stood on the creditor's accounts, as the bank itself says it."""
