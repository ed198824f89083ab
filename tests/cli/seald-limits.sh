#!/bin/sh
# seald: slow loris, floods, idle and deaf clients, a core that sleeps.
exec python3 -B -W ignore tests/seald/limits.py
