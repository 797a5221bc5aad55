"""Tests of the web side: pages, JSON interface, widget, in a real server and a real browser."""
