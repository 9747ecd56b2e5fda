"""The mock external system as a process of its own, which survives all that is done to the shop.

It is the shop's mock, but it forgets nothing: what it took is what the run is judged by.
"""

import sys

import uvicorn

import shop.external.mock as mock


def main() -> None:
    mock.REMEMBERED = sys.maxsize
    config = uvicorn.Config(mock.app, port=0, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    with config.bind_socket() as listener:
        listener.listen()  # who is early waits for the server, and is not refused
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/\n")
        sys.stdout.flush()
        server.run([listener])


if __name__ == "__main__":
    main()
