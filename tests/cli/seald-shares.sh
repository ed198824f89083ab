#!/bin/sh
# seald: what passes a gate, and what its memory holds, has no share in it.
exec python3 -B -W ignore tests/seald/shares.py
