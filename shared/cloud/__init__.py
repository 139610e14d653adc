"""The AWS edge: the only code that talks to AWS. It never imports a connector."""
