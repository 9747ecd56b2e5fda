"""Proofs of the pages that `make test` does not need: pictures, Lighthouse, the HTML checker."""
