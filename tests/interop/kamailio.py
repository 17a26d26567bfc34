"""Kamailio as the registrar on 127.0.0.1:15060 and [::1]:15060, as kamailio.cfg sets it up."""
import glob
import os
import re
import socket
import subprocess

from harness import FOLDER, check, missing, poll, tool

OPTIONS = """OPTIONS sip:interop.test SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{0};branch=z9hG4bK-{0}
Max-Forwards: 70
From: <sip:probe@interop.test>;tag=1
To: <sip:interop.test>
Call-ID: probe-{0}
CSeq: 1 OPTIONS
Content-Length: 0

""".replace("\n", "\r\n")


class Kamailio:
    def __init__(self, stage, *switches):
        """Starts it with switches of kamailio.cfg, as "WITH_SHA256" or "MIN_EXPIRES=1800". On return it is ready."""
        directory = stage.directory
        self.control = f"unix:{directory}/ctl"
        argv = [tool("kamailio"), "-f", os.path.join(FOLDER, "kamailio.cfg"), "--substdef", f"!RUNDIR!{directory}!g",
                "-DD", "-E", "-P", f"{directory}/pid", "-Y", directory, "-m", "32", "-M", "4"]
        if "WITH_PYTHON" in switches:
            if not any(glob.glob(f"/usr/lib*/{inner}kamailio/modules/app_python3.so") for inner in ("", "*/")):
                missing("app_python3.so")
            os.symlink(os.path.join(FOLDER, "kamailio_digest.py"), f"{directory}/kamailio_digest.py")
        for switch in switches:
            argv += ["-A", switch]
        self.program = stage.start("kamailio", argv, {"PYTHONDONTWRITEBYTECODE": "1"})
        poll("kamailio answers", self.answers)

    def answers(self):
        check(self.program.process.poll() is None, "kamailio has ended by itself")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.1)
            probe.connect(("127.0.0.1", 15060))
            try:
                probe.send(OPTIONS.format(probe.getsockname()[1]).encode())
                return probe.recv(2000).startswith(b"SIP/2.0 200")
            except (socket.timeout, ConnectionRefusedError):
                return False

    def command(self, *words):
        run = subprocess.run([tool("kamcmd"), "-s", self.control, *words], capture_output=True, text=True, check=True)
        return run.stdout

    def contacts(self, user):
        """The contact addresses that are bound to a user's address-of-record."""
        found, current = [], None
        for line in self.command("ul.dump").splitlines():
            name, _, value = line.strip().partition(": ")
            if name == "AoR":
                current = re.sub(r"@.*", "", value)
            elif name == "Address" and current == user:
                found.append(value)
        return found

    def log(self, text):
        """The lines of its log with a text: each request leaves "accepted: USER" or "refused: rc=N USER"."""
        return [line for line in list(self.program.lines) if text in line]
