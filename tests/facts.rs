//! The facts of small pieces of code, as text: one test per construct that extraction tells apart.
//!
//! A line that starts with a number is a call site (or an operation); `#3` is the result of number 3. Below a loop,
//! a closure or a function stands what is in it. `BLESS=1 cargo test --test facts` rewrites what is expected.

#[path = "common/facts.rs"]
mod dump;

use std::sync::Mutex;

/// Asserts that a file gives these facts. Its name tells the language.
fn check(name: &str, source: &str, expected: &str) {
    let actual = dump::dump(name, source.trim_start_matches('\n'));
    if std::env::var_os("BLESS").is_some() {
        bless(source, expected, &actual);
    } else if actual != expected.trim_start_matches('\n') {
        panic!("{name}:{source}\nhas the facts\n{actual}\nand not{expected}");
    }
}

/// Puts what is true in place of what was expected, in this file.
fn bless(source: &str, expected: &str, actual: &str) {
    static FILE: Mutex<()> = Mutex::new(());
    let _one_at_a_time = FILE.lock();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/facts.rs");
    let text = std::fs::read_to_string(path).unwrap();
    let after = text.find(source).expect("the source of a test stands in this file") + source.len();
    let (before, rest) = text.split_at(after);
    std::fs::write(path, before.to_owned() + &rest.replacen(expected, &format!("\n{actual}"), 1)).unwrap();
}

/// A name is what the nearest function around it binds; a nested function sees the names around it.
#[test]
fn scopes() {
    check(
        "x.py",
        r#"
limit = 10

def outer(items):
    limit = 20
    def inner(item):
        return item + limit
    return [inner(item) for item in items]

def other():
    return limit
"#,
        r#"
define limit = 10
    let limit = 10: unused, shared
function outer(items) returns list of #1
    let items = items: iterated
    let limit = 20: unused, shared
function inner(item) returns add of item
    let item = item: other
    data comprehension item in items
        1: call function inner(element of items); argument 0 from item, parameter items; stored
        let item = element of items: argument
function other() returns limit
"#,
    );
}

/// Each `let` is a binding of its own, and ends with its block.
#[test]
fn shadowing() {
    check(
        "x.rs",
        r#"
const LIMIT: usize = 10;

fn outer(items: &[usize]) -> usize {
    let limit = items.len();
    let limit = limit + LIMIT;
    { let limit = "inner"; show(limit); }
    limit
}
"#,
        r#"
define LIMIT = 10 as a usize
    let LIMIT = 10 as a usize: unused, shared
function outer(items) returns add of #0
    let items = items: receiver
    let limit = #0: other
    0: call items.len(); receiver from parameter items; bound
    let limit = add of #0: returned
    let limit = "inner": argument
    1: call show("inner"); discarded
"#,
    );
}

