"""Collection partners."""
