"""Appointments and reminders: free times, booking, changes, waiting list, absences, calendar files. Words for people live in `dialogs`."""
