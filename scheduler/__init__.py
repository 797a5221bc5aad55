"""Appointments and reminders. Nothing lives here yet."""
