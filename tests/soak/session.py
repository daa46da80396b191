"""An editor's end of a language server: frames over pipes, and what the process takes. For the long tests of the server."""

import json
import os
import pathlib
import queue
import subprocess
import threading

PATIENCE = 60.0


class Server:
    """A `standpipe lsp` of one's own. Every answer is waited for, and must come in time."""

    def __init__(self, program, root):
        self.process = subprocess.Popen([program, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.messages = queue.Queue()
        self.next = 0
        self.told = []
        threading.Thread(target=self._read, daemon=True).start()
        self.ask("initialize", {"capabilities": {}, "rootUri": pathlib.Path(root).as_uri()})
        self.notify("initialized", {})

    def _read(self):
        output = self.process.stdout
        while True:
            length = 0
            while line := output.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if length == 0:
                self.messages.put(None)
                return
            self.messages.put(json.loads(output.read(length)))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def wait(self, wanted):
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if message is None:
                raise RuntimeError("the server ended")
            if message.get("method") == "window/showMessage":
                self.told.append(message["params"]["message"])
            if wanted(message):
                return message

    def ask(self, method, params):
        self.next += 1
        number = self.next
        self.send({"id": number, "method": method, "params": params})
        answer = self.wait(lambda message: message.get("id") == number)
        # What cannot be done is refused with its reason: a word of the language has no other name.
        if "error" in answer and not (method.endswith("ename") and answer["error"]["code"] == -32602):
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer.get("result")

    def open(self, uri, text):
        document = {"uri": uri, "languageId": "standpipe", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def diagnostics(self, uri, version):
        """Waits for those of that version."""
        def wanted(message):
            params = message.get("params", {})
            return message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri \
                and params.get("version") == version
        return self.wait(wanted)["params"]["diagnostics"]

    def memory(self):
        """Resident memory, in KiB."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        raise RuntimeError("the server has no memory: it ended")

    def busy(self):
        """Seconds of processor time so far."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.ask("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(timeout=PATIENCE)


def file(number):
    """A hundred lines: tasks in Python and a pipeline; all but every twentieth file import from the one before."""
    first = number % 20 == 0
    lines = [] if first else [f'import "./f{number - 1}.pipe" {{ t{number - 1}_0 }}', ""]
    lines += [f"type Row{number} = {{", "  id: Int", "  score: Float", "}", ""]
    for task in range(6):
        lines += ["## Scores the rows.",
                  f"task t{number}_{task}(a: Int, weight: Float in 0.0..=1.0 = 0.5) -> Int {{",
                  "  cpu: 1", "  memory: 1GiB", "  python:", "    total = a * weight", "    for step in range(a):",
                  "        total += step", "    return int(total)", "}", ""]
    lines.append(f"pipeline p{number}(a: Int = 1) -> Int {{")
    for step in range(22):
        call = f"t{number - 1}_0" if step == 0 and not first else f"t{number}_{step % 6}"
        lines.append(f"  s{step} = {call}({'a' if step == 0 else f's{step - 1}'}, weight: 0.5)")
    return "\n".join(lines + ["  s21", "}", ""])
