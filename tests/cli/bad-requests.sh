#!/bin/sh
# Bad requests at the real daemon, byte by byte over TLS: refused, the connection closed, nothing hidden behind them served.
exec python3 -B -W ignore tests/seald/bad_requests.py
