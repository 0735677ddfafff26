//! The program: the facts of all files, and what linking found out about their call sites and functions.

use std::hash::{Hash, Hasher};
use std::ops::Index;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::diagnostic::Confidence;
use crate::effect::{Effect, EffectSet};
use crate::facts::{CallId, Depend, FileFacts, FunctionId};
use crate::interner::Distinct;
use crate::model::table::{Laziness, Row};
use crate::source::{FileId, SourceFile, Span};
use crate::sql::Lookup;
use crate::sql::schema::Schema;
use crate::types::{Symbol, TypeId};
use crate::version::Requirements;

/// A file of the program.
#[derive(Debug)]
pub struct ProgramFile {
    /// Where it is.
    pub source: SourceFile,
    /// Was it read? What nothing is reported in and nothing imports is not.
    pub is_read: bool,
    /// What is in it.
    pub facts: FileFacts,
    /// Its qualified module name.
    pub module: String,
    /// Is its module a package?
    pub is_package: bool,
    /// Names that its package has for others of the program: the name, and what it stands for.
    pub renames: Arc<[(String, String)]>,
    /// Is it a test, fixture, example, benchmark or migration?
    pub is_side_code: bool,
    /// Is it a change to the tables of a database, as its path says, or its text?
    pub is_migration: bool,
    /// Does a file of the program import its module, in whole or a part of it? Asked only where it decides something.
    pub is_imported: bool,
    /// Is it a script that people run by hand, and seldom? Found when linking.
    pub is_script: bool,
    /// Number of its first function among all functions.
    pub first_function: u32,
}

/// A function of the program: its place among all functions, in the order of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionRef(pub u32);

/// What a call site calls; rows are told apart by where they are kept.
#[derive(Clone, Copy, Debug)]
pub enum Target<'m> {
    /// A function of the program.
    Function(FunctionRef),
    /// A row of the models.
    Row(&'m Row),
}

impl PartialEq for Target<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Target::Function(one), Target::Function(other)) => one == other,
            (Target::Row(one), Target::Row(other)) => std::ptr::eq(*one, *other),
            _ => false,
        }
    }
}

impl Eq for Target<'_> {}

impl Hash for Target<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Target::Function(function) => function.hash(state),
            Target::Row(row) => std::ptr::hash(*row, state),
        }
    }
}

/// What linking knows of a call site.
#[derive(Clone, Debug)]
pub struct Resolved<'m> {
    /// What it calls; empty when unknown. More than one: one of them.
    pub targets: SmallVec<[Target<'m>; 1]>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Effects of the model rows: those that all candidates share.
    pub effects: EffectSet,
    /// The row of going through an argument, where the call does that and it is worth a row.
    pub iterates: Option<&'m Row>,
    /// Qualified name of the callee, if there is one.
    pub callee: Option<Symbol>,
    /// The type of the receiver.
    pub receiver: Option<TypeId>,
}

impl Default for Resolved<'_> {
    fn default() -> Self {
        Resolved {
            targets: SmallVec::new(),
            confidence: Confidence::High,
            effects: EffectSet::EMPTY,
            iterates: None,
            callee: None,
            receiver: None,
        }
    }
}

impl PartialEq for Resolved<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Resolved<'_> {}

impl Hash for Resolved<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl<'m> Resolved<'m> {
    /// All of it, in a form that can be compared.
    fn key(&self) -> impl Eq + Hash + '_ {
        let iterates = self.iterates.map(std::ptr::from_ref);
        (&self.targets, self.confidence, self.effects, iterates, self.callee, self.receiver)
    }

    /// The first model row that it calls.
    pub fn row(&self) -> Option<&'m Row> {
        self.targets.iter().find_map(|target| match target {
            Target::Row(row) => Some(*row),
            Target::Function(_) => None,
        })
    }

    /// The row that brings an effect: its own, or that of going through an argument.
    pub fn row_with(&self, effect: Effect) -> Option<&'m Row> {
        let own = self.row().filter(|row| row.effects.has(effect));
        own.or(self.iterates.filter(|row| row.effects.has(effect))).or(self.row())
    }

    /// The functions of the program that it calls.
    pub fn functions(&self) -> impl Iterator<Item = FunctionRef> + '_ {
        self.targets.iter().filter_map(|target| match target {
            Target::Function(function) => Some(*function),
            Target::Row(_) => None,
        })
    }
}

