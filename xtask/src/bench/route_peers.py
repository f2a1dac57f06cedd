"""Routes of OSRM and Valhalla on a network written by `fengsui bench --one net`: FOLDER SIZE [ch|mld OSRM-SECONDS VALHALLA-SECONDS].
FOLDER has net.osm and pairs.csv. `mld` prepares OSRM by partitions, which a large network needs, in place of a contraction
hierarchy. Whoever has not prepared within its seconds is said to be over its time.

Prints a line of a table for each; what is not installed is listed as missing. Both weigh roads by their own speeds, so
their ways differ from ours; the column says how much longer or shorter their way is than the straight line, in the middle.
"""
import json, math, os, resource, statistics, subprocess, sys, time
from importlib.metadata import version

# Its tools look for one another on the path.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")

folder, size = sys.argv[1], sys.argv[2]
order = sys.argv[3] if len(sys.argv) > 3 else "ch"
limits = {"OSRM": 900.0, "Valhalla": 300.0} | dict(zip(("OSRM", "Valhalla"), map(float, sys.argv[4:6])))
# Units: milliseconds.
LONG_TABLE = 3_000.0
pairs = [[float(x) for x in line.split(",")] for line in open(os.path.join(folder, "pairs.csv"))]
# Of a map its own file: net.osm.pbf, net.osm.bz2.
osm = next(os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.startswith("net.osm") and not name.endswith("osrm"))


def straight(a, b, c, d):
    return math.hypot((c - a) * math.cos(math.radians(b)), d - b) * 111_195


class Over(Exception):
    pass


def worked():
    """Seconds of the processor of all that was run and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Preparation:
    """Tools run one after the other, all within the time a peer has."""

    def __init__(self, name):
        self.limit, self.begun, self.before = limits[name], time.perf_counter(), worked()

    def run(self, *words):
        left = self.limit - (time.perf_counter() - self.begun)
        try:
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=max(left, 0.1))
        except subprocess.TimeoutExpired:
            raise Over(f"准备超过 {self.limit:g} 秒（停在 {os.path.basename(words[0])}），未量")

    def said(self):
        return f"准备 {time.perf_counter() - self.begun:.1f} 秒（CPU {worked() - self.before:.1f}）"


def told(name, prepared, took, ways):
    if not ways:
        print(f"| {name} | {size} | | 没有找到路线 |")
        return
    around = statistics.median(m / max(1, straight(*pair[2:6])) for m, pair in ways)
    print(f"| {name} | {size} | {statistics.median(took):.3f} | {prepared}，{len(ways)}/{len(pairs)} 条，绕行 {around:.2f} 倍 |", flush=True)


def osrm_way():
    import osrm
    base = os.path.join(folder, "net.osrm")
    home = os.path.dirname(osrm.__file__)
    preparation = Preparation("OSRM")
    tool = lambda name, *words: preparation.run(os.path.join(home, "bin", name), *words)
    tool("osrm-extract", "-p", os.path.join(home, "share", "profiles", "car.lua"), osm)
    for step in ("osrm-partition", "osrm-customize") if order == "mld" else ("osrm-contract",):
        tool(step, base)
    prepared = preparation.said()
    engine = osrm.OSRM(storage_config=base, use_shared_memory=False, algorithm=order.upper())
    took, ways = [], []
    for pair in pairs:
        asked = osrm.RouteParameters(coordinates=[tuple(pair[2:4]), tuple(pair[4:6])], overview="full")
        start = time.perf_counter()
        try:
            answer = engine.Route(asked)
        except RuntimeError:
            continue
        took.append((time.perf_counter() - start) * 1000)
        ways.append((answer["routes"][0]["distance"], pair))
    name = f"OSRM {version('osrm-bindings')}"
    told(f"{name}（{order.upper()}，进程内）", prepared, took, ways)
    every = [at for pair in pairs for at in (tuple(pair[2:4]), tuple(pair[4:6]))]
    spent = 0.0
    for side in (100, 1000):
        table = f"{name}（{order.upper()}）距离矩阵 {side} × {side}"
        # A hundred times as many answers may take a hundred times as long.
        if spent > LONG_TABLE:
            print(f"| {table} | {size} | | 未量：100 × 100 已用 {spent / 1000:.1f} 秒 |", flush=True)
            continue
        some = [every[n % len(every)] for n in range(2 * side)]
        asked = osrm.TableParameters(coordinates=some, sources=list(range(side)), destinations=list(range(side, 2 * side)))
        start = time.perf_counter()
        try:
            engine.Table(asked)
        except RuntimeError as failed:
            print(f"| {table} | {size} | | 未能运行：{failed} |", flush=True)
            continue
        spent = (time.perf_counter() - start) * 1000
        print(f"| {table} | {size} | {spent:.1f} | |", flush=True)


def valhalla_way():
    import valhalla
    tiles = os.path.join(folder, "valhalla")
    config = os.path.join(folder, "valhalla.json")
    os.makedirs(tiles, exist_ok=True)
    preparation = Preparation("Valhalla")
    with open(config, "w") as out:
        json.dump(valhalla.get_config(tile_extract="", tile_dir=tiles, verbose=False), out)
    pbf = os.path.join(folder, "net.osm.pbf")
    if osm != pbf:
        preparation.run("osmium", "cat", osm, "-o", pbf, "--overwrite")
    tool = os.path.join(os.path.dirname(sys.executable), "valhalla_build_tiles")
    preparation.run(tool, "-c", config, pbf)
    prepared = preparation.said()
    actor = valhalla.Actor(config)
    took, ways = [], []
    for pair in pairs:
        asked = {"locations": [{"lon": pair[2], "lat": pair[3]}, {"lon": pair[4], "lat": pair[5]}], "costing": "auto", "directions_type": "none"}
        start = time.perf_counter()
        try:
            answer = actor.route(asked)
        except RuntimeError:
            continue
        took.append((time.perf_counter() - start) * 1000)
        ways.append((answer["trip"]["summary"]["length"] * 1000, pair))
    told(f"Valhalla {version('pyvalhalla')}（不生成指引）", prepared, took, ways)
    around = []
    for pair in pairs[:20]:
        asked = {"locations": [{"lon": pair[2], "lat": pair[3]}], "costing": "auto", "contours": [{"time": 8}], "polygons": True}
        start = time.perf_counter()
        try:
            actor.isochrone(asked)
        except RuntimeError:
            continue
        around.append((time.perf_counter() - start) * 1000)
    if around:
        print(f"| Valhalla 8 分钟可达（轮廓） | {size} | {statistics.median(around):.3f} | {len(around)} 次 |", flush=True)


for name, way in (("OSRM", osrm_way), ("Valhalla", valhalla_way)):
    try:
        way()
    except (ImportError, FileNotFoundError) as lacking:
        print(f"| {name} | {size} | | 没有安装：{lacking} |", flush=True)
    except RuntimeError as failed:
        print(f"| {name} | {size} | | 未能运行：{failed} |", flush=True)
    except Over as over:
        print(f"| {name} | {size} | | {over} |", flush=True)
    except subprocess.CalledProcessError as failed:
        print(f"| {name} | {size} | | 未能运行：{os.path.basename(failed.cmd[0])}，退出码 {failed.returncode} |", flush=True)
