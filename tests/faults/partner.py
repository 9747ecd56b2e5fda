"""The mock external system in its own process, which survives the shop's faults.

It keeps all messages, because the verdict needs them.
"""

import sys

import uvicorn

import shop.external.mock as mock


def main() -> None:
    mock.MAX_MESSAGES = sys.maxsize
    app = mock.create_mock()
    config = uvicorn.Config(app, port=0, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    with config.bind_socket() as listener:
        listener.listen()  # early connections wait instead of being refused
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/\n")
        sys.stdout.flush()
        server.run([listener])


if __name__ == "__main__":
    main()
