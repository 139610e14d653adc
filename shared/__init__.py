"""What every function shares: the pure domain, the AWS edge, law packs and letters."""
