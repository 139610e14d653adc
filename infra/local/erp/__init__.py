"""A real ERP for the demo and the tests: Tryton in its own process and virtual environment."""
