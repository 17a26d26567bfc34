"""Everything that crosses the wire of a test's namespace, read beside our own programs and without their parser."""
import re
import socket
import struct
import threading
import time

from harness import check, poll


def parameters(value):
    """The parameters of a challenge or of credentials by name, quotes removed."""
    found = re.findall(r'([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+))', value)
    return {name.lower(): quoted or token for name, quoted, token in found}


class Message:
    """A SIP message and when it went from where to where."""

    SHOWN = ("cseq", "contact", "expires", "min-expires", "retry-after", "authorization", "proxy-authorization",
             "www-authenticate", "proxy-authenticate", "authentication-info")

    def __init__(self, at, source, target, data):
        self.at, self.source, self.target, self.data = at, source, target, data
        lines = data.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
        fields = [line.partition(":") for line in lines[1:]]
        self.start = lines[0]
        self.fields = [(name.strip().lower(), value.strip()) for name, _, value in fields]

    def all(self, name):
        return [value for field, value in self.fields if field == name.lower()]

    def get(self, name):
        """The first field of that name; "" when there is none."""
        return (self.all(name) + [""])[0]

    @property
    def code(self):
        """The status code; 0 for a request."""
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def is_register(self):
        """Is it a REGISTER or an answer to one?"""
        return self.get("CSeq").endswith(" REGISTER")

    @property
    def branch(self):
        return re.search(r";branch=([^;,\s]+)", self.get("Via")).group(1)

    @property
    def credentials(self):
        """The parameters of Authorization; {} when there is none."""
        return parameters(self.get("Authorization"))

    def __str__(self):
        shown = [f"\n             {name}: {value}" for name, value in self.fields if name in self.SHOWN]
        return f"{self.at:8.3f} {self.source} -> {self.target}  {self.start}{''.join(shown)}"


class Wire(threading.Thread):
    """Reads every UDP datagram as it is sent, before any rule can drop it."""

    MARK = b"sira-interop-mark"
    SO_RCVBUFFORCE, SOL_PACKET, PACKET_STATISTICS, PACKET_OUTGOING, ALL_PROTOCOLS = 33, 263, 6, 4, 3
    LINKTYPE_RAW = 101
    IPV4, IPV6, UDP = 0x0800, 0x86DD, 17

    def __init__(self):
        super().__init__(daemon=True)
        self.begin = time.time()
        self.datagrams = []
        self.packets = []
        self.marks = 0
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(self.ALL_PROTOCOLS))
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, self.SO_RCVBUFFORCE, 64 << 20)
        except PermissionError:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        self.socket.bind(("lo", 0))
        self.start()

    def run(self):
        while True:
            packet, (_, protocol, kind, _, _) = self.socket.recvfrom(65535)
            if kind != self.PACKET_OUTGOING:
                continue
            if protocol == self.IPV4 and packet[9] == self.UDP:
                header = 4 * (packet[0] & 15)
                source, target = (socket.inet_ntop(socket.AF_INET, packet[at:at + 4]) for at in (12, 16))
            elif protocol == self.IPV6 and packet[6] == self.UDP:
                header = 40
                source, target = (f"[{socket.inet_ntop(socket.AF_INET6, packet[at:at + 16])}]" for at in (8, 24))
            else:
                continue
            source_port, target_port = struct.unpack("!HH", packet[header:header + 4])
            data = packet[header + 8:]
            if data == self.MARK:
                self.marks += 1
            else:
                at = time.time() - self.begin
                self.packets.append((at, packet))
                self.datagrams.append((at, f"{source}:{source_port}", f"{target}:{target_port}", data))

    def messages(self):
        """All messages up to now that have to do with REGISTER, in the order in which they were sent."""
        return [message for message in self.all_messages() if message.is_register]

    def all_messages(self):
        seen = self.marks
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as marker:
            marker.sendto(self.MARK, ("127.0.0.1", 9))
        poll("the wire's reader has caught up", lambda: self.marks > seen)
        _, lost = struct.unpack("II", self.socket.getsockopt(self.SOL_PACKET, self.PACKET_STATISTICS, 8))
        check(lost == 0, f"the wire's reader has lost {lost} packets")
        return [Message(*datagram) for datagram in list(self.datagrams)]

    def save(self, path):
        """Writes what was read up to now as a pcap file of raw IP packets."""
        self.messages()
        with open(path, "wb") as file:
            file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, self.LINKTYPE_RAW))
            for at, packet in self.packets:
                seconds, fraction = divmod(self.begin + at, 1)
                file.write(struct.pack("=IIII", int(seconds), int(fraction * 1e6), len(packet), len(packet)) + packet)

    def requests(self):
        """The REGISTER requests, each once."""
        first = {}
        for message in self.messages():
            if not message.code:
                first.setdefault(message.branch, message)
        return list(first.values())

    def answers(self, code):
        return [message for message in self.messages() if message.code == code]

    def asked(self, name):
        """The value of one header field in all requests."""
        return [request.get(name) for request in self.requests()]

    def credentials(self, name):
        """One parameter of the credentials in all requests; None where there is none."""
        return [request.credentials.get(name) for request in self.requests()]