/// What linking knows of all call sites. Most are like others, so each different answer is kept once.
#[derive(Clone, Debug, Default)]
pub struct ResolvedCalls<'m> {
    /// Each different answer.
    pub answers: Distinct<Resolved<'m>>,
    /// The number of the answer for each call site of each file.
    pub numbers: Vec<Vec<u32>>,
}

impl<'m> ResolvedCalls<'m> {
    /// What is known of a call site.
    pub fn get(&self, file: FileId, call: CallId) -> &Resolved<'m> {
        self.answers.get(self.numbers[file.0 as usize][call.index()])
    }

    /// What is known of the call sites of a file, in their order.
    pub fn of_file(&self, file: FileId) -> FileCalls<'_, 'm> {
        FileCalls { answers: &self.answers, numbers: &self.numbers[file.0 as usize] }
    }
}

/// What linking knows of the call sites of a file, by their number.
#[derive(Clone, Copy, Debug)]
pub struct FileCalls<'p, 'm> {
    answers: &'p Distinct<Resolved<'m>>,
    numbers: &'p [u32],
}

impl<'p, 'm> FileCalls<'p, 'm> {
    /// All of them, in the order of the call sites.
    pub fn iter(self) -> impl Iterator<Item = &'p Resolved<'m>> {
        self.numbers.iter().map(move |number| self.answers.get(*number))
    }
}

impl<'m> Index<usize> for FileCalls<'_, 'm> {
    type Output = Resolved<'m>;

    fn index(&self, call: usize) -> &Resolved<'m> {
        self.answers.get(self.numbers[call])
    }
}

/// In which cases something runs, the surest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cases {
    /// In all.
    #[default]
    All,
    /// In those that an earlier condition leaves.
    Left,
    /// In those of a branch.
    Branch,
}

/// An effect of a function, with how it comes about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reached {
    /// The effect.
    pub effect: Effect,
    /// How often per call of the function: 0 once, 1 O(n), 2 O(n²), 3 worse.
    pub degree: u8,
    /// Parameters whose elements it comes about for, once each, where that is all there is to the degree.
    pub over: u32,
    /// Parameters that it depends on.
    pub parameters: u32,
    /// Parameters without which it comes about only.
    pub without: u32,
    /// Parameters with which it comes about only.
    pub needs: u32,
    /// How sure it is.
    pub confidence: Confidence,
    /// The call site in the function that brings it.
    pub witness: CallId,
    /// The function that this call site calls, when the effect is not its own.
    pub via: Option<FunctionRef>,
    /// In which cases it comes about, as the code here and on the way to the cause says.
    pub cases: Cases,
    /// Is the cause of a query one that writes as well?
    pub writes: bool,
    /// Calls from here to the cause.
    pub steps: u16,
    /// How much the cause costs, roughly: of several causes the costliest speaks for the effect.
    pub weight: u8,
}

/// What a function does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Its effects, in the order of the vocabulary; one entry each.
    pub effects: Vec<Reached>,
    /// Its results are remembered.
    pub memoizes: bool,
    /// Are its results remembered for a while only, as for one request? Then what it does is done once per key there.
    pub memoizes_for_now: bool,
}

impl Summary {
    /// The entry of an effect.
    pub fn get(&self, effect: Effect) -> Option<&Reached> {
        self.effects.iter().find(|reached| reached.effect == effect)
    }
}

/// How a function comes to run, as far as the program tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Something that runs once per request, event or task leads to it, or a command that somebody waits for.
    Served,
    /// Nothing is known.
    #[default]
    Unsaid,
    /// Only what runs seldom leads to it: the start of the program, scripts, pages for administrators.
    Seldom,
    /// Only what administrators ask for leads to it: pages for them, actions on rows picked by hand.
    Action,
}

/// A function of the program that is given to a call as an argument.
#[derive(Clone, Copy, Debug)]
pub struct Callback {
    /// The call that runs it.
    pub call: CallId,
    /// The argument's place.
    pub argument: u16,
    /// The function.
    pub function: FunctionRef,
    /// The call that gives it its arguments, if it is handed to a function of the program which calls it in one place.
    pub called_by: Option<(FileId, CallId)>,
    /// Does it run once per element?
    pub repeats: bool,
    /// Does it run on another thread or process?
    pub is_offloaded: bool,
}

