#!/usr/bin/env python3
"""Writes source code to measure laggard on, the same each time.

    benches/generate.py KIND LANGUAGE SIZE FOLDER

Kinds:
    application   SIZE modules of an application: classes, queries, helpers in other modules, loops, asynchronous code
    function      one function of SIZE statements
    functions     SIZE functions in one file, and one that calls them all
    nested        SIZE functions in one function, with a variable between two of them
    cycle         SIZE functions that call each other in a ring
    arms          a `match` with SIZE arms
    choices       a loop with SIZE branches, each beside the one before, that fill a map
    loops         SIZE loops, one in the other
    edges         SIZE functions over many files, each of which calls a thousand others

Languages: python, rust.
"""

import argparse
from pathlib import Path

# What an application is made of; `{n}` is the number of the module, `{next}` that of another one.
PYTHON_MODULE = '''\
"""Orders of region {n}."""

import json
import re
from dataclasses import dataclass, field

from django.db import models
from .m{next} import Customer{next}, describe_{next}, load_{next}


class Customer{n}(models.Model):
    name = models.CharField(max_length=200)
    email = models.EmailField()


class Order{n}(models.Model):
    customer = models.ForeignKey(Customer{n}, on_delete=models.CASCADE)
    number = models.IntegerField()
    note = models.TextField(default="")

    def title(self):
        return f"{{self.number}}: {{self.note[:20]}}"


@dataclass
class Report{n}:
    lines: list[str] = field(default_factory=list)
    total: int = 0

    def add(self, line: str, amount: int = 1) -> "Report{n}":
        self.lines.append(line.strip())
        self.total += amount
        return self


def load_{n}(number):
    return Order{n}.objects.filter(number=number).first()


def describe_{n}(order, *, short=False):
    if short:
        return order.title()
    parts = [order.title(), str(order.number), order.note.upper()]
    return ", ".join(part for part in parts if part)


def totals_{n}(numbers, known):
    found = {{}}
    for number in numbers:
        if number in known:
            continue
        order = load_{next}(number)
        if order is not None and order.number > 10:
            found[number] = describe_{next}(order, short=number % 2 == 0)
        else:
            found.setdefault(number, json.dumps({{"number": number}}))
    return found


def customers_{n}(path):
    report = Report{n}()
    with open(path) as lines:
        for line in lines:
            matched = re.match(r"(\\w+) <(.*)>", line)
            if matched:
                report.add(matched.group(1)).add(matched.group(2), 2)
    for order in Order{n}.objects.all():
        report.add(order.customer.name)
    return sorted(report.lines)


async def publish_{n}(session, numbers):
    texts = totals_{n}(numbers, [1, 2, 3])
    for number, text in texts.items():
        await session.post("/orders", data={{"number": number, "text": text}})
    return len(texts)
'''

