"""Requests that are sent again under one key: done once, and answered each time as they were."""
