"""Import and export of products: files with all products, and the changes of a changed file."""
