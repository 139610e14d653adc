"""What the functions behind the HTTP API share: who may do what, how they ask and answer."""
