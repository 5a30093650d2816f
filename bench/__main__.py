"""`python -m bench`, which `make bench` runs."""

from bench.run import main

main()