/// The circumstances under which a call site runs, from the inside out.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Loops, and closures that run once per element, innermost first.
    pub loops: SmallVec<[LoopFrame; 2]>,
    /// Does it run on an event loop?
    pub is_async: bool,
    /// Does it run on another thread or process than the function around it?
    pub is_offloaded: bool,
    /// Does it run side by side with its kin?
    pub is_concurrent: bool,
    /// Does it run after a failure only?
    pub is_handler: bool,
    /// Does it stand in a closure of which nobody knows when it runs?
    pub is_deferred: bool,
    /// Does it run in a task that the function around it starts and does not wait for?
    pub is_detached: bool,
}

/// A loop around a call site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopFrame {
    /// What it is.
    pub source: LoopSource,
    /// Its bit in a `Depend`.
    pub bit: u32,
    /// Its class, models considered.
    pub class: crate::facts::LoopClass,
}

impl LoopFrame {
    /// Does it take as many turns as there are data? Others end after a few, or take one per event.
    pub fn goes_through_data(&self) -> bool {
        use crate::facts::LoopClass;
        matches!(self.class, LoopClass::Data | LoopClass::Paging | LoopClass::Chunked)
    }

    /// Does it take as many turns as there is to do? Others end after a few.
    pub fn goes_on(&self) -> bool {
        use crate::facts::LoopClass;
        !matches!(self.class, LoopClass::Bounded | LoopClass::Retry)
    }
}

/// What makes code run many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoopSource {
    /// A loop.
    Loop(crate::facts::LoopId),
    /// A closure that a call runs once per element.
    Closure(crate::facts::ClosureId),
    /// A call that runs a named function once per element.
    Call(CallId),
    /// What shows rows runs this function for each of them.
    Shown(FunctionRef),
}

/// Rows that a function shows, one by one: a method of a serializer, of a table, of a class of rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShownRows {
    /// Where the rows come from, or are tied to what shows them.
    pub made: (FileId, Span),
    /// The class that shows them, by its last name.
    pub renderer: String,
    /// The parameter of the function that takes the row.
    pub row: u16,
    /// What the library has to load something once for all rows. May be empty.
    pub loader: String,
}

/// A relation that is read once per row of a loop, and was not loaded with the rows.
#[derive(Clone, Debug)]
pub struct RelationRead {
    /// The file of the loop.
    pub file: FileId,
    /// The call site in the loop: the read itself, or what leads to it.
    pub call: CallId,
    /// The loop.
    pub frame: LoopFrame,
    /// The attributes that are read, from the row on: `customer.address`.
    pub relation: String,
    /// What loads the relation with the rows, as the library spells it.
    pub loader: String,
    /// Is it said to be loaded at once? Then it is so with one more query per row, read or not.
    pub is_loaded_apart: bool,
    /// Settings that load the relation in batches.
    pub batched_by: Vec<String>,
    /// How many other relations of the same rows are read at the same place.
    pub others: usize,
    /// The column of the row that has all that is read of the relation; empty where more is read.
    pub key: String,
    /// Where the query of the rows is made.
    pub made: (FileId, Span),
    /// The call sites from the one in the loop to the read.
    pub chain: Vec<(FileId, CallId)>,
    /// What reads it, when that is no call.
    pub reader: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
}

/// How a table of the program is defined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableOrigin {
    /// Where.
    pub place: Option<(FileId, Span)>,
    /// The class whose rows it has; empty where it is defined by a statement.
    pub class: String,
    /// What gives a column of it an index, as its class would say it; `{column}` is the column. Empty: a statement.
    pub index: String,
}

/// Rows of a class that a call asks for by their attributes.
#[derive(Clone, Debug)]
pub struct ClassLookup {
    /// The file.
    pub file: FileId,
    /// The call.
    pub call: CallId,
    /// By what.
    pub lookups: Vec<Lookup>,
}

