"""What PostgreSQL's extensions need for the same: pgRouting on FOLDER/edges.csv and pairs.csv, PostGIS for tiles of a
million points. URL names an empty database in a cluster that may be thrown away. Needs `psql`.
"""
import os, re, statistics, subprocess, sys

url, folder, size = sys.argv[1:4]


def sql(text, fail=True):
    done = subprocess.run(["psql", url, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At"], input=text, capture_output=True, text=True)
    if done.returncode and fail:
        raise RuntimeError(done.stderr.strip().splitlines()[0] if done.stderr.strip() else "psql")
    return done.stdout


def routes():
    sql("CREATE EXTENSION IF NOT EXISTS postgis; CREATE EXTENSION IF NOT EXISTS pgrouting; DROP TABLE IF EXISTS edge, pair;"
        "CREATE TABLE edge (id bigint primary key, source bigint, target bigint, cost float8, reverse_cost float8);"
        "CREATE TABLE pair (a bigint, b bigint, x float8, y float8, z float8, w float8, ms bigint);")
    for table in ("edge", "pair"):
        sql(f"\\copy {table} from '{os.path.join(folder, table + 's.csv')}' csv")
    sql("CREATE INDEX ON edge (source); CREATE INDEX ON edge (target); ANALYZE;")
    took, right, asked = [], 0, 0
    for line in sql("SELECT a, b, ms FROM pair LIMIT 10").split():
        a, b, ms = line.split("|")
        answer = sql("\\timing on\n"
                     f"SELECT round(max(agg_cost)) FROM pgr_dijkstra('SELECT id, source, target, cost, reverse_cost FROM edge', {a}, {b});")
        found = re.search(r"^(\d+)", answer)
        spent = re.search(r"Time: ([\d.]+)", answer)
        asked += 1
        if found and spent:
            right += int(found[1]) == int(ms)
            took.append(float(spent[1]))
    if not took:
        raise RuntimeError("没有一次答出")
    print(f"| pgRouting pgr_dijkstra | {size} | {statistics.median(took):.1f} | {right}/{asked} 次与本程序代价相同 |", flush=True)


def tiles():
    sql("CREATE EXTENSION IF NOT EXISTS postgis; DROP TABLE IF EXISTS point; CREATE TABLE point (name text, class int, geom geometry(Point, 3857));"
        "INSERT INTO point SELECT '演示场所', (random() * 5)::int, ST_Transform(ST_SetSRID(ST_MakePoint(105.6 + random() * 0.6, 29.0 + random() * 0.6), 4326), 3857) FROM generate_series(1, 1000000);"
        "CREATE INDEX ON point USING gist (geom); ANALYZE point;")
    import math
    for zoom in (8, 10, 12, 14):
        n = 2 ** zoom
        x = int((105.9 + 180) / 360 * n)
        y = int((1 - math.asinh(math.tan(math.radians(29.3))) / math.pi) / 2 * n)
        took, weighs = [], 0
        for _ in range(3):
            answer = sql("\\timing on\n"
                         f"SELECT length(ST_AsMVT(t, 'points')) FROM (SELECT name, class, ST_AsMVTGeom(geom, ST_TileEnvelope({zoom}, {x}, {y})) AS g FROM point WHERE geom && ST_TileEnvelope({zoom}, {x}, {y})) t;")
            took.append(float(re.search(r"Time: ([\d.]+)", answer)[1]))
            weighs = int(re.search(r"^(\d+)", answer)[1])
        print(f"| PostGIS ST_AsMVT 第 {zoom} 级 | 1000000 | {statistics.median(took):.1f} | {weighs // 1024} KB |", flush=True)


for name, what in {"routes": [("pgRouting", routes)], "tiles": [("PostGIS", tiles)]}[sys.argv[4]]:
    try:
        what()
    except (RuntimeError, FileNotFoundError) as lacking:
        print(f"| {name} | {size} | | 没有安装或未能运行：{lacking} |", flush=True)
