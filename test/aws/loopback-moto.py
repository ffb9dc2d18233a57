"""moto's server on a free port of the loopback address. Ends with its standard input, so that it never outlives who started it."""

import os
import sys
import threading


def end_with_standard_input():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_standard_input, daemon=True).start()

from moto.server import main  # noqa: E402

main(["-H", "127.0.0.1", "-p", "0"])
