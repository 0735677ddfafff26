//! Effects: what running a piece of code does, in a closed vocabulary.
//!
//! The words are those of the model tables and rule pages. Which of them travel from a callee to its caller
//! is said here, and nowhere else; nothing here knows a library.

use serde::{Deserialize, Serialize};

macro_rules! effects {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal, $travels:literal;)*) => {
        /// One thing that a call may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Effect { $($(#[doc = $doc])+ $variant),* }

        impl Effect {
            /// All effects, in the order of the vocabulary.
            pub const ALL: &'static [Effect] = &[$(Effect::$variant),*];

            /// The word in tables, pages and messages.
            pub fn word(self) -> &'static str {
                match self { $(Effect::$variant => $word),* }
            }

            /// What it means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Effect::$variant => concat!($($doc),+)),* }
            }

            /// Does a function have this effect because a callee has it?
            pub fn travels(self) -> bool {
                match self { $(Effect::$variant => $travels),* }
            }
        }
    };
}

effects! {
    /// holds the calling thread for an unbounded or I/O-long time
    Blocking = "blocking", true;
    /// sleeps
    Sleep = "sleep", true;
    /// takes a lock
    Locks = "locks", false;
    /// suspends an asynchronous function
    Waits = "waits", false;
    /// waits for what happens next: a message, a client, a key
    WaitsForEvent = "waits-for-event", false;
    /// starts an event loop and runs it
    RunsEventLoop = "runs-event-loop", false;
    /// talks to another machine
    Network = "network", true;
    /// reads or writes files or their metadata
    FileIo = "file-io", true;
    /// starts or waits for a process
    Subprocess = "subprocess", true;
    /// reads a file or socket in pieces of a few bytes
    ReadsBytewise = "reads-bytewise", false;
    /// reads or writes the terminal
    ConsoleIo = "console-io", false;
    /// sends one statement to a database
    DbQuery = "db-query", true;
    /// modifies rows; without `db-query` the statement is only queued
    DbWrite = "db-write", true;
    /// commits a transaction
    DbCommit = "db-commit", true;
    /// opens a database connection
    DbConnect = "db-connect", true;
    /// reads rows of a statement already sent
    DbFetch = "db-fetch", false;
    /// reading it may send a query
    LazyLoad = "lazy-load", true;
    /// loads relations ahead, so that reading them sends no query
    Prefetches = "prefetches", false;
    /// uses the processor for long
    CpuHeavy = "cpu-heavy", true;
    /// linear in its input, and fast
    CpuLight = "cpu-light", false;
    /// parses text or bytes
    Parses = "parses", true;
    /// serializes values
    Serializes = "serializes", true;
    /// compiles a regular expression
    CompilesRegex = "compiles-regex", true;
    /// compiles a template, statement or format
    Compiles = "compiles", true;
    /// formats text
    Formats = "formats", false;
    /// uses reflection
    Reflects = "reflects", false;
    /// imports modules
    Imports = "imports", false;
    /// sorts
    Sorts = "sorts", true;
    /// goes through a whole sequence
    LinearScan = "linear-scan", true;
    /// looks for one element by going through the others
    Searches = "searches", false;
    /// moves O(n) elements
    Shifts = "shifts", true;
    /// runs an interpreter loop over an array or a frame
    RowWise = "row-wise", true;
    /// forces a browser to lay the page out
    ForcesLayout = "forces-layout", true;
    /// allocates
    Allocates = "allocates", false;
    /// copies its input
    Copies = "copies", false;
    /// copies its input and all that it refers to
    DeepCopies = "deep-copies", true;
    /// loads a whole result or iterator into memory
    Materializes = "materializes", false;
    /// builds an expensive object that is meant to be reused
    ConstructsClient = "constructs-client", true;
    /// writes a log record
    Logs = "logs", false;
    /// runs a callable argument on another thread or process
    Offloads = "offloads", false;
    /// runs its callable or awaitable arguments side by side
    RunsConcurrently = "runs-concurrently", false;
    /// starts a task
    SpawnsTask = "spawns-task", false;
    /// starts a thread
    SpawnsThread = "spawns-thread", false;
    /// limits how much runs at once
    LimitsConcurrency = "limits-concurrency", false;
    /// handles many items at once
    Batches = "batches", false;
    /// gives one page after the other
    Paginates = "paginates", false;
    /// remembers results; with `lazy = "conditional"` for a while only, as for one request
    Memoizes = "memoizes", false;
    /// tries again after a failure
    Retries = "retries", false;
    /// adds elements to its receiver
    Grows = "grows", false;
    /// removes elements from its receiver
    Shrinks = "shrinks", false;
    /// changes its receiver in another way
    Mutates = "mutates", false;
    /// as a decorator: the function runs once per request, event or task; of a call: it serves those that were registered
    EntryPoint = "entry-point", false;
    /// gives the number of elements, or whether there are any
    Counts = "counts", false;
    /// gives the first or the last element
    TakesEnd = "takes-end", false;
    /// looks a key up
    LooksUp = "looks-up", false;
    /// as part of a query: asks for some of the rows, or for a few at a time
    Narrows = "narrows", false;
    /// as a decorator: the function runs in the background, and nobody waits for it
    Background = "background", false;
    /// as a decorator: the function is a command that somebody runs at a terminal
    Command = "command", false;
    /// as a decorator: the function runs seldom, when the program starts, by hand or for an administrator
    Seldom = "seldom", false;
    /// as a decorator, or of a call that is handed functions as `entry`: they run when the program starts or ends, while nobody is served
    AtStart = "at-start", false;
    /// as a decorator: the function is an action that an administrator takes on rows picked by hand
    Action = "action", false;
    /// gives a handful of elements, whatever the data
    Few = "few", false;
    /// known, and nothing of the above
    Pure = "pure", false;
}

