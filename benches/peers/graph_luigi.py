"""A graph for luigi."""

import sys

import graph_work
import luigi

TASKS = {task["name"]: task for task in graph_work.graph()}


class Step(luigi.Task):
    name = luigi.Parameter()

    def requires(self):
        return [Step(name) for name in TASKS[self.name]["needs"]]

    def output(self):
        return luigi.LocalTarget(graph_work.result(self.name))

    def run(self):
        graph_work.carry_out(TASKS[self.name])


if not luigi.build([Step(name) for name in TASKS], local_scheduler=True, workers=2, log_level="ERROR"):
    sys.exit("luigi failed")
