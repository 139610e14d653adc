"""Accounting systems that the hub reads."""