impl Effect {
    /// The effect with this word.
    pub fn parse(word: &str) -> Option<Effect> {
        Effect::ALL.iter().copied().find(|effect| effect.word() == word)
    }
}

/// A set of effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EffectSet(pub u64);

impl EffectSet {
    /// The set of none.
    pub const EMPTY: EffectSet = EffectSet(0);

    /// The set of these.
    pub const fn of(effects: &[Effect]) -> EffectSet {
        let mut bits = 0;
        // A loop that a constant can be made by.
        let mut at = 0;
        while at < effects.len() {
            bits |= 1 << effects[at] as u8;
            at += 1;
        }
        EffectSet(bits)
    }

    /// Is the effect in the set?
    pub fn has(self, effect: Effect) -> bool {
        self.0 & (1 << effect as u8) != 0
    }

    /// Do the sets share an effect?
    pub fn meets(self, other: EffectSet) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    pub const fn union(self, other: EffectSet) -> EffectSet {
        EffectSet(self.0 | other.0)
    }

    /// Those in both.
    pub fn intersection(self, other: EffectSet) -> EffectSet {
        EffectSet(self.0 & other.0)
    }

    /// This set without those of the other.
    pub const fn without(self, other: EffectSet) -> EffectSet {
        EffectSet(self.0 & !other.0)
    }

    /// True for the set of none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The effects, in the order of the vocabulary.
    pub fn iter(self) -> impl Iterator<Item = Effect> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let effect = Effect::ALL.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(*effect)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_fits_its_set_and_has_no_double_words() {
        assert!(Effect::ALL.len() <= 64);
        for effect in Effect::ALL {
            assert_eq!(Effect::parse(effect.word()), Some(*effect));
        }
        assert_eq!(EffectSet::of(Effect::ALL).iter().collect::<Vec<_>>(), Effect::ALL);
        assert_eq!(EffectSet::EMPTY.iter().next(), None);
    }
}
