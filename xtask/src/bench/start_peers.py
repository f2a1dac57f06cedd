"""From the start of a process to its first answer, what it weighs then and what it costs when nobody asks; with `load` in place of
`start`, how many small answers a second it gives to `wrk`: PROGRAM DATA start|load. PROGRAM is ours and DATA its folder with a town
in it; the peers are what is found: FastAPI in this Python, Express and Node-RED in the folder FENGSUI_BENCH_NODE, mosquitto.

`start`: | name | median of five, ms | least–most | resident MB then, after the rest | idle CPU, % | remark |
`load`: | name | answers a second, two runs | median, ms | slowest of a hundred, ms | resident MB afterwards | remark |
"""
import contextlib, glob, os, re, shutil, socket, statistics, subprocess, sys, tempfile, time

program, data, what = sys.argv[1:4]
STARTS = 5
# Units: seconds.
POLL, PATIENCE, SETTLE, IDLE = 0.002, 60.0, 2.0, 5.0
HOME = os.path.abspath(os.environ.get("FENGSUI_BENCH_NODE", "."))
MEGABYTE = 1024 * 1024


class Missing(Exception):
    pass


def free():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answered(port, said, right):
    """Whether it answers now, and rightly."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as s:
            s.settimeout(10)
            s.sendall(said)
            got = b""
            while len(got) < len(right):
                more = s.recv(4096)
                if not more:
                    return False
                got += more
            return re.sub(rb"^HTTP/1\.[01]", b"HTTP/1.x", got).startswith(right)
    except OSError:
        return False


def family(pid):
    """A process and what it started."""
    found = [pid]
    for one in found:
        for path in glob.glob(f"/proc/{one}/task/*/children"):
            with contextlib.suppress(OSError):
                found += [int(word) for word in open(path).read().split()]
    return found


def resident(pid):
    pages = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            pages += int(open(f"/proc/{one}/statm").read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def spent(pid):
    """Seconds of the processor of each thread: to the nanosecond where the system says so, else user and system time by its tick."""
    found = {}
    for one in family(pid):
        for path in glob.glob(f"/proc/{one}/task/*"):
            with contextlib.suppress(OSError, IndexError, ValueError):
                try:
                    found[path] = int(open(f"{path}/schedstat").read().split()[0]) / 1e9
                except OSError:
                    words = open(f"{path}/stat").read().rsplit(")", 1)[1].split()
                    found[path] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return found


def idle(pid):
    time.sleep(SETTLE)
    before, begun = spent(pid), time.perf_counter()
    time.sleep(IDLE)
    after, took = spent(pid), time.perf_counter() - begun
    return sum(now - before.get(path, 0) for path, now in after.items()) / took * 100


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode(), b"HTTP/1.x 200"


@contextlib.contextmanager
def running(command, folder, port, ask, environment):
    begun = time.perf_counter()
    with open(os.path.join(folder, "said"), "wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, env={**os.environ, **environment})
    try:
        while not answered(port, *ask):
            if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                lines = open(os.path.join(folder, "said"), errors="replace").read().strip().splitlines()
                raise Missing(f"没有启动：{lines[-1][:100] if lines else process.poll()}")
            time.sleep(POLL)
        yield process.pid, (time.perf_counter() - begun) * 1000
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def version(words, pattern=r"(\d+\.\d[\w.]*)"):
    done = subprocess.run(words, capture_output=True, text=True)
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else "?"


def package(name):
    path = os.path.join(HOME, "node_modules", name, "package.json")
    if not os.path.exists(path):
        raise Missing("没有安装")
    return version(["node", "-p", "require(process.argv[1]).version", path])


def ours(folder, port):
    if not os.path.isfile(program):
        raise Missing("没有找到")
    if not os.path.exists(os.path.join(data, "fengsui.db")):
        raise Missing(f"{data} 里没有数据")
    command = [program, "--data", os.path.abspath(data), "serve", "--listen", f"127.0.0.1:{port}"]
    name = f"本程序 {version([program, '--version'])}，全部功能"
    return name, command, get("/healthz"), "/healthz，读一次数据库", {}


FASTAPI = """
import sqlite3
from fastapi import FastAPI
db = sqlite3.connect("peer.db", check_same_thread=False)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE IF NOT EXISTS m (b)")
app = FastAPI()
@app.get("/up")
async def up():
    return {"up": db.execute("SELECT count(*) FROM m").fetchone()[0]}
