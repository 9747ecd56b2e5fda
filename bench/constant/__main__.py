"""`python -m bench.constant`: serves constant pages with `run_server`, as the shop does.

`run_server` loads `app:create_app`; here and in the workers that is the `app` of this folder.
"""

import sys
from pathlib import Path

from shop.settings import load_settings
from shop.start.serve import run_server
from shop.start.server import allow_connections, listen


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    settings = load_settings()
    connections = allow_connections(settings.database_pool)
    with listen(settings.host, settings.port) as listener:
        sys.stdout.write(f"Constant at {listener.getsockname()[1]}\n")
        sys.stdout.flush()
        run_server(settings, listener, connections, reload=False)


if __name__ == "__main__":
    main()