RUST_MODULE = '''\
//! Orders of region {n}.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::m{next}::{{describe_{next}, load_{next}, Order{next}}};

#[derive(Debug, Clone, Default)]
pub struct Order{n} {{
    pub number: u64,
    pub note: String,
    pub tags: Vec<String>,
}}

impl Order{n} {{
    pub fn title(&self) -> String {{
        format!("{{}}: {{}}", self.number, self.note)
    }}

    pub fn is_tagged(&self, tag: &str) -> bool {{
        self.tags.iter().any(|own| own == tag)
    }}
}}

pub fn load_{n}(folder: &Path, number: u64) -> Option<Order{n}> {{
    let text = fs::read_to_string(folder.join(format!("{{number}}.txt"))).ok()?;
    let mut lines = text.lines();
    let note = lines.next()?.trim().to_owned();
    Some(Order{n} {{ number, note, tags: lines.map(str::to_owned).collect() }})
}}

pub fn describe_{n}(order: &Order{n}, short: bool) -> String {{
    match (short, order.tags.len()) {{
        (true, _) => order.title(),
        (false, 0) => String::new(),
        (false, 1..=3) => order.tags.join(", "),
        (false, _) => format!("{{}} and {{}} more", order.tags[0], order.tags.len() - 1),
    }}
}}

pub fn totals_{n}(folder: &Path, numbers: &[u64], known: &[u64]) -> HashMap<u64, String> {{
    let mut found = HashMap::new();
    for number in numbers {{
        if known.contains(number) {{
            continue;
        }}
        if let Some(order) = load_{next}(folder, *number) {{
            let text = describe_{next}(&order, number % 2 == 0);
            found.insert(*number, text.clone());
        }}
    }}
    found
}}

pub fn longest_{n}(orders: &[Order{next}]) -> Option<String> {{
    let mut names: Vec<String> = orders.iter().map(|order| order.note.clone()).collect();
    names.sort_by_key(|name| name.len());
    names.dedup();
    names.pop()
}}

pub async fn publish_{n}(folder: &Path, numbers: Vec<u64>) -> usize {{
    let texts = totals_{n}(folder, &numbers, &[1, 2, 3]);
    let mut sent = 0;
    for (number, text) in &texts {{
        if send(*number, text).await.is_ok() {{
            sent += 1;
        }}
    }}
    sent
}}

async fn send(number: u64, text: &str) -> Result<(), String> {{
    if text.is_empty() {{ Err(format!("{{number}} is empty")) }} else {{ Ok(()) }}
}}
'''


def application(language, size):
    """Modules that use each other, in a ring and across it."""
    module, suffix = (PYTHON_MODULE, "py") if language == "python" else (RUST_MODULE, "rs")
    for n in range(size):
        other = (n * 7 + 1) % size
        yield f"m{n}.{suffix}", module.format(n=n, next=other)
    if language == "python":
        yield "__init__.py", ""
    else:
        yield "lib.rs", "".join(f"pub mod m{n};\n" for n in range(size))


def function(language, size):
    """Assignments, calls, conditions and loops, one after the other."""
    if language == "python":
        lines = [f"    a{n} = work(a{max(n - 1, 0)}, {n})\n    if a{n} in seen: seen.append(a{n})\n" for n in range(size)]
        yield "a.py", "def f(a0, seen):\n" + "".join(lines)
    else:
        lines = [f"    let a{n} = work(a{max(n - 1, 0)}, {n});\n    if seen.contains(&a{n}) {{ seen.push(a{n}); }}\n" for n in range(size)]
        yield "src/lib.rs", "pub fn f(a0: u64, mut seen: Vec<u64>) {\n" + "".join(lines) + "}\n"


def functions(language, size):
    """Short functions, and one that calls them all."""
    if language == "python":
        yield "a.py", "".join(f"def f{n}(x):\n    return x\n" for n in range(size)) + "def all(x):\n" + "".join(f"    f{n}(x)\n" for n in range(size))
    else:
        yield "src/lib.rs", "".join(f"fn f{n}(x: u8) {{}}\n" for n in range(size)) + "fn all(x: u8) {\n" + "".join(f"    f{n}(x);\n" for n in range(size)) + "}\n"


def nested(language, size):
    """Functions in a function, each of which uses a variable of it and calls the next one."""
    if language == "python":
        inner = "".join(f"    a{n} = x + {n}\n    def f{n}(y):\n        return f{(n + 1) % size}(a{n} + y)\n" for n in range(size))
        yield "a.py", "def f(x):\n" + inner + "    return f0(x)\n"
    else:
        inner = "".join(f"    let a{n} = x + {n};\n    fn f{n}(y: u64) -> u64 {{ f{(n + 1) % size}(y) }}\n" for n in range(size))
        yield "src/lib.rs", "pub fn f(x: u64) -> u64 {\n" + inner + "    f0(a0)\n}\n"


def cycle(language, size):
    """A ring of calls with a query in it."""
    if language == "python":
        calls = "".join(f"def f{n}(s, x):\n    for y in x:\n        f{(n + 1) % size}(s, y)\n" for n in range(1, size))
        yield "a.py", "from sqlalchemy.orm import Session\ndef f0(s: Session, x):\n    s.get(X, x)\n    f1(s, x)\n" + calls
    else:
        calls = "".join(f"fn f{n}(x: &[u8]) {{ for y in x {{ f{(n + 1) % size}(x); }} }}\n" for n in range(1, size))
        yield "src/lib.rs", 'fn f0(x: &[u8]) { std::fs::read("a"); f1(x); }\n' + calls