"""


def fastapi(folder, port):
    try:
        import fastapi, uvicorn
    except ImportError as lacking:
        raise Missing(f"没有安装：{lacking}")
    with open(os.path.join(folder, "peer.py"), "w") as out:
        out.write(FASTAPI)
    command = [sys.executable, "-m", "uvicorn", "peer:app", "--port", str(port), "--log-level", "error", "--no-access-log"]
    name = f"FastAPI {fastapi.__version__} + uvicorn {uvicorn.__version__}，只有一个 JSON 接口"
    return name, command, get("/up"), "/up，读一次 SQLite", {}


EXPRESS = """
const path = require('node:path')
const from = (name) => require(path.join(process.env.HOME_OF_PEERS, 'node_modules', name))
let many = () => 0
if (process.env.PEER_SQLITE) {
  const db = from('better-sqlite3')('peer.db')
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE IF NOT EXISTS m (b)')
  const asked = db.prepare('SELECT count(*) AS n FROM m')
  many = () => asked.get().n
}
const app = from('express')()
app.get('/up', (request, response) => response.json({ up: many() }))
app.listen(Number(process.env.PEER_PORT), '127.0.0.1')
"""


def express(folder, port):
    release = package("express")
    # Its compiled half may be missing although the package is there.
    probe = "new (require(process.argv[1]))(':memory:').exec('SELECT 1')"
    path = os.path.join(HOME, "node_modules", "better-sqlite3")
    sqlite = subprocess.run(["node", "-e", probe, path], capture_output=True).returncode == 0
    beside = f"better-sqlite3 {package('better-sqlite3')}" if sqlite else "内存里一个数（better-sqlite3 没有装好）"
    with open(os.path.join(folder, "peer.js"), "w") as out:
        out.write(EXPRESS)
    environment = {"HOME_OF_PEERS": HOME, "PEER_PORT": str(port), "NODE_ENV": "production", "PEER_SQLITE": "1" if sqlite else ""}
    name = f"Express {release}（Node {version(['node', '--version'])}），只有一个 JSON 接口"
    return name, ["node", "peer.js"], get("/up"), f"/up，{beside}", environment


def nodered(folder, port):
    release = package("node-red")
    command = [os.path.join(HOME, "node_modules", ".bin", "node-red"), "--userDir", folder, "--port", str(port)]
    return f"Node-RED {release}，没有流程", command, get("/"), "/，编辑页", {}


def mosquitto(folder, port):
    command = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    if not os.path.exists(command):
        raise Missing("没有安装")
    # Started as root it gives up its rights: it must be able to read and write there all the same.
    os.chmod(folder, 0o777)
    with open(os.path.join(folder, "m.conf"), "w") as out:
        out.write(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder}/\n")
    connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01b", b"\x20\x02\x00\x00"
    name = f"mosquitto {version([command, '-h'])}"
    return name, [command, "-c", os.path.join(folder, "m.conf")], connect, "到 CONNACK", {}


def started(peer):
    took, weighs = [], []
    # The first start looks the files up on the disk and makes what is missing.
    with tempfile.TemporaryDirectory() as folder:
        for n in range(STARTS + 1):
            port = free()
            name, command, ask, asked, environment = peer(folder, port)
            with running(command, folder, port, ask, environment) as (pid, ms):
                weighed = resident(pid)
                if n:
                    took.append(ms)
                    weighs.append(weighed)
                if n == STARTS:
                    rests, later = idle(pid), resident(pid)
    weighed = f"{statistics.median(weighs):.1f}, {later:.1f}"
    print(f"| {name} | {statistics.median(took):.1f} | {min(took):.1f}–{max(took):.1f} | {weighed} | {rests:.2f} | {asked} |", flush=True)


def loaded(peer):
    wrk = shutil.which("wrk")
    if not wrk:
        raise Missing("没有 wrk")
    with tempfile.TemporaryDirectory() as folder:
        port = free()
        name, command, ask, asked, environment = peer(folder, port)
        with running(command, folder, port, ask, environment) as (pid, _):
            url = f"http://127.0.0.1:{port}{ask[0].split()[1].decode()}"
            rates, waits = [], []
            for seconds in ("1", "4", "4"):
                done = subprocess.run([wrk, "-t2", "-c32", f"-d{seconds}s", "--latency", url], capture_output=True, text=True)
                wrong = re.search(r"Non-2xx.*|Socket errors.*", done.stdout)
                if done.returncode or wrong:
                    raise Missing(f"没有测成：{wrong[0] if wrong else done.stderr.strip()[:80]}")
                rates.append(float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]))
                waits.append([milliseconds(done.stdout, share) for share in ("50%", "99%")])
            told = " · ".join(f"{rate:.0f}" for rate in rates[1:])
            half, most = (" · ".join(f"{wait[n]:.2f}" for wait in waits[1:]) for n in (0, 1))
            print(f"| {name} | {told} | {half} | {most} | {resident(pid):.1f} | {asked} |", flush=True)


def milliseconds(text, share):
    number, unit = re.search(rf"^\s+{share}\s+([\d.]+)(us|ms|s)$", text, re.M).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


PEERS = {
    "start": [("本程序", ours), ("FastAPI", fastapi), ("Express", express), ("Node-RED", nodered), ("mosquitto", mosquitto)],
    "load": [("本程序", ours), ("FastAPI", fastapi), ("Express", express)],
}
for name, peer in PEERS[what]:
    try:
        (started if what == "start" else loaded)(peer)
    except Missing as why:
        print(f"| {name} | | | | | {why} |", flush=True)
    except OSError as why:
        print(f"| {name} | | | | | 没有安装或未能运行：{why} |", flush=True)
