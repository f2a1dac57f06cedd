"""Five rules for each place by json-rules-engine, zen-engine, DuckDB and PostgreSQL: SCRIPT URL N… SCRIPT is rule_peers.js, run in
the folder FENGSUI_BENCH_NODE; URL names a database in a cluster that may be thrown away, on this machine, and needs `psql`.

A line of a table each: microseconds a place, by the clock and of the processor. No time is told where the verdicts differ from
those counted here. Peers that are asked place by place get fewer places, the least of N and their most.
"""
import json, os, re, statistics, subprocess, sys, tempfile, time

script, url = sys.argv[1:3]
sizes = sorted(int(word) for word in sys.argv[3:])
# Places of those that are asked one by one.
MOST_NODE, MOST_ZEN = 5_000, 20_000
ROUNDS = 5
MASK = (1 << 64) - 1
state = 26875


def roll(bound):
    global state
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return (z ^ (z >> 31)) % bound


def place(_):
    return roll(14) == 0, roll(4), roll(100), roll(10) != 0, roll(20) != 0, max(0, roll(10) - 7)


NAMES = ("listed", "grade", "days", "owner", "responsible", "overdue")
places = list(map(place, range(max(sizes))))
# Listed: inspected within 30 days. Orange: within 90. A sector owner, a responsible person, no overdue hazard.
RULES = (
    lambda p: not p[0] or p[2] <= 30,
    lambda p: p[1] != 2 or p[2] <= 90,
    lambda p: p[3],
    lambda p: p[4],
    lambda p: p[5] == 0,
)
SQL = "NOT listed OR days <= 30", "grade <> 2 OR days <= 90", "owner", "responsible", "overdue = 0"
COUNT = "SELECT " + ", ".join(f"count(*) FILTER (WHERE {rule})" for rule in SQL) + " FROM place WHERE id < %d"


def counted(n):
    return [sum(map(rule, places[:n])) for rule in RULES]


def tell(name, n, us, cpu, met):
    if list(met) != counted(n):
        print(f"| {name}，5 条规则 | {n} | | | 结论与逐条清点不符：{list(met)}，应为 {counted(n)} |", flush=True)
        return
    digits = 1 if us >= 10 else 4
    cpu = f"{cpu:.{digits}f}" if cpu else ""
    print(f"| {name}，5 条规则 | {n} | {us:.{digits}f} | {cpu} | 结论与逐条清点相同 |", flush=True)


def up_to(most):
    return sorted({min(n, most) for n in sizes})


def node():
    words = ["node", "-e", open(script).read(), "--", *map(str, up_to(MOST_NODE))]
    done = subprocess.run(words, cwd=os.environ.get("FENGSUI_BENCH_NODE", "."), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(next((line for line in done.stderr.splitlines() if "Error" in line), "node"))
    for line in done.stdout.splitlines():
        told = json.loads(line)
        tell(f"json-rules-engine {told['version']}（Node {told['node']}）", told["n"], told["us"], told["cpu"], told["met"])


def zen():
    import zen
    from importlib.metadata import version
    rules = "not listed or days <= 30", "grade != 2 or days <= 90", "owner", "responsible", "overdue == 0"
    content = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "rules", "type": "expressionNode", "name": "rules",
             "content": {"expressions": [{"id": f"r{n}", "key": f"r{n}", "value": rule} for n, rule in enumerate(rules)]}},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "a", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "b", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(content))
    facts = [dict(zip(NAMES, one)) for one in places[:max(up_to(MOST_ZEN))]]

    def judge(some):
        met = [0] * len(rules)
        for one in some:
            found = decision.evaluate(one)["result"]
            for n in range(len(rules)):
                met[n] += found[f"r{n}"]
        return met

    judge(facts[:1000])
    for n in up_to(MOST_ZEN):
        took = []
        for _ in range(3):
            begun, cpu = time.perf_counter(), time.process_time()
            met = judge(facts[:n])
            took.append(((time.perf_counter() - begun) * 1e6 / n, (time.process_time() - cpu) * 1e6 / n))
        tell(f"zen-engine {version('zen-engine')}（经 Python）", n, *statistics.median_low(took), met)


def duck(file):
    import duckdb
    db = duckdb.connect()
    db.execute("SET threads = 1")
    db.execute(f"CREATE TABLE place AS SELECT * FROM read_csv('{file}', header = true)")
    for n in sizes:
        took = []
        for _ in range(ROUNDS):
            begun, cpu = time.perf_counter(), time.process_time()
            met = db.execute(COUNT % n).fetchone()
            took.append(((time.perf_counter() - begun) * 1e6 / n, (time.process_time() - cpu) * 1e6 / n))
        tell(f"DuckDB {duckdb.__version__}（一线程，只计数）", n, *statistics.median_low(took), met)


def ran(pid):
    """Nanoseconds of the processor, where the system counts them so finely and the server runs here."""
    try:
        return int(open(f"/proc/{pid}/schedstat").read().split()[0])
    except (OSError, ValueError):
        return 0


def postgres(file):
    if not url:
        raise RuntimeError("没有 PostgreSQL 的服务程序")
    psql = subprocess.Popen(["psql", url, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)

    def ask(text):
        psql.stdin.write(f"{text}\n\\echo end\n")
        psql.stdin.flush()
        lines = []
        for line in psql.stdout:
            if line.strip() == "end":
                return lines
            lines.append(line.strip())
        raise RuntimeError(psql.stderr.read().strip()[-200:])

    try:
        ask("CREATE TEMP TABLE place (id int, listed bool, grade int, days int, owner bool, responsible bool, overdue int);")
        ask(f"\\copy place from '{file}' csv header")
        ask("SET max_parallel_workers_per_gather = 0; CREATE INDEX ON place (id); ANALYZE place;")
        release = ask("SHOW server_version;")[0].split()[0]
        pid = ask("SELECT pg_backend_pid();")[0]
        ask("\\timing on")
        for n in sizes:
            took, met = [], []
            for _ in range(ROUNDS):
                before = ran(pid)
                answer, spent = ask(COUNT % n + ";")
                cpu = (ran(pid) - before) / 1000 / n
                took.append((float(re.search(r"[\d.]+", spent)[0]) * 1000 / n, cpu))
                met = [int(word) for word in answer.split("|")]
            tell(f"PostgreSQL {release}（一进程，只计数）", n, *statistics.median_low(took), met)
    except BrokenPipeError:
        raise RuntimeError(psql.stderr.read().strip()[-200:])
    finally:
        psql.kill()
        psql.wait()


with tempfile.TemporaryDirectory() as folder:
    # The server copies nothing itself: psql reads it.
    file = os.path.join(folder, "places.csv")
    with open(file, "w") as out:
        out.write("id," + ",".join(NAMES) + "\n")
        for n, (listed, grade, days, owner, responsible, overdue) in enumerate(places):
            out.write(f"{n},{str(listed).lower()},{grade},{days},{str(owner).lower()},{str(responsible).lower()},{overdue}\n")
    for name, peer in (("json-rules-engine", node), ("zen-engine", zen), ("DuckDB", lambda: duck(file)), ("PostgreSQL", lambda: postgres(file))):
        try:
            peer()
        except Exception as lacking:  # whatever a peer says when it is not as expected
            print(f"| {name}，5 条规则 | | | | 没有安装或未能运行：{str(lacking).strip().splitlines()[0] if str(lacking).strip() else type(lacking).__name__} |", flush=True)
