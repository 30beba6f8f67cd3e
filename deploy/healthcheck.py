"""Ask the service in this container whether it lives; the exit status is the answer."""

import os
import sys
from urllib.request import urlopen

# The gateway's ATD_PORT is public and tells nothing about its health; its internal port does.
port = os.environ.get("ATD_INTERNAL_PORT") or os.environ.get("ATD_PORT") or sys.exit("ATD_PORT is not set")
try:
    urlopen(f"http://127.0.0.1:{int(port)}/livez", timeout=3).close()
except OSError as error:
    sys.exit(f"/livez: {error}")
