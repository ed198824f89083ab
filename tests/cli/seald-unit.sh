#!/bin/sh
# seald: the unit that the package installs.
exec python3 -B -W ignore tests/seald/unit.py
