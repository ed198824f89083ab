#!/bin/sh
# seald: configurations that are refused, and how; and the real daemon started.
exec python3 -B -W ignore tests/seald/config.py
