"""Payment providers: each says what money it took, gave back and passed on."""
