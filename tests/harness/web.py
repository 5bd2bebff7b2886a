"""Asks the daemons over HTTP. Standard library only."""

import http.client
import json

from harness.programs import DEADLINE, wait_until


def get(port, path):
    """Status, headers and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def get_json(port, path):
    status, headers, body = get(port, path)
    assert status == 200 and headers["Content-Type"] == "application/json", (status, body)
    return json.loads(body)


def wait_for_status(port, condition, what):
    def find():
        status = get_json(port, "/status.json")
        return condition(status) and status

    return wait_until(find, what)
