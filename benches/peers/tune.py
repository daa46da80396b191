"""The other side of `runtime/tune/examples/functions.rs`: the same functions searched by Optuna, and both as one table.

    tune.py search [TRIALS] [SEEDS]     a line for each search: FUNCTION METHOD SEED BEST WORK
    tune.py table OURS THEIRS           what two such files say, side by side
"""

import collections
import math
import statistics
import sys
import warnings

STEPS = 27


def branin(x, y):
    bend = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bend * bend + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


WEIGHTS = [1.0, 1.2, 3.0, 3.2]
NARROW = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
MIDDLE = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann6(*points):
    def hill(weight, narrow, middle):
        return weight * math.exp(-sum(n * (x - m) ** 2 for n, m, x in zip(narrow, middle, points)))

    return -sum(map(hill, WEIGHTS, NARROW, MIDDLE))


def rosenbrock(*points):
    return sum(100 * (y - x * x) ** 2 + (1 - x) ** 2 for x, y in zip(points, points[1:]))


def rastrigin(*points):
    return sum(x * x - 10 * math.cos(2 * math.pi * x) + 10 for x in points)


def conditional(kind, size, rate, activation):
    rate = math.log10(rate)
    if kind == 0:
        return 0.2 + ((size - 17) / 15) ** 2 + 0.05 * (rate + 1) ** 2
    if kind == 1:
        return 0.1 + 0.1 * math.log2(size / 96) ** 2 + 0.1 * (rate + 2.5) ** 2 + 0.05 * abs(activation - 2)
    return 0.25 + 0.05 * abs(size - 3) + 0.02 * (rate + 3) ** 2


def floats(low, high, count):
    return lambda trial: [trial.suggest_float(f"x{axis}", low, high) for axis in range(count)]


def branin_space(trial):
    return [trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)]


def conditional_space(trial):
    kind = trial.suggest_categorical("kind", [0, 1, 2])
    sizes = [("depth", 2, 30, False), ("width", 8, 512, True), ("degree", 1, 5, False)]
    name, low, high, log = sizes[kind]
    size = trial.suggest_int(name, low, high, log=log)
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    return [kind, size, rate, trial.suggest_categorical("activation", [0, 1, 2, 3])]


FUNCTIONS = [
    ("branin", branin_space, branin, 0.0),
    ("hartmann6", floats(0, 1, 6), hartmann6, 0.0),
    ("rosenbrock10", floats(-5, 10, 10), rosenbrock, 0.0),
    ("rastrigin5", floats(-5.12, 5.12, 5), rastrigin, 0.0),
    ("noisy branin", branin_space, branin, 5.0),
    ("conditional", conditional_space, conditional, 0.0),
]


def normal(seed, trial):
    def unit(salt):
        mask = (1 << 64) - 1
        state = (seed * 1_000_003 + trial * 2 + salt + 1) * 0x9E3779B97F4A7C15 & mask
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & mask
        state = (state ^ state >> 27) * 0x94D049BB133111EB & mask
        return (((state ^ state >> 31) >> 11) + 0.5) / (1 << 53)

    return math.sqrt(-2 * math.log(unit(0))) * math.cos(2 * math.pi * unit(1))


def curve(points, step):
    pace = 0.05 + 0.3 * math.fmod(sum(points), 1)
    return hartmann6(*points) + 3 * (math.exp(-pace * step) - math.exp(-pace * STEPS))


def search(trials, seeds):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    samplers = {
        "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
        "sobol": lambda seed: optuna.samplers.QMCSampler(qmc_type="sobol", scramble=True, seed=seed),
        "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
        "cma_es": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    }
    for name, space, function, noise in FUNCTIONS:
        for method, sampler in samplers.items():
            for seed in range(seeds):
                losses = []

                def objective(trial):
                    losses.append(function(*space(trial)))
                    return losses[-1] + noise * normal(seed, trial.number)

                study = optuna.create_study(sampler=sampler(seed))
                study.optimize(objective, n_trials=trials)
                print(name, method, seed, losses[study.best_trial.number], trials, sep="\t", flush=True)

    pruners = {
        "random": lambda: optuna.pruners.NopPruner(),
        "random + median": lambda: optuna.pruners.MedianPruner(n_startup_trials=5),
        "asha": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3),
        "hyperband": lambda: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=STEPS, reduction_factor=3),
    }
    for method, pruner in pruners.items():
        for seed in range(seeds):
            study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed), pruner=pruner())
            work, best = 0, math.inf
            while work < trials * STEPS:
                trial = study.ask()
                points = [trial.suggest_float(f"x{axis}", 0, 1) for axis in range(6)]
                state = optuna.trial.TrialState.COMPLETE
                for step in range(1, STEPS + 1):
                    work += 1
                    loss = curve(points, step)
                    trial.report(loss, step)
                    if trial.should_prune():
                        state = optuna.trial.TrialState.PRUNED
                        break
                if state == optuna.trial.TrialState.COMPLETE:
                    study.tell(trial, loss)
                    if loss < best:
                        best = loss
                        print("curves", method, seed, best, work, sep="\t", flush=True)
                else:
                    study.tell(trial, state=state)


def read(path):
    bests = collections.defaultdict(dict)
    with open(path) as file:
        for line in file:
            function, method, seed, best, work = line.rstrip("\n").split("\t")
            bests[function, method].setdefault(int(seed), []).append((float(best), int(work)))
    return bests


def spread(numbers, digits=3):
    low, middle, high = statistics.quantiles(numbers, n=4)
    return f"{middle:.{digits}g} ({low:.{digits}g} to {high:.{digits}g})"


def table(ours, theirs):
    ours, theirs = read(ours), read(theirs)
    print("Best value, median and middle half of the seeds; less is better:\n")
    print("| function | method | Standpipe | Optuna |\n| --- | --- | --- | --- |")
    for function, method in ours:
        if function != "curves":
            both = [[min(best)[0] for best in side[function, method].values()] for side in (ours, theirs)]
            print(f"| {function} | {method} | {spread(both[0])} | {spread(both[1])} |")
    alone = [min(best)[0] for side in (ours, theirs) for best in side["curves", "random"].values()]
    target = statistics.median(alone)
    print(f"\nSteps until a trial ran to its end with {target:.3f} or less, the median of what random found in all its steps:\n")
    print("| method | Standpipe | Optuna |\n| --- | --- | --- |")
    for function, method in ours:
        if function == "curves":
            cells = []
            for side in (ours, theirs):
                seeds = side[function, method].values()
                reached = [min((work for best, work in bests if best <= target), default=math.inf) for bests in seeds]
                best = statistics.median(min(bests)[0] for bests in seeds)
                middle = statistics.median(reached)
                steps = "not in all its steps" if middle == math.inf else f"{middle:.0f}"
                cells.append(f"{steps}, {sum(work < math.inf for work in reached)} of {len(reached)} seeds; best {best:.3f}")
            print(f"| {method} | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["search", *numbers]:
            trials, seeds = [*map(int, numbers), *[100, 30][len(numbers) :]]
            search(trials, seeds)
        case ["table", ours, theirs]:
            table(ours, theirs)
        case _:
            sys.exit(__doc__)
