"""The demo: a catalogue and three users."""
