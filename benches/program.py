"""Builds the programs that the scripts of this folder measure, as they are released."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(*targets):
    """Paths of the executables, by name; `targets` are arguments of cargo, such as `--bin`, `laggard`."""
    command = ["cargo", "build", "--release", "--locked", *targets, "--message-format", "json-render-diagnostics"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return {message["target"]["name"]: message["executable"] for message in messages if message.get("executable")}
