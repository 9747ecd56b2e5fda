"""Piccolo Admin for staff; `gate` controls access to it, and explains why."""
