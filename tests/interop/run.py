#!/usr/bin/env python3
"""Runs interoperability tests, each against a real peer in a network namespace of its own.

Exit status: 0 when all passed, 77 when this machine can't run them, else 1.
"""
import argparse
import os
import subprocess
import sys

import harness
import stage
import cases_calls  # noqa: F401  each import adds its cases
import cases_database  # noqa: F401
import cases_examples  # noqa: F401
import cases_flows  # noqa: F401
import cases_gateway  # noqa: F401
import cases_http  # noqa: F401
import cases_kamailio  # noqa: F401
import cases_server  # noqa: F401
import cases_sipp_aka  # noqa: F401
import cases_sipp_client  # noqa: F401
import cases_sipp_registrar  # noqa: F401


def run_one(name, programs, tools, seconds):
    try:
        harness.enter_namespace(sys.argv)
        passed = stage.run(name, programs, tools, seconds)
    except harness.Impossible as why:
        print(f"{name}: skipped: {why}")
        return 77
    except harness.Failure as failure:
        print(f"{name}: FAILED: {failure}")
        return 1
    print(f"{name}: {'passed' if passed else 'failed'}")
    return 0 if passed else 1


def main():
    # The system's trust store takes each client 0.1 s to read, and no test needs it.
    os.environ.setdefault("SSL_CERT_FILE", "/dev/null")
    os.environ.setdefault("SSL_CERT_DIR", "/dev/null")
    build = os.path.join(os.path.dirname(os.path.dirname(harness.FOLDER)), "build", "dev")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the names of all tests")
    parser.add_argument("--programs", default=os.path.join(build, "examples"), metavar="DIR",
                        help="where the built examples are; default: build/dev/examples")
    parser.add_argument("--tools", default=os.path.join(build, "tests", "interop"), metavar="DIR",
                        help="where the built programs of this folder are; default: build/dev/tests/interop")
    parser.add_argument("--seconds", type=int, default=60, help="how long a test may take; default: 60")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.list:
        print("\n".join(harness.CASES))
        return 0
    unknown = [name for name in options.names if name not in harness.CASES]
    if unknown or not options.names:
        parser.error("no such test: " + " ".join(unknown) if unknown else "which test? --list names them")
    if len(options.names) == 1:
        return run_one(options.names[0], os.path.abspath(options.programs), os.path.abspath(options.tools),
                       options.seconds)
    argv = [sys.executable, "-B", __file__, "--programs", options.programs, "--tools", options.tools, "--seconds",
            str(options.seconds)]
    return max(subprocess.run([*argv, name]).returncode for name in options.names)


if __name__ == "__main__":
    sys.exit(main())
