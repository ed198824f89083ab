#!/bin/sh
# seald: gates and core that die, stop, reload of the certificate, readiness.
exec python3 -B -W ignore tests/seald/life.py
