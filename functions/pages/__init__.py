"""Pages: what the console and the payer's page stand on. Visits, sessions, templates, answers."""
