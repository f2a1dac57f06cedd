# Peers of the intake. Without words: how many messages a second they acknowledge, flat out. With `storm PROGRAM SECONDS RATE…`:
# our own open-loop load at each rate until a wait of a hundred exceeds the goal. Standard library only; what is not installed
# is said.
import contextlib, http.client, json, os, shutil, socket, subprocess, sys, tempfile, threading, time

N = 20_000
# The goal. Units: milliseconds.
P99 = 200.0


def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


class Missing(Exception):
    pass


@contextlib.contextmanager
def served(command, folder, port):
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if not wait(port):
            raise Missing("没有启动")
        yield port
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def mosquitto():
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    if not os.path.exists(program):
        raise Missing("没有安装")
    port = free()
    with tempfile.TemporaryDirectory() as folder:
        # Started as root it gives up its rights: it must be able to read and write there all the same.
        os.chmod(folder, 0o777)
        config = os.path.join(folder, "m.conf")
        with open(config, "w") as f:
            f.write(
                f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\n"
                f"persistence true\npersistence_location {folder}/\n"
            )
        with served([program, "-c", config], folder, port):
            yield port


APP = """
import sqlite3
from fastapi import FastAPI, Request
db = sqlite3.connect(PATH, check_same_thread=False)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE m (b BLOB)")
app = FastAPI()
@app.post("/in")
async def take(request: Request):
    db.execute("INSERT INTO m VALUES (?)", (await request.body(),))
    db.commit()
    return {}
"""


@contextlib.contextmanager
def fastapi():
    try:
        import fastapi, uvicorn  # noqa: F401
    except ImportError:
        raise Missing("没有安装")
    port = free()
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "peer.py"), "w") as f:
            f.write(APP.replace("PATH", repr(os.path.join(folder, "m.db"))))
        command = [sys.executable, "-m", "uvicorn", "peer:app", "--port", str(port), "--log-level", "error"]
        with served(command, folder, port):
            yield port


@contextlib.contextmanager
def nodered():
    home = os.environ.get("FENGSUI_BENCH_NODE", ".")
    program = os.path.abspath(os.path.join(home, "node_modules", ".bin", "node-red"))
    if not os.path.exists(program):
        raise Missing("没有安装")
    port = free()
    with tempfile.TemporaryDirectory() as folder:
        flow = [
            {"id": "t", "type": "tab", "label": "in"},
            {"id": "a", "type": "http in", "z": "t", "url": "/in", "method": "post", "wires": [["b", "c"]]},
            {"id": "b", "type": "http response", "z": "t", "statusCode": "200", "wires": []},
            {"id": "c", "type": "file", "z": "t", "filename": os.path.join(folder, "kept"), "filenameType": "str",
             "appendNewline": True, "overwriteFile": "false", "wires": [[]]},
        ]
        with open(os.path.join(folder, "flows.json"), "w") as f:
            json.dump(flow, f)
        with served([program, "--userDir", folder, "--port", str(port), "flows.json"], folder, port):
            # The port is open before the flow runs.
            time.sleep(5)
            yield port


PEERS = [
    ("mosquitto QoS 1", mosquitto, "mqtt", N, "应答前不同步写盘"),
    ("Node-RED", nodered, "http", 5_000, "应答前不写盘，另写文件不同步"),
    ("FastAPI + SQLite", fastapi, "http", 2_000, "每条一次提交，同步写盘"),
]


def publish(port, n):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01b")
    s.recv(4)
    body = b"x" * 90
    got = sent = 0
    while got < n * 4:
        while sent < n and sent - got // 4 < 1_000:
            number = sent % 65_535 + 1
            rest = b"\x00\x01t" + number.to_bytes(2, "big") + body
            s.sendall(b"\x32" + bytes([len(rest)]) + rest)
            sent += 1
        got += len(s.recv(65_536))
    return []


def post(port, n):
    bad = []

    def work():
        c = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(n // 8):
            c.request("POST", "/in", b"x" * 90, {"Content-Type": "text/plain"})
            answer = c.getresponse()
            answer.read()
            if answer.status != 200:
                bad.append(answer.status)

    crowd = [threading.Thread(target=work) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return bad


def flat_out(name, wire, port, n, note):
    begun = time.perf_counter()
    bad = (publish if wire == "mqtt" else post)(port, n)
    took = time.perf_counter() - begun
    said = f"答复 {bad[0]}，没有测成" if bad else note
    print(f"| {name} | {n} | {n / took:.0f} | {said} |", flush=True)


def storm(name, wire, port, note, program, seconds, rates):
    best = None
    for rate in rates:
        command = [program, "storm", f"127.0.0.1:{port}", "--wire", wire, "--rate", rate, "--seconds", seconds]
        done = subprocess.run(command + ["--patience", "5", "--json"], capture_output=True, text=True)
        try:
            told = json.loads(done.stdout)
        except ValueError:
            print(f"| {name} | {rate} | | | | {done.stderr.strip()[-80:]} |", flush=True)
            break
        ms, lost = told["ms"], told["unanswered"] + told["denied"]
        said = f"{note}；{lost} 条没有确认" if lost else note
        print(f"| {name} | {rate} | {told['sent']} | {ms['p50']:.2f} | {ms['p99']:.2f} | {said} |", flush=True)
        if lost or ms["p99"] > P99:
            break
        best = rate
    held = f"每秒 {best} 条" if best else "最低一档也没有守住"
    print(f"| {name} | 守住 p99 {P99:.0f} ms 的最高一档 | | | | {held} |", flush=True)


for name, peer, wire, n, note in PEERS:
    try:
        with peer() as port:
            if sys.argv[1:2] == ["storm"]:
                storm(name, wire, port, note, sys.argv[2], sys.argv[3], sys.argv[4:])
            else:
                flat_out(name, wire, port, n, note)
    except Missing as why:
        blank = " | | | |" if sys.argv[1:2] == ["storm"] else " | |"
        print(f"| {name} |{blank} {why} |", flush=True)
