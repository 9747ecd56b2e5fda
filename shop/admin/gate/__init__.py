"""What stands between staff and Piccolo Admin.

Piccolo Admin trusts every member of staff with every write, has a sign-in and a CSRF check of its
own, and answers 500 to some malformed input. The shop decides what may be written (`rules`), checks
each request before Piccolo sees it (`middleware`, `body`, `parameters`, `csrf`, `cookies`), and
corrects what it sends back (`responses`, `errors`, `form_errors`, `page`).
"""
