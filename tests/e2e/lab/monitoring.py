"""What monitoring hears of the daemon by HTTP."""

import urllib.error
import urllib.request

HTTP = "127.0.0.1:8463"


def fetch(path, address=HTTP):
    """Status and body."""
    try:
        with urllib.request.urlopen(f"http://{address}{path}", timeout=20) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def scrape():
    """{series: value}"""
    lines = [line for line in fetch("/metrics")[1].splitlines() if line and not line.startswith("#")]
    return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines)}