/// Aliases, relative and star imports; a dotted import binds its root.
#[test]
fn imports_of_python() {
    check(
        "x.py",
        r#"
import os.path
import numpy as np
from app.db import find as find_one, load
from . import models
from ..core.names import *

np.array(load(os.path.join(find_one)))
models.get(unknown)
"#,
        r#"
import os.path by its root os
import numpy as np
import app.db.find as find_one
import app.db.load as load
import .models as models
import all of ..core.names
    0: call numpy.array(#1); discarded
    1: call app.db.load(#2); argument
    2: call os.path.join(app.db.find); argument
    3: call .models.get(unknown); discarded
"#,
    );
}

/// Use trees, aliases, stars, modules inside the file.
#[test]
fn imports_of_rust() {
    check(
        "x.rs",
        r#"
use std::collections::{HashMap as Map, hash_map::*};
use super::names;

mod inner {
    use super::Map;
    pub fn open() { Map::new(); }
}

fn run() { names::first(); inner::open(); }
"#,
        r#"
import std.collections.HashMap as Map
import all of std.collections.hash_map
import super.names as names
import super.Map as Map
function inner.open()
    0: call Map.new(); discarded
function run()
    1: call names.first(); discarded
    2: call inner.open(); discarded
"#,
    );
}

/// What a module imports, it hands on; another name for it is a definition.
#[test]
fn reexports() {
    check(
        "pkg/__init__.py",
        r#"
from .views import show
from .db import engine as database

display = show
"#,
        r#"
import .views.show as show
import .db.engine as database
    let display = .views.show: unused, shared
"#,
    );
}

/// `pub use` is an import like any other.
#[test]
fn reexports_of_rust() {
    check(
        "src/lib.rs",
        r#"
mod db;
pub use db::Pool;
pub use crate::db::{open as connect, *};
"#,
        r#"
import db.Pool as Pool
import crate.db.open as connect
import all of crate.db
"#,
    );
}

/// What the text tells: data, bounded, retry, paging and worker loops.
#[test]
fn loop_classes() {
    check(
        "x.py",
        r#"
def run(items, client):
    for item in items:
        use(item)
    for name in ["a", "b"]:
        use(name)
    for attempt in range(3):
        try:
            return client.get()
        except OSError:
            wait()
    cursor = None
    while True:
        answer = client.list(cursor)
        if not answer:
            break
        cursor = answer.cursor
    while True:
        client.wait()
"#,
        r#"
function run(items, client) returns #6
    let items = items: iterated
    let client = client: receiver, receiver, receiver
    data for item in items
        let item = element of items: argument
        1: call use(element of items); argument 0 from item, parameter items; discarded
    bounded for name in 2 list of ("a" or "b")
        let name = element of 2 list of ("a" or "b"): argument
        3: call use(element of 2 list of ("a" or "b")); argument 0 from name; discarded
    retry for attempt in #4, exits early
        let attempt = element of #4: unused
    4: call range(3); iterated
        6: call client.get(); receiver from parameter client; returned
        7: call wait(); after a failure; discarded
    let cursor = null: argument, shared
    paging loop, exits early
        let answer = #8: tested, receiver
        8: call client.list(null); receiver from parameter client; argument 0 from carried in the loop; bound
        9: test #8(); receiver from carried in the loop, calls in the loop, parameter client; tested
        let cursor = #8.cursor: unused, shared
        10: attribute #8.cursor(); receiver from carried in the loop, calls in the loop, parameter client; bound
    worker loop
        11: call client.wait(); receiver from parameter client; discarded
"#,
    );
}

/// The same in Rust.
#[test]
fn loop_classes_of_rust() {
    check(
        "x.rs",
        r#"
fn run(items: &[Item], client: &Client) {
    for item in items { take(item); }
    for name in ["a", "b"] { take(name); }
    for number in 0..3 { take(number); }
    loop { client.wait(); }
    while let Some(item) = client.next() { take(item); }
    loop { if take(items) { break; } }
}
"#,
        r#"
function run(items, client)
    let items = items: iterated, argument
    let client = client: receiver, receiver
    data for item in items
        let item = element of items: argument
        1: call take(element of items); argument 0 from item, parameter items; discarded
    bounded for name in 2 list of ("a" or "b")
        let name = element of 2 list of ("a" or "b"): argument
        3: call take(element of 2 list of ("a" or "b")); argument 0 from name; discarded
    bounded for number in range
        let number = element of range: argument
        5: call take(element of range); argument 0 from number; discarded
    worker loop
        6: call client.wait(); receiver from parameter client; discarded
    data while
        let item = payload 0 of #7: argument
        7: call client.next(); receiver from parameter client; tested
        8: call take(payload 0 of #7); argument 0 from calls in the loop, parameter client; discarded
    data loop, exits early
        9: call take(items); argument 0 from parameter items; tested
"#,
    );
}

/// What always leaves the loop runs once; what handles a failure seldom runs.
#[test]
fn turns_that_are_the_last() {
    check(
        "x.py",
        r#"
def first(items):
    for item in items:
        if item.fits:
            found(item)
            return item
        try:
            check(item)
        except ValueError:
            report(item)

def first_of_all(groups):
    for group in groups:
        for item in group:
            if item.fits:
                return found(item)
            if item.broken:
                raise broken(item)
        try:
            for item in group:
                if item.late:
                    raise late(item)
        except Late:
            pass
"#,
        r#"
function first(items) returns element of items
    let items = items: iterated
    data for item in items, exits early
        let item = element of items: receiver, argument, returned, argument, argument
        1: attribute element of items.fits(); receiver from item, parameter items; tested
        2: call found(element of items); argument 0 from item, parameter items; in the last turn; discarded
        3: call check(element of items); argument 0 from item, parameter items; discarded
        4: call report(element of items); argument 0 from item, parameter items; after a failure; discarded
function first_of_all(groups) returns #8
    let groups = groups: iterated
    data for group in groups, exits early
        let group = element of groups: iterated, iterated
        data for item in element of groups, exits early
            let item = element of element of groups: receiver, argument, receiver, argument, shared
            7: attribute element of element of groups.fits(); receiver from item, group, parameter groups; tested
            8: call found(element of element of groups); argument 0 from item, group, parameter groups; in the last turn of 2 loops; returned
            9: attribute element of element of groups.broken(); receiver from item, group, parameter groups; tested
            10: call broken(element of element of groups); argument 0 from item, group, parameter groups; after a failure; in the last turn of 2 loops; other
        data for item in element of groups
            let item = element of element of groups: receiver, argument, shared
            12: attribute element of element of groups.late(); receiver from item, group, parameter groups; tested
            13: call late(element of element of groups); argument 0 from item, group, parameter groups; after a failure; in the last turn; other
"#,
    );
}

/// A comprehension is a loop; its first iterable is evaluated outside of it.
#[test]
fn comprehensions() {
    check(
        "x.py",
        r#"
def names(orders):
    return {line.name for order in open(orders) if order.open for line in order.lines}
"#,
        r#"
function names(orders) returns set of element of element of #0.lines.name
    let orders = orders: argument
    data comprehension order in #0
        data comprehension line in element of #0.lines
            5: attribute element of element of #0.lines.name(); receiver from line, order, parameter orders; stored
        let order = element of #0: receiver, receiver
    0: call open(orders); argument 0 from parameter orders; iterated
        2: attribute element of #0.open(); receiver from order, parameter orders; tested
            let line = element of element of #0.lines: receiver
        3: attribute element of #0.lines(); receiver from order, parameter orders; iterated
"#,
    );
}

/// A closure knows the call that it is given to, by position or by keyword, also through a name.
#[test]
fn closures() {
    check(
        "x.py",
        r#"
def order(items, pool):
    items.sort(key=lambda item: item.name)
    pool.submit(lambda: load(items))
    later = lambda item: item.size
    return map(later, items)
"#,
        r#"
function order(items, pool) returns #5
    let items = items: receiver, argument, argument
    let pool = pool: receiver
    0: call items.sort(key=closure); receiver from parameter items; argument 0 from parameter items; discarded
    closure(item) given to items.sort as key
        let item = closure parameter 0: receiver
        1: attribute closure parameter 0.name(); receiver from item, parameter items; returned
    2: call pool.submit(closure); receiver from parameter pool; argument 0 from parameter items; discarded
    closure() given to pool.submit as 0
        3: call load(items); argument 0 from parameter items; returned
    let later = closure: argument
    closure(item) given to map as 0
        let item = closure parameter 0: receiver
        4: attribute closure parameter 0.size(); receiver from item; returned
    5: call map(closure, items); argument 1 from parameter items; returned
"#,
    );
}

/// The same in Rust: a chain, a closure with a name, one that runs elsewhere.
#[test]
fn closures_of_rust() {
    check(
        "x.rs",
        r#"
fn order(items: Vec<Item>) -> Vec<Name> {
    let later = |item: Item| item.name();
    spawn_blocking(move || load(&items));
    items.into_iter().filter(|item| item.is_new()).map(later).collect()
}
"#,
        r#"
function order(items) returns #3
    let items = items: borrowed, receiver
    let later = closure: argument
    closure(item) given to #5.map as 0
        let item = a Item: receiver
        0: call a Item.name(); receiver from item; returned
    1: call spawn_blocking(closure); argument 0 from parameter items; discarded
    closure() given to spawn_blocking as 0
        2: call load(&items); argument 0 from parameter items; returned
    3: call #4.collect(); receiver from parameter items; returned
    4: call #5.map(closure); receiver from parameter items; receiver
    5: call #6.filter(closure); receiver from parameter items; argument 0 from parameter items; receiver
    6: call items.into_iter(); receiver from parameter items; receiver
    closure(item) given to #6.filter as 0
        let item = closure parameter 0: receiver
        7: call closure parameter 0.is_new(); receiver from item, parameter items; returned
"#,
    );
}

/// Receivers and arguments come from loop variables, parameters and fields; or from the turn before.
#[test]
fn dependence() {
    check(
        "x.py",
        r#"
class Shop:
    def __init__(self, session):
        self.session = session

    def load(self, orders, limit):
        for order in orders:
            customer = order.customer
            self.session.get(customer, limit)
            limit = step(limit)
            for line in order.lines:
                self.session.add(line, order, now())
"#,
        r#"
class Shop() {session = session}
function Shop.__init__(self, session)
    let self = self: other
    let session = session: stored
function Shop.load(self, orders, limit)
    let self = self: receiver, receiver
    let orders = orders: iterated
    let limit = limit: argument, argument, shared
    data for order in orders
        let order = element of orders: receiver, receiver, argument
        let customer = element of orders.customer: argument
        1: attribute element of orders.customer(); receiver from order, parameter orders; bound
        2: call self.session.get(element of orders.customer, limit); receiver from parameter self; argument 0 from order, parameter orders; argument 1 from carried in order, parameter limit; discarded
        3: attribute self.session(); receiver from parameter self; receiver
        let limit = #4: unused, shared
        4: call step(limit); argument 0 from carried in order, parameter limit; accumulates; bound
        data for line in element of orders.lines
            let line = element of element of orders.lines: argument
        5: attribute element of orders.lines(); receiver from order, parameter orders; iterated
            7: call self.session.add(element of element of orders.lines, element of orders, #9); receiver from parameter self; argument 0 from line, order, parameter orders; argument 1 from order, parameter orders; argument 2 from calls in line, calls in order; discarded
            8: attribute self.session(); receiver from parameter self; receiver
            9: call now(); argument
"#,
    );
}

/// The same in Rust: what a pattern takes apart, and results that differ from turn to turn.
#[test]
fn dependence_of_rust() {
    check(
        "x.rs",
        r#"
struct Shop { session: Session }

impl Shop {
    fn load(&self, orders: &[Order], limit: u32) {
        for (number, order) in orders.iter().enumerate() {
            let id = next();
            self.session.get(number, order, limit, id);
        }
    }
}
"#,
        r#"
class Shop() {session = a Session}
extension of Shop() {}
function Shop.load(self, orders, limit)
    let self = self: receiver
    let orders = orders: receiver
    let limit = limit: argument
    data for number in #0
        let number = part 0 of element of #0: argument
        let order = part 1 of element of #0: argument
    0: call #1.enumerate(); receiver from parameter orders; iterated
    1: call orders.iter(); receiver from parameter orders; receiver
        let id = #3: argument
        3: call next(); bound
        4: call self.session.get(part 0 of element of #0, part 1 of element of #0, limit, #3); receiver from parameter self; argument 0 from number, parameter orders; argument 1 from number, parameter orders; argument 2 from parameter limit; argument 3 from calls in number; discarded
"#,
    );
}

/// What a loop changes: by operator, by element, by deletion; what is made new in every turn is local to it.
#[test]
fn mutation() {
    check(
        "x.py",
        r#"
def collect(rows, keep):
    total = ""
    for row in rows:
        total += row
        keep[row] = total
        del keep[total]
        fresh = []
        fresh.append(row)
    return total
"#,
        r#"
function collect(rows, keep) returns ("" or add of "")
    let rows = rows: iterated
    let keep = keep: other, other
    let total = "": other, stored, indexed, returned, shared
    data for row in rows
        let row = element of rows: other, indexed, argument
        write local total by add
        1: update Add of ""(element of rows); receiver from carried in row; argument 0 from row, parameter rows; accumulates; bound
        write local keep by element
        write local keep by delete
        let fresh = 0 list: receiver
        2: call 0 list.append(element of rows); argument 0 from row, parameter rows; discarded
"#,
    );
}

/// What is lent for writing may be changed.
#[test]
fn mutation_of_rust() {
    check(
        "x.rs",
        r#"
fn collect(rows: &[Row], keep: &mut Vec<Vec<u8>>) {
    let mut buffer = Vec::new();
    for row in rows {
        write(row, &mut buffer);
        keep.push(buffer.clone());
        keep[0] = Vec::new();
    }
}
"#,
        r#"
function collect(rows, keep)
    let rows = rows: iterated
    let keep = keep: receiver, other
    let buffer = #0: exposed, receiver
    0: call Vec.new(); bound
    data for row in rows
        let row = element of rows: argument
        2: call write(element of rows, &#0); argument 0 from row, parameter rows; discarded
        write local buffer by exposed
        3: call keep.push(#4); receiver from parameter keep; argument 0 from calls in row, parameter rows; discarded
        4: call #0.clone(); receiver from parameter rows; argument
        write local keep by element
        5: call Vec.new(); stored
"#,
    );
}

/// How each value is used tells whether it leaves the function.
#[test]
fn escape() {
    check(
        "x.py",
        r#"
def escape(self, log):
    kept = []
    self.kept = kept
    given = []
    log(given)
    tested = []
    if tested:
        return []
    back = []
    return back
"#,
        r#"
function escape(self, log) returns 0 list or 0 list
    let self = self: other
    let log = log: receiver
    let kept = 0 list: stored
    let given = 0 list: argument
    0: call log(0 list); receiver from parameter log; discarded
    let tested = 0 list: tested
    1: test 0 list(); tested
    let back = 0 list: returned
"#,
    );
}

/// Awaits, asynchronous loops and contexts, and what is held over which calls.
#[test]
fn asynchronous() {
    check(
        "x.py",
        r#"
async def run(client, items):
    async with client.lock() as held:
        await client.send(held)
    async for item in client.stream():
        await item.save()
    return await gather(*[client.get(item) for item in items])
"#,
        r#"
async function run(client, items) returns await #7
    let client = client: receiver, receiver, receiver, receiver
    let items = items: iterated
    async hold  = #0 over calls 2..3
    0: call client.lock(); receiver from parameter client; other
    1: enter #0(); receiver from parameter client; awaited; other
    3: leave #0(); receiver from parameter client; awaited; other
    let held = entered #0: argument
    2: call client.send(entered #0); receiver from parameter client; argument 0 from parameter client; awaited; discarded
    data for item in #4
        let item = element of #4: receiver, shared
    4: call client.stream(); receiver from parameter client; iterated
        6: call element of #4.save(); receiver from item, parameter client; awaited; discarded
    7: call gather(*list of #9); argument 0 from parameter client, parameter items; awaited; returned
    data comprehension item in items
        9: call client.get(element of items); receiver from parameter client; argument 0 from item, parameter items; stored
        let item = element of items: argument, shared
"#,
    );
}

/// A guard is held until it is dropped; an `async` block runs where it is given to.
#[test]
fn asynchronous_of_rust() {
    check(
        "x.rs",
        r#"
async fn run(client: &Client) -> u32 {
    let held = client.lock().await;
    client.send(&held).await?;
    drop(held);
    spawn(async move { client.get().await });
    client.last().await
}
"#,
        r#"
async function run(client) returns await #5
    let client = client: receiver, receiver, receiver, receiver
    let held = await #0: borrowed, argument
    hold held = await #0 over calls 1..3
    0: call client.lock(); receiver from parameter client; awaited; bound
    1: call client.send(&await #0); receiver from parameter client; argument 0 from parameter client; awaited; discarded
    2: call drop(await #0); argument 0 from parameter client; discarded
    3: call spawn(await #4); argument 0 from parameter client; discarded
    4: call client.get(); receiver from parameter client; in an async block given to spawn as 0; awaited; returned
    5: call client.last(); receiver from parameter client; awaited; returned
"#,
    );
}

/// Membership, concatenation, indexing and attributes are facts beside calls.
#[test]
fn operations() {
    check(
        "x.py",
        r#"
def operations(xs, names, item):
    if item in names:
        return names[item] + xs
    return [*xs, item.name]
"#,
        r#"
function operations(xs, names, item) returns add of item of names or list of (element of xs or item.name)
    let xs = xs: other, iterated
    let names = names: other, indexed
    let item = item: compared, other, receiver
    0: membership names(item); receiver from parameter names; argument 0 from parameter item; tested
    1: attribute item.name(); receiver from parameter item; stored
"#,
    );
}

/// Arguments of macros are seen.
#[test]
fn macros() {
    check(
        "x.rs",
        r#"
fn macros(items: &[Item]) -> String {
    println!("{}", items.len());
    let all = vec![first(items), second(items)];
    format!("{all:?} {}", third(items))
}
"#,
        r#"
function macros(items) returns #5
    let items = items: receiver, argument, argument, argument
    0: call println!("{}", #1); argument 1 from parameter items; discarded
    1: call items.len(); receiver from parameter items; argument
    let all = #2: formatted
    2: call vec!(#3, #4); argument 0 from parameter items; argument 1 from parameter items; bound
    3: call first(items); argument 0 from parameter items; argument
    4: call second(items); argument 0 from parameter items; argument
    5: call format!("{} {}", #6); argument 0 from parameter items; argument 1 from parameter items; returned
    6: call third(items); argument 0 from parameter items; argument
"#,
    );
}

/// Bases, fields of the body and of methods, decorators.
#[test]
fn classes() {
    check(
        "x.py",
        r#"
from django.db import models

class Order(models.Model):
    customer = models.ForeignKey("Customer")
    lines: list[Line]

    @cached
    def total(self):
        self.sum = 1
        return self.lines
"#,
        r#"
import django.db.models as models
class Order(django.db.models.Model) {customer = #0, lines = a list<Line>, sum = 1}
    0: call django.db.models.ForeignKey("Customer"); stored
function Order.total(self) returns self.lines decorated by cached
    let self = self: other, receiver
    1: attribute self.lines(); receiver from parameter self; returned
"#,
    );
}

/// What a pattern binds is a part or a payload of what it takes apart.
#[test]
fn patterns() {
    check(
        "x.rs",
        r#"
fn patterns(found: Option<Order>, pair: (u32, Name)) -> Result<u32, Error> {
    let Some(order) = found else { return Err(missing()) };
    let (number, name) = pair;
    match order.kind()? {
        Kind::Large(size) => Ok(grow(size)),
        Kind::Small => Ok(number),
    }
}
"#,
        r#"
function patterns(found, pair) returns (#3 or #5)
    let found = found: bound
    let pair = pair: bound
    let order = payload 0 of found: receiver
    0: call Err(#1); after a failure; other
    1: call missing(); after a failure; argument
    let number = part 0 of pair: argument
    let name = part 1 of pair: unused
    2: call payload 0 of found.kind(); receiver from parameter found; tested
    let size = payload 0 of #2?: argument
    3: call Ok(#4); argument 0 from parameter found; returned
    4: call grow(payload 0 of #2?); argument 0 from parameter found; argument
    5: call Ok(part 0 of pair); argument 0 from parameter pair; returned
"#,
    );
}

/// JavaScript: objects of functions, patterns with fields, counted loops, chains that go on, promises.
#[test]
fn javascript() {
    check(
        "x.ts",
        r#"
import { load as fetchOne } from "./db";
const api = { async get(id: string) { return fetchOne(id); } };

class Store {
  constructor(private readonly db: Db, limit = 3) {
    this.limit = limit;
  }

  async all({ ids, names: [first] }: Query) {
    for (let i = 0; i < ids.length; i++) {
      await this.db.select().where(ids[i]);
    }
    return ids.map(async (id) => api.get(id));
  }
}
"#,
        r#"
import ./db.load as fetchOne
class api() {}
async function api.get(this, id) returns #0
    let this = this: unused
    let id = id: argument
    0: call fetchOne(id); argument 0 from parameter id; returned
class Store() {db = a Db, limit = limit}
function Store.constructor(this, db, limit)
    let this = this: other
    let db = db: unused
    let limit = limit: stored
async function Store.all(this, _) returns #6
    let this = this: receiver
    let ids = parameter.ids: receiver, indexed, receiver
    let first = part 0 of parameter.names: unused
    data for i in range
        let i = element of range: other
    1: attribute parameter.ids.length(); receiver from parameter _; other
        3: call #4.where(item of parameter.ids); receiver from calls in i, parameter this; argument 0 from i, parameter _; awaited; discarded
        4: call this.db.select(); receiver from parameter this; receiver
        5: attribute this.db(); receiver from parameter this; receiver
    6: call parameter.ids.map(closure); receiver from parameter _; argument 0 from parameter _; returned
    async closure(id) given to parameter.ids.map as 0
        let id = closure parameter 0: argument
        7: call api.get(closure parameter 0); argument 0 from id, parameter _; returned
"#,
    );
}
