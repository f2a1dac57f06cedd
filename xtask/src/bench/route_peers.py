"""Routes of OSRM and Valhalla on a network written by `fengsui bench --one net`: FOLDER has net.osm and pairs.csv.

Prints a line of a table for each; what is not installed is listed as missing. Both weigh roads by their own speeds, so
their ways differ from ours; the column says how much longer or shorter their way is than the straight line, in the middle.
"""
import json, math, os, statistics, subprocess, sys, time

# Its tools look for one another on the path.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")

folder, size = sys.argv[1], sys.argv[2]
pairs = [[float(x) for x in line.split(",")] for line in open(os.path.join(folder, "pairs.csv"))]
# Of a map its own file: net.osm.pbf, net.osm.bz2.
osm = next(os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.startswith("net.osm") and not name.endswith("osrm"))


def straight(a, b, c, d):
    return math.hypot((c - a) * math.cos(math.radians(b)), d - b) * 111_195


def told(name, prepared, took, ways):
    if not ways:
        print(f"| {name} | {size} | | 没有找到路线 |")
        return
    around = statistics.median(m / max(1, straight(*pair[2:6])) for m, pair in ways)
    print(f"| {name} | {size} | {statistics.median(took):.3f} | 准备 {prepared:.1f} 秒，{len(ways)} 条，绕行 {around:.2f} 倍 |", flush=True)


def osrm_way():
    import osrm
    base = os.path.join(folder, "net.osrm")
    home = os.path.dirname(osrm.__file__)
    run = lambda tool, *words: subprocess.run([os.path.join(home, "bin", tool), *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    start = time.perf_counter()
    run("osrm-extract", "-p", os.path.join(home, "share", "profiles", "car.lua"), osm)
    run("osrm-contract", base)
    prepared = time.perf_counter() - start
    engine = osrm.OSRM(storage_config=base, use_shared_memory=False, algorithm="CH")
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
    told("OSRM 26（CH，进程内）", prepared, took, ways)
    every = [at for pair in pairs for at in (tuple(pair[2:4]), tuple(pair[4:6]))]
    for side in (100, 1000):
        some = [every[n % len(every)] for n in range(2 * side)]
        asked = osrm.TableParameters(coordinates=some, sources=list(range(side)), destinations=list(range(side, 2 * side)))
        start = time.perf_counter()
        try:
            engine.Table(asked)
        except RuntimeError as failed:
            print(f"| OSRM 26 距离矩阵 {side} × {side} | {size} | | 未能运行：{failed} |", flush=True)
            continue
        print(f"| OSRM 26 距离矩阵 {side} × {side} | {size} | {(time.perf_counter() - start) * 1000:.1f} | |", flush=True)


def valhalla_way():
    import valhalla
    tiles = os.path.join(folder, "valhalla")
    config = os.path.join(folder, "valhalla.json")
    os.makedirs(tiles, exist_ok=True)
    start = time.perf_counter()
    with open(config, "w") as out:
        json.dump(valhalla.get_config(tile_extract="", tile_dir=tiles, verbose=False), out)
    pbf = os.path.join(folder, "net.osm.pbf")
    if osm != pbf:
        subprocess.run(["osmium", "cat", osm, "-o", pbf, "--overwrite"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tool = os.path.join(os.path.dirname(sys.executable), "valhalla_build_tiles")
    subprocess.run([tool, "-c", config, pbf], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    prepared = time.perf_counter() - start
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
    told("Valhalla 3.9（不生成指引）", prepared, took, ways)
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
    except subprocess.CalledProcessError as failed:
        print(f"| {name} | {size} | | 未能运行：{failed.cmd[0]} |", flush=True)
