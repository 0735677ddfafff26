//! The vocabulary of rules: subjects and conditions. Closed, and all of it in this file.
//!
//! A condition enters when two rules need it. What a condition means is said here in one sentence, which
//! `rules/README.md` prints; how it is checked is in `evaluate/matching.rs`.

use serde::Deserialize;

use crate::effect::{Effect, EffectSet};
use crate::facts::{LoopClass, Use};
use crate::sql::FlawKind;

/// What a rule looks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SubjectText {
    /// A call site or operation with an effect.
    pub call: Option<CallSubject>,
    /// A value that is held while the function is suspended; the effect is that of the call that gave it.
    pub hold: Option<HoldSubject>,
    /// A function with a decorator that has the effect.
    pub function: Option<FunctionSubject>,
    /// A statement in SQL that a call sends.
    pub sql: Option<SqlSubject>,
    /// A relation between classes that is read and was not loaded with the rows.
    pub relation: Option<RelationSubject>,
    /// A table of the program, in a column of which statements of the program look rows up.
    pub table: Option<TableSubject>,
}

/// A call site or operation.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CallSubject {
    /// It has one of these effects.
    pub effect: OneOrMany,
    /// `any`: its own effect or one of its callees; `direct`: its own.
    #[serde(default)]
    pub reach: Reach,
}

/// How far an effect may be away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Its own, or brought by callees.
    #[default]
    Any,
    /// Its own.
    Direct,
}

/// A held value.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HoldSubject {
    /// The call that gave the value has this effect.
    pub effect: OneOrMany,
    /// The awaited code reaches one of these effects; empty: whatever is awaited.
    #[serde(default)]
    pub over: Vec<Word<Effect>>,
    /// Was it taken asynchronously?
    pub asynchronous: Option<bool>,
}

/// A decorated function.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FunctionSubject {
    /// A decorator has this effect.
    pub decorator: OneOrMany,
}

/// A SQL statement.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SqlSubject {
    /// What is wrong with it.
    pub check: FlawKind,
}

/// A table.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TableSubject {
    /// `index`: one that begins with the column.
    pub lacks: Lack,
}

/// What a table may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// An index.
    Index,
}

/// A relation that is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RelationSubject {
    /// `per-row`: once for each row of a loop.
    pub read: RelationReading,
}

/// How often a relation is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationReading {
    /// Once for each row of a loop.
    PerRow,
}

/// One word or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected an effect or a list of effects")]
pub enum OneOrMany {
    /// One.
    One(Word<Effect>),
    /// Several.
    Many(Vec<Word<Effect>>),
}

impl OneOrMany {
    /// The effects as a set.
    pub fn set(&self) -> EffectSet {
        match self {
            OneOrMany::One(word) => EffectSet::of(&[word.0]),
            OneOrMany::Many(words) => {
                words.iter().fold(EffectSet::EMPTY, |set, word| set.union(EffectSet::of(&[word.0])))
            }
        }
    }
}

/// A word of a closed vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<T>(pub T);

/// A vocabulary that words are read from.
pub trait Vocabulary: Sized {
    /// What the words are called in errors.
    const WHAT: &'static str;
    /// The value of a word.
    fn from_word(word: &str) -> Option<Self>;
}

impl<'de, T: Vocabulary> Deserialize<'de> for Word<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        T::from_word(&word).map(Word).ok_or_else(|| serde::de::Error::custom(format!("`{word}` is not {}", T::WHAT)))
    }
}

impl Vocabulary for Effect {
    const WHAT: &'static str = "an effect";
    fn from_word(word: &str) -> Option<Self> {
        Effect::parse(word)
    }
}

impl Vocabulary for LoopClass {
    const WHAT: &'static str = "a class of loops (data, bounded, retry, paging, chunked, worker, shown)";
    fn from_word(word: &str) -> Option<Self> {
        use LoopClass::*;
        [Data, Bounded, Retry, Paging, Chunked, Worker, Shown].into_iter().find(|class| class.word() == word)
    }
}

impl Vocabulary for Use {
    const WHAT: &'static str = "a use of a value (discarded, bound, stored, iterated, returned, argument, borrowed, \
                                exposed, receiver, tested, compared, ordered, formatted, indexed, first-or-last)";
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "discarded" => Use::Discarded,
            "bound" => Use::Bound,
            "stored" => Use::Stored,
            "iterated" => Use::Iterated,
            "returned" => Use::Returned,
            "argument" => Use::Argument,
            "borrowed" => Use::Borrowed,
            "exposed" => Use::Exposed,
            "receiver" => Use::Receiver,
            "tested" => Use::Tested,
            "compared" => Use::Compared,
            "ordered" => Use::Ordered,
            "formatted" => Use::Formatted,
            "indexed" => Use::Indexed,
            "first-or-last" => Use::FirstOrLast,
            _ => return None,
        })
    }
}

