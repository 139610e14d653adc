"""What the functions behind the HTTP API share: who may do what, how they are asked, how they answer."""
