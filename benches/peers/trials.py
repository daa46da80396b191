"""Trials of a trivial function, two at a time, by other tools: seconds of the search itself, without starting it.

    trials.py loop|optuna|optuna-sqlite|ray TRIALS
"""

import concurrent.futures
import os
import random
import sys
import tempfile
import time


def loss(x, y):
    return (x - 0.3) ** 2 + (y - 0.7) ** 2


def loop(trials):
    """Nothing but two processes that compute it."""
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        pool.submit(loss, 0.5, 0.5).result()
        start = time.perf_counter()
        points = [(random.random(), random.random()) for _ in range(trials)]
        waiting = [pool.submit(loss, x, y) for x, y in points]
        min(one.result() for one in waiting)
        return time.perf_counter() - start


def optuna(trials, storage=None):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), storage=storage)
    start = time.perf_counter()
    study.optimize(
        lambda trial: loss(trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)), n_trials=trials, n_jobs=2
    )
    return time.perf_counter() - start


def optuna_sqlite(trials):
    with tempfile.TemporaryDirectory() as folder:
        return optuna(trials, f"sqlite:///{folder}/study.db")


def ray(trials):
    import logging

    os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
    import ray
    from ray import tune

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        tune.Tuner(
            tune.with_resources(lambda config: {"loss": loss(config["x"], config["y"])}, {"cpu": 1}),
            param_space={"x": tune.uniform(0, 1), "y": tune.uniform(0, 1)},
            tune_config=tune.TuneConfig(num_samples=trials, metric="loss", mode="min", reuse_actors=True),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        ).fit()
        return time.perf_counter() - start


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["loop" | "optuna" | "optuna-sqlite" | "ray" as tool, trials]:
            took = globals()[tool.replace("-", "_")](int(trials))
            print(f"{took:.3f}")
        case _:
            sys.exit(__doc__)
