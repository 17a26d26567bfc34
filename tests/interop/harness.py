"""What every interoperability test uses: how it fails, waits, finds its tools, and gets a network of its own.

Python's standard library only."""
import os
import shutil
import subprocess
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
CASES = {}
PACKAGES = {
    "app_python3.so": "kamailio-python3-modules",
    "curl": "curl",
    "ip": "iproute2",
    "kamailio": "kamailio",
    "kamcmd": "kamailio",
    "nft": "nftables",
    "openssl": "openssl",
    "readelf": "binutils",
    "setpriv": "util-linux",
    "sipp": "sip-tester",
    "tshark": "tshark",
    "unshare": "util-linux",
}


class Failure(Exception):
    """What was expected and what came instead."""


class Impossible(Exception):
    """This machine can't do it."""


def check(condition, text):
    if not condition:
        raise Failure(text)


def equal(what, found, expected):
    check(found == expected, f"{what}: expected {expected!r}, found {found!r}")


def poll(what, condition, seconds=10):
    """Waits until condition() is true, and returns what it gave."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        check(time.monotonic() < end, f"not within {seconds} s: {what}")
        time.sleep(0.02)


def case(function):
    """Makes a function of a Stage a test, named after its file and itself."""
    CASES[function.__module__.removeprefix("cases_") + "_" + function.__name__] = function
    return function


def missing(name):
    """Where there is apt, tests/run has installed all peers; elsewhere people may do without some."""
    text = f"{name} is not installed: it is in the Debian package {PACKAGES[name]}"
    raise Failure(text + ", which tests/run installs") if shutil.which("apt-get") else Impossible(text)


def tool(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or missing(name)


def enter_namespace(argv):
    """Starts this program again where it has a network of its own. Needs no root where user namespaces are allowed."""
    if os.environ.get("SIRA_INTEROP_NAMESPACE") == "1":
        subprocess.run([tool("ip"), "link", "set", "lo", "up"], check=True)
        return
    os.environ["SIRA_INTEROP_NAMESPACE"] = "1"
    for how in ("-rn", "-n"):
        if subprocess.run([tool("unshare"), how, "true"], capture_output=True).returncode == 0:
            os.execv(tool("unshare"), ["unshare", how, "--", sys.executable, "-B", *argv])
    raise Impossible("no network namespace to be had: neither user namespaces are allowed here nor root's own")
