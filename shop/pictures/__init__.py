"""Uploaded pictures: their files, in a folder or a bucket, and which of them are used."""
