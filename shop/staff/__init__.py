"""The staff's own pages, at `/staff/`."""