/// Why a value need not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waste {
    /// A copy of a variable that is not used again; it is known to allocate.
    LastUse,
    /// A copy of a variable that is not used again; its type is not known to be costly, nor to be cheap.
    LastUseOfAny,
    /// A copy that is only borrowed or compared.
    OnlyRead,
    /// Copies of elements most of which are left behind at once.
    BeforeChoice,
    /// A copy that is bound to a variable which is only looked at.
    ReadLater,
    /// A text that is only borrowed or compared.
    FormattedToRead,
    /// A collection that is handed at once to code that takes any iterator, or that iterators do themselves.
    Streamed,
    /// A collection that an iterator is made of at once.
    Restarted,
    /// A collection that a loop goes through at once.
    Looped,
    /// A collection that is bound to a variable and gone through later.
    Later,
    /// A collection that is bound to a variable, of which one thing is asked later.
    AskedLater,
    /// A collection of which the last element is taken.
    KeptLast,
    /// The list that a comprehension builds for a function that could take the elements one by one.
    Listed,
}

impl Vocabulary for Waste {
    const WHAT: &'static str = "a reason why a value need not be made (last-use, last-use-of-any, only-read, before-choice, \
                                read-later, formatted-to-read, streamed, restarted, looped, later, asked-later, \
                                kept-last, listed)";
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "last-use" => Waste::LastUse,
            "last-use-of-any" => Waste::LastUseOfAny,
            "only-read" => Waste::OnlyRead,
            "before-choice" => Waste::BeforeChoice,
            "read-later" => Waste::ReadLater,
            "formatted-to-read" => Waste::FormattedToRead,
            "streamed" => Waste::Streamed,
            "restarted" => Waste::Restarted,
            "looped" => Waste::Looped,
            "later" => Waste::Later,
            "asked-later" => Waste::AskedLater,
            "kept-last" => Waste::KeptLast,
            "listed" => Waste::Listed,
            _ => return None,
        })
    }
}

/// A part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What the call is made on.
    Receiver,
    /// What it is given.
    Arguments,
}

macro_rules! conditions {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty,)*) => {
        /// Conditions of a rule. Under `[where]` all that are given must hold, under `[unless]` none may.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub struct Conditions { $($(#[doc = $doc])+ pub $field: Option<$type>,)* }

        /// Every condition: its word, and what it means.
        pub const CONDITIONS: &[(&str, &str)] = &[$((stringify!($field), concat!($($doc),+))),*];
    };
}

