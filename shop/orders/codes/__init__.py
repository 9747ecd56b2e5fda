"""Codes that are sold: imported, given to orders, shown, voided."""
