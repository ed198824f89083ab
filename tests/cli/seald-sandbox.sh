#!/bin/sh
# seald: what a gate that was taken over can do, and what is left of rights.
exec python3 -B -W ignore tests/seald/sandbox.py