/// The whole program.
pub struct Program<'m> {
    /// All files, sorted by path.
    pub files: Vec<ProgramFile>,
    /// What the call sites of each file call.
    pub resolved: ResolvedCalls<'m>,
    /// The circumstances of the scopes of each file.
    pub contexts: Vec<Vec<Context>>,
    /// Functions that are handed to calls which run them, by file.
    pub callbacks: Vec<Vec<Callback>>,
    /// The file and number of each function.
    pub functions: Vec<(FileId, FunctionId)>,
    /// What each function does.
    pub summaries: Vec<Summary>,
    /// Which functions run once per request, event or task.
    pub entry_points: Vec<bool>,
    /// Which functions run in the background, so that nobody waits for them.
    pub background: Vec<bool>,
    /// By function: the framework that calls it, if that runs plain functions on threads; empty otherwise.
    pub threads_for_plain: Vec<&'m str>,
    /// How each function comes to run.
    pub standings: Vec<Standing>,
    /// The functions that show rows, one in each call.
    pub shown_rows: FxHashMap<FunctionRef, ShownRows>,
    /// Which functions run only when the program starts or ends, while nobody is served.
    pub at_start: Vec<bool>,
    /// Which functions run in a transaction that they, their class or all their callers open.
    pub in_transaction: Vec<bool>,
    /// Which functions a framework gives, as the last parameter, a part of what one request brought.
    pub payload: Vec<bool>,
    /// Which functions run for each letter that somebody types.
    pub while_typing: Vec<bool>,
    /// By function: does a loop lead to it, so that it runs once per element of something?
    pub repeated: Vec<bool>,
    /// Which functions are tests or helpers of tests.
    pub tests: Vec<bool>,
    /// The tables that the program defines.
    pub schema: Schema<TableOrigin>,
    /// What the program looks up by means of classes, by file.
    pub lookups: Vec<ClassLookup>,
    /// Relations that are read once per row, by file.
    pub relation_reads: Vec<RelationRead>,
    /// Which asynchronous functions are known to run as the only task of their event loop.
    pub runs_alone: Vec<bool>,
    /// The languages, by number, in which the program starts event loops and never makes a second task.
    pub lone_languages: Vec<usize>,
    /// Per function that an event loop is started for: its first call that starts a task beside it, or the greatest
    /// number when there is none; 0 for all others.
    pub first_tasks: Vec<u32>,
    /// The resolver of each language, by its place in `lang::all()`.
    pub resolvers: Vec<Option<crate::link::resolve::Resolver<'m>>>,
    /// What the project works with, by the place of the language in `lang::all()`. Linking does not fill it in: it asks nothing
    /// of it.
    pub requirements: Vec<Requirements>,
}

impl<'m> Program<'m> {
    /// A file.
    pub fn file(&self, id: FileId) -> &ProgramFile {
        &self.files[id.0 as usize]
    }

    /// A function by its place among all functions.
    pub fn function(&self, function: FunctionRef) -> (FileId, FunctionId) {
        self.functions[function.0 as usize]
    }

    /// The place of a function of a file among all functions.
    pub fn function_ref(&self, file: FileId, function: FunctionId) -> FunctionRef {
        FunctionRef(self.file(file).first_function + function.0)
    }

    /// The calls that add to what a call only builds: `where` of `select().where()`.
    pub fn additions(&self, file: FileId, call: CallId) -> impl Iterator<Item = CallId> {
        let builds = self.resolved(file, call).row().is_some_and(|row| row.laziness == Laziness::Awaited);
        self.file(file).facts.continuations(call).filter(move |_| builds)
    }

    /// What the calls depend on that add to what a call only builds.
    pub fn added_depend(&self, file: FileId, call: CallId) -> Depend {
        let facts = &self.file(file).facts;
        let added = self.additions(file, call).flat_map(|call| facts.arguments_of(facts.call(call)));
        added.fold(Depend::default(), |depend, argument| depend.or(argument.depend))
    }

    /// What a call site calls.
    pub fn resolved(&self, file: FileId, call: CallId) -> &Resolved<'m> {
        self.resolved.get(file, call)
    }

    /// The circumstances of a call site.
    pub fn context(&self, file: FileId, call: CallId) -> &Context {
        let scope = self.file(file).facts.call(call).scope;
        &self.contexts[file.0 as usize][scope.index()]
    }

    /// The name of a function as its users know it: `Class.method`.
    pub fn qualified(&self, file: FileId, function: FunctionId) -> String {
        let facts = &self.file(file).facts;
        let function = facts.function(function);
        let mut parts = vec![facts.text(function.name)];
        let mut class = function.class;
        while let Some(id) = class {
            parts.push(facts.text(facts.class(id).name));
            class = facts.class(id).parent;
        }
        parts.reverse();
        parts.join(".")
    }
}
