"""Tests of the advisers' desk, through the running server."""
