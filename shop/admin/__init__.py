"""Piccolo Admin for staff; `gate` says what stands in front of it and why."""
