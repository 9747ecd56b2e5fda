"""Products in and out: files with all products, and what a changed file would change."""
