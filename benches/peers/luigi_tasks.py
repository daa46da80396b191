"""The same tasks for luigi: each keeps its result as a file, which is how luigi knows that it is done."""

import os
import subprocess
import sys

import luigi

KIND, N, FOLDER = sys.argv[1], int(sys.argv[2]), sys.argv[3]


class Step(luigi.Task):
    i = luigi.IntParameter()

    def output(self):
        return luigi.LocalTarget(os.path.join(FOLDER, f"{KIND}-{self.i}"))

    def run(self):
        if KIND == "python":
            with self.output().open("w") as out:
                out.write(str(self.i + 1))
        else:
            with self.output().temporary_path() as out:
                subprocess.run(["bash", "-c", 'printf 1 > "$out"'], check=True, env={**os.environ, "out": out})


class All(luigi.WrapperTask):
    def requires(self):
        return [Step(i=i) for i in range(N)]


if not luigi.build([All()], local_scheduler=True, workers=2, log_level="ERROR"):
    sys.exit("luigi failed")
