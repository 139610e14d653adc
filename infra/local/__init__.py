"""The embedded AWS stack: an emulator on 127.0.0.1 that the real templates are deployed to."""