def arms(language, size):
    """One `match`."""
    if language == "python":
        yield "a.py", "def f(x, y):\n    match x:\n" + "".join(f"        case {n}: y = g{n % 50}(y)\n" for n in range(size)) + "    return y\n"
    else:
        yield "src/lib.rs", "fn f(x: u64, mut y: u64) -> u64 {\n    match x {\n" + "".join(f"        {n} => y = g{n % 50}(y),\n" for n in range(size)) + "        _ => {}\n    }\n    y\n}\n"


def choices(language, size):
    """One chain of conditions in a loop."""
    if language == "python":
        arms = "".join(f"        elif x == {n}:\n            out[x] = g{n % 50}(x)\n            n += 1\n" for n in range(1, size))
        yield "a.py", "def f(xs, out, n):\n    for x in xs:\n        if x == 0:\n            n = 0\n" + arms + "    return n\n"
    else:
        arms = "".join(f" else if *x == {n} {{\n            out.insert(*x, g{n % 50}(x));\n        }}" for n in range(1, size))
        start = "use std::collections::HashMap;\n\nfn f(xs: &[u64], out: &mut HashMap<u64, u64>) {\n    for x in xs {\n"
        yield "src/lib.rs", start + "        if *x == 0 {\n            out.clear();\n        }" + arms + "\n    }\n}\n"


def loops(language, size):
    """Each loop goes through what the one around it gives. Python's own compiler takes no more than twenty."""
    if language == "python":
        yield "a.py", "def f(a0):\n" + "".join(f"{' ' * (n + 1)}for a{n + 1} in a{n}:\n" for n in range(size)) + " " * (size + 1) + f"g(a{size})\n"
    else:
        yield "src/lib.rs", "fn f(a0: X) {\n" + "".join(f"for a{n + 1} in a{n} {{\n" for n in range(size)) + f"g(a{size});\n" + "}" * (size + 1) + "\n"


def edges(language, size):
    """Every function calls a thousand others."""
    per_file = 20
    for first in range(0, size, per_file):
        bodies = []
        for n in range(first, min(first + per_file, size)):
            called = [(n * 31 + k * 17 + 1) % size for k in range(1000)]
            if language == "python":
                bodies.append(f"def f{n}(x):\n" + "".join(f"    m{c // per_file}.f{c}(x)\n" for c in called))
            else:
                bodies.append(f"pub fn f{n}(x: u8) {{\n" + "".join(f"    crate::m{c // per_file}::f{c}(x);\n" for c in called) + "}\n")
        number = first // per_file
        if language == "python":
            imports = "".join(f"from . import m{m}\n" for m in range((size + per_file - 1) // per_file))
            yield f"m{number}.py", imports + "".join(bodies)
        else:
            yield f"src/m{number}.rs", "".join(bodies)
    if language == "python":
        yield "__init__.py", ""
    else:
        yield "src/lib.rs", "".join(f"pub mod m{m};\n" for m in range((size + per_file - 1) // per_file))


KINDS = {kind.__name__: kind for kind in (application, function, functions, nested, cycle, arms, choices, loops, edges)}


def write(kind, language, size, folder):
    """Writes the files, and a manifest that makes a package of them. Returns their size in bytes."""
    folder = Path(folder)
    total = 0
    for path, text in KINDS[kind](language, size):
        if language == "rust" and not path.startswith("src/"):
            path = f"src/{path}"
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        total += len(text)
    if language == "rust":
        (folder / "Cargo.toml").write_text(f'[package]\nname = "{folder.name}"\nversion = "0.1.0"\nedition = "2024"\n')
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("language", choices=["python", "rust"])
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print(write(arguments.kind, arguments.language, arguments.size, arguments.folder))


if __name__ == "__main__":
    main()
