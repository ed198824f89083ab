#!/bin/sh
# seald: TLS, HTTP and its refusals, many connections.
exec python3 -B -W ignore tests/seald/http.py
