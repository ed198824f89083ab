#!/bin/sh
# seald: what strangers claim in fields, queries, paths and methods is worth nothing.
exec python3 -B -W ignore tests/seald/strangers.py
