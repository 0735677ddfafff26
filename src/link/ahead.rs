//! Calls resolved ahead of their turn, on several threads. What becomes of them does not depend on how many there are.
//!
//! Call sites are gone through in their order, because some answers depend on what was asked before: a question that leads
//! back to itself has another answer where it was entered elsewhere, and what a parameter is given is known as far as call
//! sites were seen. Most answers are final, though (`Validity`): they depend on facts and models alone, and are the same
//! whoever asks, and whenever. So each thread asks about a part of the call sites, with a clone of the resolver, and hands
//! over final answers, nothing else. Then the call sites are gone through as ever: what was handed over is found where it
//! would have been kept, and the rest is worked out in its order. It does not know what is asked of the answers.

use std::hash::Hash;

use rayon::prelude::*;

use super::resolve::{Memo, Resolver, Value, Values};
use crate::facts::CallId;
use crate::interner::Distinct;
use crate::program::ProgramFile;
use crate::source::FileId;
use crate::types::{Symbol, Type, TypeId};

/// Fewer call sites than this are resolved sooner than a resolver is cloned.
const FEWEST: usize = 1000;

/// Finds final answers for these call sites, if there is more than one thread to do so.
pub(super) fn resolve_ahead(resolver: &mut Resolver<'_>, files: &[ProgramFile], calls: &[(FileId, CallId)]) {
    let threads = rayon::current_num_threads();
    if threads < 2 || calls.len() < FEWEST {
        return;
    }
    let known = Known::of(resolver);
    let ask = |part: &[(FileId, CallId)]| {
        let mut asked = resolver.clone();
        part.iter().for_each(|(file, call)| _ = asked.call(files, *file, *call));
        asked
    };
    let asked: Vec<Resolver> = calls.par_chunks(calls.len().div_ceil(threads)).map(ask).collect();
    // How deep a question leads depends on which answers are kept already: one after the other, none may be found.
    if asked.iter().any(|asked| asked.was_too_deep) {
        return;
    }
    asked.iter().for_each(|asked| take_over(resolver, asked, &known));
}

/// How much resolvers had in common when they parted.
struct Known {
    symbols: usize,
    types: usize,
    values: usize,
    resolutions: usize,
}

impl Known {
    fn of(resolver: &Resolver) -> Known {
        Known {
            symbols: resolver.symbols.len(),
            types: resolver.types.len(),
            values: resolver.values.len(),
            resolutions: resolver.resolutions.len(),
        }
    }
}

/// Takes over all final answers of a clone. What each calls its names, types and answers since they parted is translated.
fn take_over<'m>(resolver: &mut Resolver<'m>, from: &Resolver<'m>, known: &Known) {
    let mut numbers = Numbers { symbols: Renumbered::after(known.symbols), types: Renumbered::after(known.types) };
    for number in known.symbols..from.symbols.len() {
        let symbol = resolver.symbols.intern(from.symbols.text(Symbol(number as u32)));
        numbers.symbols.since.push(symbol.0);
    }
    for number in known.types..from.types.len() {
        let own = from.types.get(TypeId(number as u32));
        let arguments = own.arguments.iter().map(|argument| numbers.type_id(*argument)).collect();
        let own = Type { name: numbers.symbol(own.name), arguments, written: own.written };
        numbers.types.since.push(resolver.types.intern_whole(own).0);
    }
    let values = renumbered(&mut resolver.values, &from.values, known.values, |values| numbers.values(values));
    let resolutions = renumbered(&mut resolver.resolutions, &from.resolutions, known.resolutions, |own| {
        let mut own = own.clone();
        own.results = numbers.values(&own.results);
        own.callee = own.callee.map(|callee| numbers.symbol(callee));
        own.receiver = own.receiver.map(|receiver| numbers.type_id(receiver));
        own
    });
    settle_all(&mut resolver.origins, &from.origins, &values);
    settle_all(&mut resolver.calls, &from.calls, &resolutions);
    for (function, memo) in &from.returns {
        if let Some(answer) = memo.settled() {
            resolver.returns.entry(*function).or_default().settle(values.of(answer));
        }
    }
}

/// Takes over the final answers about each file.
fn settle_all(to: &mut [Vec<Memo>], from: &[Vec<Memo>], numbers: &Renumbered) {
    to.par_iter_mut().zip(from).filter(|(_, from)| !from.is_empty()).for_each(|(to, from)| {
        to.resize_with(from.len(), Memo::default);
        for (to, from) in to.iter_mut().zip(from) {
            if let Some(answer) = from.settled() {
                to.settle(numbers.of(answer));
            }
        }
    });
}

/// Makes those values that are new known, and says what they are called there.
fn renumbered<T: Eq + Hash>(
    to: &mut Distinct<T>,
    from: &Distinct<T>,
    known: usize,
    translated: impl Fn(&T) -> T,
) -> Renumbered {
    let new = (known..from.len()).map(|number| to.number(translated(from.get(number as u32))));
    Renumbered { known, since: new.collect() }
}

/// What the numbers of one table are in another: the first ones are the same.
struct Renumbered {
    known: usize,
    since: Vec<u32>,
}

impl Renumbered {
    fn after(known: usize) -> Renumbered {
        Renumbered { known, since: Vec::new() }
    }

    fn of(&self, number: u32) -> u32 {
        (number as usize).checked_sub(self.known).map_or(number, |since| self.since[since])
    }
}

/// What names and types of one resolver are called by another.
struct Numbers {
    symbols: Renumbered,
    types: Renumbered,
}

impl Numbers {
    fn symbol(&self, symbol: Symbol) -> Symbol {
        Symbol(self.symbols.of(symbol.0))
    }

    fn type_id(&self, id: TypeId) -> TypeId {
        TypeId(self.types.of(id.0))
    }

    fn values(&self, values: &Values) -> Values {
        let value = |value: &Value| match *value {
            Value::Item(symbol) => Value::Item(self.symbol(symbol)),
            Value::Instance(id) => Value::Instance(self.type_id(id)),
            same @ (Value::Function(..) | Value::Closure(..)) => same,
        };
        Values { list: values.list.iter().map(value).collect(), is_partial: values.is_partial }
    }
}
