#!/bin/sh
# Questions on a terminal: a pty plays the person (prompt.py).
exec python3 tests/cli/prompt.py "${BUILD:-build}/tests/interop_prompt"
