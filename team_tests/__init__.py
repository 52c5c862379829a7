"""Tests with more than one machine: servers, workers and browsers for real (`make test-team`)."""
