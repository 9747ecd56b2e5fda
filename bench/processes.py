"""Worker processes of a server, and its first response."""

import http.client

import psutil

TIMEOUT = 120
"""Seconds for a server to start, to stop, and to respond."""


def worker_processes_of(parent: psutil.Process, port: int) -> list[psutil.Process]:
    """The children that listen on the port; the parent itself if it serves alone."""
    return [child for child in parent.children() if _listens(child, port)] or [parent]


def _listens(process: psutil.Process, port: int) -> bool:
    listening = (c for c in process.net_connections() if c.status == psutil.CONN_LISTEN)
    return any(connection.laddr.port == port for connection in listening)


def wait_for_response(port: int, path: str) -> int:
    """The status of one GET. The port is open before the workers are ready; the request waits for
    them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()
