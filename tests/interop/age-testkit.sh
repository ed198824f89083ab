#!/bin/sh
# Every vector of the C2SP age test kit with its expected verdict.
exec python3 tests/interop/age_testkit.py