conditions! {
    /// stands in a loop of one of these classes; the loop that counts is the innermost data loop
    inside: Vec<Word<LoopClass>>,
    /// these parts come from what the loop goes through, or are carried from turn to turn
    depends_on_loop: Vec<Part>,
    /// these parts are the same in every turn of the loop, and nothing in the loop changes them
    invariant: Vec<Part>,
    /// the receiver was made outside the loop
    receiver_from_outside: bool,
    /// the loop adds elements to the receiver
    grown_in_loop: bool,
    /// the loop changes the receiver in any way, or hands it to code that may
    mutated_in_loop: bool,
    /// what it is given in one turn comes from the turn before
    carried: bool,
    /// all that it is given of the loop comes from the turn before, as in a search that halves a range
    only_carried: bool,
    /// what it asks for is a part of what it gave the turn before: a walk from row to row
    chained: bool,
    /// the loop can be left before its end
    exits_early: bool,
    /// the loop waits on purpose: it sleeps, or holds to a limit
    paced: bool,
    /// it runs side by side with its kin, or only builds what runs so
    concurrent: bool,
    /// it runs side by side with its kin, and the library sends them together
    sent_together: bool,
    /// its result is awaited on the spot
    awaited: bool,
    /// it runs on an event loop
    asynchronous: bool,
    /// nobody else waits: it runs before the first task is started, or when the program starts or ends, or waits as the only task of its event loop, for something else than a network
    waits_alone: bool,
    /// it reads or writes one file of this machine, and does so once
    one_file: bool,
    /// a failure of it is handled within the turn, and the loop goes on
    isolated: bool,
    /// the row that it gives is referred to by another write of the same turn, which has to wait for it
    row_is_referred_to: bool,
    /// all that it is given of the loop is a list that the turn is, or one made of all its elements: a page, a chunk, a level
    asks_for_many: bool,
    /// another call of the loop, or the same one, reaches one of these effects, other than by speaking to a database
    loop_also: Vec<Word<Effect>>,
    /// it stands in code that runs once, when its module is loaded
    module_level: bool,
    /// it stands in a function that a loop over data calls, itself or through one or two others
    called_in_loop: bool,
    /// it stands in a function that runs once per request, event or task
    entry_point: bool,
    /// it stands in a function that runs for each letter that somebody types
    while_typing: bool,
    /// one of the arguments with these names is a display or a function that the call, or the function around it, makes anew
    made_here: Vec<String>,
    /// it stands in a function that runs only when the program starts or ends, while nobody is served
    at_start: bool,
    /// the library call at the end of the path is only put down, as a transaction is open where the loop stands
    queued: bool,
    /// it stands in a function that only administrators come to: in actions on rows picked by hand, or past a decorator that lets nobody else in
    action: bool,
    /// it stands in a script that people run by hand, once or seldom
    by_hand: bool,
    /// it stands in a function that runs in the background, so that nobody waits for it
    background: bool,
    /// no loop over data is around it in its function
    outside_loops: bool,
    /// the loop goes through a part of what one request brought, in a method that a framework gives that to, and no loop over data leads there
    payload: bool,
    /// it runs for those elements of the loop only that equal a constant, or what is the same in all turns, as its function says or a callee on the way
    chosen: bool,
    /// a function on the way keeps what it asks for in a member, and asks only if that is not there yet
    kept_in_member: bool,
    /// its result is assigned to a place that is among its operands
    accumulates: bool,
    /// its result is assigned to a local variable
    local_result: bool,
    /// what becomes of its result
    used: Vec<Word<Use>>,
    /// an argument is a closure
    takes_closure: bool,
    /// an argument is a closure that asks whether a part of what it is given equals something else
    equates: bool,
    /// the cause is at most this many calls away
    near: u16,
    /// its result is only looked at: borrowed, compared, or text that something is read from
    only_read: bool,
    /// its own effects include all of these
    does: Vec<Word<Effect>>,
    /// its own effects include one of these
    does_any: Vec<Word<Effect>>,
    /// the library call at the end of the path has one of these effects
    leaf_does_any: Vec<Word<Effect>>,
    /// it is written as a call: no operator, attribute or loop
    written_call: bool,
    /// the statement that it sends is itself what the loop goes through, or is about another table in every turn
    sends_element: bool,
    /// an argument is the result of a call that has one of these effects
    argument_does: Vec<Word<Effect>>,
    /// its first argument is this number
    first_argument: i64,
    /// it is given at least this many arguments
    arguments: usize,
    /// the receiver, or else the first argument, is text
    on_text: bool,
    /// the receiver is known to have eight elements or fewer
    small_receiver: bool,
    /// the receiver holds as many elements as there are data: it was read from outside the program, or collected or filled from such data; or it is an input of a function whose loop goes through another input
    holds_data: bool,
    /// copying the receiver costs nothing
    cheap_clone: bool,
    /// the receiver's type is known
    known_receiver: bool,
    /// the loop reaches one of these effects
    loop_reaches: Vec<Word<Effect>>,
    /// what one call costs, as the models write it
    cost: Vec<String>,
    /// its result is gone through once and used for nothing else
    iterated_once: bool,
    /// it is the only unconditional addition per turn to a container made empty before the loop, and the loop's length is known
    fills_fresh_container: bool,
    /// the receiver is a local variable that was made empty beside the loop and not used before it
    fresh: bool,
    /// nothing is called in the loop on what the receiver is a part of, unless it is known to change nothing
    left_alone: bool,
    /// what the loop goes through is there already where the receiver is made, and nothing changes it in between
    known_when_made: bool,
    /// its keyword argument `maxsize`, or its lack of one, sets no limit, and its function has parameters
    unlimited: bool,
    /// the effect is reached through a callee
    reached: bool,
    /// a callee on the way to the effect comes to it under a condition only
    reached_conditionally: bool,
    /// what it makes need not be made, for one of these reasons
    waste: Vec<Word<Waste>>,
    /// its result leaves the function: returned, stored, or bound to a name that is
    escapes: bool,
    /// what it counts or tests was loaded from a database, and nobody looks at the rows
    loaded_to_count: bool,
    /// it asks a database how many there are, and the answer is only looked at to see whether it is none
    asked_for_any: bool,
    /// it asks for a row by its key, and rows of that class were loaded before the loop, so that they may be at hand
    at_hand: bool,
    /// its result is of one of these types
    gives: Vec<String>,
    /// it runs on another thread or process than the function around it
    offloaded: bool,
    /// the loop is left with its result: it is what the function then returns
    first_answer: bool,
    /// it calls one of these, by their paths in the models
    calls: Vec<String>,
    /// the loop goes through what one of these gives, as it is or in another order
    goes_through: Vec<String>,
    /// the loop goes through the parts that one of these splits a text into, unless they are lines, or the text was read from outside the program
    goes_through_parts: Vec<String>,
    /// it stands in a file of one of these languages
    language: Vec<String>,
    /// each turn of the loop has one of these, by its name in small letters
    per: Vec<String>,
    /// it stands in a file of one of these languages, in a branch that runs for some elements of the loop only, as a condition on them says, or callees come to it in a branch
    for_some: Vec<String>,
    /// it stands in a file of one of these languages, and neither its loop nor one around it is known to go through what was read from outside the program: rows, an answer, what a text was parsed into
    of_unknown_length: Vec<String>,
    /// the receiver or the first argument has one of these words in its name or text
    named: Vec<String>,
    /// its first argument is the same whenever the function runs
    fixed_argument: bool,
    /// it depends on nothing that its function is given
    independent: bool,
    /// it stands in a change to the tables of a database; a rule that asks for it looks at such code even where tests and the like are left out
    migration: bool,
    /// a call of one of these stands in the same file, and shares a text among its arguments with it
    made_alongside: Vec<String>,
    /// what it gives has to be given back, stays in a variable of the function, and is neither entered, closed nor handed on
    left_open: bool,
    /// its result is what the function returns, and what those return that are on the way
    returned: bool,
    /// the query whose rows it loads has no condition and no limit
    whole_table: bool,
    /// of what it gives, or puts in order in place, only the first and the last element are read
    only_ends_read: bool,
    /// what it works on, its receiver or else its first argument, was made outside the loop
    container_from_outside: bool,
    /// the receiver, or else the first argument, is of one of these types
    of_type: Vec<String>,
    /// its elements, and what it is asked for, are of one of these types, each of one
    elements_of_type: Vec<String>,
    /// besides this, the receiver, a local variable, is only tested, and called by these members
    called_only: Vec<String>,
    /// it stands in an asynchronous function itself, where a result can be awaited
    may_await: bool,
    /// it stands in an asynchronous function that awaits nothing and that only a framework calls, which would run a plain one on a thread
    needless_async: bool,
    /// the library call at the end of the path is one of these, by their paths in the models
    leaf_calls: Vec<String>,
    /// the callee has one of these effects as well
    also_reaches: Vec<Word<Effect>>,
    /// many other library calls, below the callee, do the same
    many_below: bool,
    /// of what it is given to wait for, one thing is awaited before the next is begun
    given_awaited: bool,
    /// a loop inside the loop looks for the elements that equal something
    compares_each: bool,
    /// the class of the rows has one of these methods of its own
    rows_have: Vec<String>,
    /// the class of the rows has a method of its own that carries one of these decorators, by their paths
    rows_have_decorated: Vec<String>,
    /// the program hands one of these, by their paths, to a call that names the class of the rows, or no class
    rows_are_told_to: Vec<String>,
    /// every turn gives the row the same values
    sets_same_values: bool,
    /// it makes or gives what an asynchronous loop goes through
    goes_through_asynchronously: bool,
    /// the branch that depends on it looks the same key up again
    looked_up_again: bool,
    /// the same call, given the same, has run before it in its function, and nothing in between may have changed the answer
    asked_before: bool,
    /// it starts one task per element of data of unknown size, and the tasks reach one of these effects
    fans_out: Vec<Word<Effect>>,
    /// what it starts, or the loop around it, holds to a limit
    limited: bool,
    /// the callee goes through a whole container that is the same on every turn, in search of what is not
    scans_invariant: bool,
    /// the call that is awaited before it has one of these effects, and neither needs what the other does
    follows_independent: Vec<Word<Effect>>,
    /// it is the third in a row that is awaited and asks one of these, by the beginnings of their names, and none needs what another gives
    third_in_a_row: Vec<String>,
    /// the table that the statement is about is defined in the program
    known_table: bool,
    /// the file of the statement makes the table that it is about
    new_table: bool,
    /// the table that the statement is about is in a database of PostgreSQL, as definitions in the program say
    for_postgresql: bool,
    /// the table that the statement is about holds a few rows, as its name says
    small_table: bool,
    /// an index of the table begins with the column that the statement is about
    indexed: bool,
    /// the statement finds rows of the table by another column, which an index begins with
    served: bool,
    /// an index of the table has the column in an expression or a condition, or is of a kind that keeps more than an order; or nobody knows
    special_index: bool,
}
