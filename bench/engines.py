"""The engines that the benchmarks start: layerd, and a real dockerd in a root file system of its own."""
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = dict(os.environ, DOCKER_CLI_HINTS="false", DOCKER_BUILDKIT="0", BUILDKIT_PROGRESS="plain")
for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
    ENVIRONMENT.pop(name, None)


def say(text):
    print(text, file=sys.stderr, flush=True)


def shell(command, host=None, check=True):
    environment = dict(ENVIRONMENT, DOCKER_HOST="unix://" + host) if host else ENVIRONMENT
    done = subprocess.run(
        ["bash", "-c", command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if check and done.returncode:
        raise SystemExit(f"failed on {host}: {command}\n{done.stdout[-2000:]}")
    return done.stdout.strip()


def ping(path):
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(b"GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n")
            return client.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))


class Engine:
    """A daemon in a directory of its own."""

    def __init__(self, name, work, number):
        self.name, self.work, self.number = name, os.path.join(work, name), number
        os.makedirs(self.work)
        self.sock, self.data, self.pid = self.work + "/sock", self.work + "/data", None
        self.port, self.certificates, self.secure = 23760 + number, work + "/certs/servers/localhost", True

    def flags(self):
        flags = [
            "-H", "unix://" + self.sock, "--data-root", self.data, "--exec-root", self.work + "/exec",
            "--pidfile", self.work + "/pid", "--bridge", self.bridge(),
        ]
        return flags + self.tls() if self.secure else flags

    def tls(self):
        return [
            "-H", f"tcp://127.0.0.1:{self.port}", "--tlsverify", "--tlscacert", self.certificates + "/ca.pem",
            "--tlscert", self.certificates + "/cert.pem", "--tlskey", self.certificates + "/key.pem",
        ]

    def bridge(self):
        return f"ldbench{self.number}"

    def start(self):
        """Milliseconds from exec to the first answer to /_ping."""
        with open(self.work + "/log", "ab") as log:
            process = subprocess.Popen(
                self.command(), env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        begin = time.time()
        while not ping(self.sock):
            if process.poll() is not None:
                raise SystemExit(f"{self.name} ended: see\n" + shell(f"tail -5 {self.work}/log"))
            time.sleep(0.0005)
        end = time.time()
        self.process, self.pid = process, process.pid
        return (end - self.exec_time(begin)) * 1000

    def exec_time(self, begin):
        return begin

    def stop(self):
        if self.pid:
            self.process.terminate()
            self.process.wait()
            self.pid = None

    def ms(self, command, before=None, after=None):
        if before:
            shell(before, self.sock, check=False)
            os.sync()
        begin = time.time()
        shell(command, self.sock)
        took = (time.time() - begin) * 1000
        if after:
            shell(after, self.sock, check=False)
        return took

    def request_ms(self, path):
        """Milliseconds until a GET is answered whole, connection and all."""
        begin = time.time()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.sock)
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n".encode())
            answer = client.recv(1 << 20)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{path} on {self.name}: {answer[:300]}")
            while client.recv(1 << 20):
                pass
        return (time.time() - begin) * 1000

    def clean(self):
        if self.pid:
            shell("docker rm -fv $(docker ps -aq)", self.sock, check=False)
        self.stop()


class Layerd(Engine):
    def __init__(self, work, binary):
        super().__init__("layerd", work, 0)
        self.binary = binary

    def command(self):
        return [self.binary] + self.flags() + ["--bip", "10.231.0.1/16"]

    def memory(self):
        return resident_mb(self.pid)


class Dockerd(Engine):
    """dockerd with its own root file system and mount namespace."""

    SCRIPT = """
        mkdir -p "$SID/.old" "$SID$W"
        mount --bind "$SID" "$SID"; cd "$SID"
        mount --bind /proc proc; mount --rbind /sys sys; mount --rbind /dev dev; mount -t tmpfs -o mode=755 tmpfs run
        mount --bind "$W" "$SID$W"
        pivot_root . .old; umount -l /.old; mount --make-rshared /; mkdir -p /run/lock
        date +%s.%N >"$ME/exec-time"
        exec env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root dockerd "$@"
    """

    def __init__(self, work, sid):
        super().__init__("dockerd", work, 1)
        self.sid, self.top = sid, work

    def command(self):
        # The bridge has to be there for dockerd: it makes none of another name than docker0.
        inner = f'W={self.top} ME={self.work} SID={self.sid}; {self.SCRIPT}'
        return ["unshare", "--mount", "--propagation", "private", "bash", "-ec", inner, "bash"] + self.flags() + [
            "--group", "root", "--storage-driver", "overlay2"
        ]

    def start(self):
        shell(f"ip link add {self.bridge()} type bridge; ip addr add 10.232.0.1/16 dev {self.bridge()}; ip link set {self.bridge()} up", check=False)
        return super().start()

    def exec_time(self, begin):
        with open(self.work + "/exec-time") as file:
            return float(file.read())

    def memory(self):
        children = shell(f"pgrep -P {self.pid} containerd").split()
        return resident_mb(self.pid) + sum(resident_mb(child) for child in children)

    def clean(self):
        super().clean()
        shell(f"ip link del {self.bridge()}", check=False)
        shell(f"rm -rf --one-file-system {self.sid}{self.top}", check=False)


def add_images(engine, first, last):
    """Stops the engine and gives it images that differ from that named bench in their author, as the stores keep them."""
    identity = shell("docker image inspect -f '{{slice .Id 7}}' bench", engine.sock)
    engine.stop()
    content = f"{engine.data}/image/overlay2/imagedb/content/sha256/"
    with open(content + identity) as file:
        config = file.read()
    path = f"{engine.data}/image/overlay2/repositories.json"
    with open(path) as file:
        repositories = json.load(file)
    for i in range(first, last):
        other = config.replace("{", f'{{"author":"bench {i}",', 1).encode()
        digest = hashlib.sha256(other).hexdigest()
        with open(content + digest, "wb") as file:
            file.write(other)
        repositories["Repositories"][f"bench{i}"] = {f"bench{i}:latest": "sha256:" + digest}
    with open(path, "w") as file:
        json.dump(repositories, file)
