"""Tests of what editors keep."""
