#!/bin/sh
# seal-status: a daemon behind a path of a proxy, known by another name than its address.
exec python3 -B -W ignore tests/seald/address.py
