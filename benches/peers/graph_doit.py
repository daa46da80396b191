"""A graph for doit."""

import graph_work
from doit.tools import run_once


def task_step():
    for task in graph_work.graph():
        yield {
            "name": task["name"],
            "actions": [(graph_work.carry_out, [task])],
            "file_dep": [graph_work.result(name) for name in task["needs"]],
            "targets": [graph_work.result(task["name"])],
            "uptodate": [run_once],
        }
