"""The pure domain: money, law, cases and decisions, with no clock, network or AWS."""
