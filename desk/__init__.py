"""The console of advisers and operators (web). Pages come with the hand-off; what a case is lives in `handoff`."""
