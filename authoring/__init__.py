"""What authors of chapters need: start one, run them, check that they keep the rules."""
