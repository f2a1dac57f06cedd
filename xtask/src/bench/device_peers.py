# Peers of the intake: how many messages a second they acknowledge. Standard library only; what is not installed is said.
import http.client, os, shutil, socket, subprocess, sys, tempfile, threading, time

N = 20_000


def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def mosquitto():
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    if not os.path.exists(program):
        return print("| mosquitto QoS 1 | | | 没有安装 |")
    port = free()
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "m.conf")
        with open(config, "w") as f:
            f.write(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\n")
        server = subprocess.Popen([program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait(port)
            s = socket.create_connection(("127.0.0.1", port))
            s.sendall(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01b")
            s.recv(4)
            body = b"x" * 90
            begun, got, sent = time.perf_counter(), 0, 0
            while got < N * 4:
                while sent < N and sent - got // 4 < 1_000:
                    number = sent % 65_535 + 1
                    rest = b"\x00\x01t" + number.to_bytes(2, "big") + body
                    s.sendall(b"\x32" + bytes([len(rest)]) + rest)
                    sent += 1
                got += len(s.recv(65_536))
            took = time.perf_counter() - begun
            print(f"| mosquitto QoS 1 | {N} | {N / took:.0f} | 应答前不同步写盘 |")
        finally:
            server.kill()
            server.wait()


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


def fastapi():
    try:
        import fastapi, uvicorn  # noqa: F401
    except ImportError:
        return print("| FastAPI + SQLite | | | 没有安装 |")
    port, n = free(), 2_000
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "peer.py"), "w") as f:
            f.write(APP.replace("PATH", repr(os.path.join(folder, "m.db"))))
        command = [sys.executable, "-m", "uvicorn", "peer:app", "--port", str(port), "--log-level", "error"]
        server = subprocess.Popen(command, cwd=folder)
        try:
            wait(port)

            def work():
                c = http.client.HTTPConnection("127.0.0.1", port)
                for _ in range(n // 8):
                    c.request("POST", "/in", b"x" * 90)
                    c.getresponse().read()

            crowd = [threading.Thread(target=work) for _ in range(8)]
            begun = time.perf_counter()
            for one in crowd:
                one.start()
            for one in crowd:
                one.join()
            took = time.perf_counter() - begun
            print(f"| FastAPI + SQLite | {n} | {n / took:.0f} | 每条一次提交，同步写盘 |")
        finally:
            server.kill()
            server.wait()


mosquitto()
fastapi()
