"""The console of advisers and team leads (web): inbox, cases, calendar, team and settings. The rules of cases live in `handoff`."""
