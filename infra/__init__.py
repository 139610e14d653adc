"""What Dunlin runs on: templates, state machines, the layer, and the embedded stack."""
