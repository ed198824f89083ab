#!/bin/sh
# seal-rotate, seal-lock: what stands between tool and core and lies is found out.
exec python3 -B -W ignore tests/seald/lies_orders.py
