"""Maximal covering by spopt with CBC on the instance `fengsui bench --size road` solves: DEMANDS SITES P HAMLETS. The same
numbers from the same seed, so the optimum must be the same.
"""
import sys, time

demands, sites, p, hamlets = (int(word) for word in sys.argv[1:5])
name = f"{demands} × {sites}, {p}{'，村落' if hamlets else ''}"
try:
    import numpy, pulp
    from spopt.locate import MCLP
except ImportError as lacking:
    print(f"| spopt + CBC 最大覆盖 | {name} | | 没有安装：{lacking} |")
    sys.exit()
MASK = (1 << 64) - 1
state = 26875


def roll():
    global state
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


middles = [(roll() % 60_000, roll() % 60_000) for _ in range(hamlets)]


def at():
    if not middles:
        return roll() % 20_000, roll() % 20_000
    x, y = middles[roll() % hamlets]
    return x + roll() % 1_200 - 600, y + roll() % 1_200 - 600


places = numpy.array([at() for _ in range(sites)])
homes = numpy.array([at() for _ in range(demands)])
weights = numpy.array([1 + roll() % 30 for _ in range(demands)])
far = numpy.floor(numpy.hypot(homes[:, None, 0] - places[None, :, 0], homes[:, None, 1] - places[None, :, 1]))
start = time.perf_counter()
model = MCLP.from_cost_matrix(far, weights, 2_500, p_facilities=p)
model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=120))
took = (time.perf_counter() - start) * 1000
status = pulp.LpStatus[model.problem.status]
print(f"| spopt + CBC 最大覆盖 | {name} | {took:.0f} | {abs(int(round(model.problem.objective.value())))} {status} |")
