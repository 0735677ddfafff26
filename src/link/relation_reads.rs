//! Relations that are read once per row, and were not loaded with the rows.
//!
//! Each read is followed back to the row that it starts from, through functions that take the row as a parameter or
//! are its own methods. What the query of the rows loads is the matter of `loading.rs`.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::loading::{Flow, Loaded, Path, Step};
use super::renderers::Rendering;
use super::resolve::{Resolver, function_ref};
use super::templates::Form;
use crate::diagnostic::Confidence;
use crate::effect::Effect;
use crate::facts::*;
use crate::model::table::{Laziness, RowKind};
use crate::program::{
    Context, FunctionRef, LoopFrame, LoopSource, ProgramFile, RelationRead, ResolvedCalls, ShownRows,
};
use crate::source::{FileId, Span};
use crate::syntax::Name;
use crate::types::Symbol;

/// How many functions a row may be handed through.
const LONGEST_CHAIN: usize = 6;

/// How many reads of one parameter are kept.
const MOST_READS: usize = 24;

/// A relation that is read of some object.
#[derive(Clone)]
pub(super) struct Read<'m> {
    /// From the object to what is read.
    pub steps: SmallVec<[Step<'m>; 2]>,
    /// The call sites from the place at hand to the read itself.
    pub chain: SmallVec<[(FileId, CallId); 2]>,
}

/// Where the object of a read comes from.
enum Root {
    Parameter(FunctionId, u16),
    Object(OriginId),
    Unknown,
}

/// All reads per row of relations that the rows were loaded without, and the functions that show rows, one in each call.
pub(super) fn relation_reads<'m>(
    files: &[ProgramFile],
    resolved: &ResolvedCalls<'m>,
    contexts: &[Vec<Context>],
    resolver: &mut Resolver<'m>,
    own: &[FileId],
) -> (Vec<RelationRead>, FxHashMap<FunctionRef, ShownRows>) {
    if !resolver.models.knows_relations() || !resolver.has_relations() {
        return Default::default();
    }
    let flow = Flow::new(files, resolved, resolver);
    let mut search = Search {
        flow,
        contexts,
        found: Vec::new(),
        pending: Vec::new(),
        known: FxHashMap::default(),
        renderings: Vec::new(),
        of_parameters: FxHashMap::default(),
        rendering: None,
        shown_rows: FxHashMap::default(),
    };
    for file in own {
        search.find_renderings(*file);
    }
    search.note_rendered_methods();
    for file in own {
        for call in 0..files[file.0 as usize].facts.calls.len() as u32 {
            search.visit(*file, CallId(call));
        }
    }
    // In the order of the source: of `order.customer or order.parent.customer` the first speaks.
    while !search.pending.is_empty() {
        for (function, place, read) in std::mem::take(&mut search.pending) {
            search.of_parameters.entry((function, place)).or_default().push(read.clone());
            search.hand_to_callers(function, place, read);
        }
    }
    for rendering in std::mem::take(&mut search.renderings) {
        search.render(rendering);
    }
    let shown_rows = std::mem::take(&mut search.shown_rows);
    (search.finish(), shown_rows)
}

pub(super) struct Found {
    pub read: RelationRead,
    pub path: Path,
    /// The rows that it is read of: rows that are gone through again are the same ones.
    pub per: (FileId, Rows),
}

/// What a loop goes through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Of(OriginId),
    Turns(LoopSource),
}

pub(super) struct Search<'a, 'm> {
    pub flow: Flow<'a, 'm>,
    contexts: &'a [Vec<Context>],
    pub found: Vec<Found>,
    pending: Vec<(FunctionRef, u16, Read<'m>)>,
    known: FxHashMap<(FunctionRef, u16), FxHashSet<Path>>,
    /// Where rows are rendered.
    pub renderings: Vec<Rendering>,
    /// What functions read of their parameters.
    pub of_parameters: FxHashMap<(FunctionRef, u16), Vec<Read<'m>>>,
    /// The rows that are being rendered, if they may be many, and the class that renders them.
    pub rendering: Option<((FileId, CallId), Symbol)>,
    /// The functions that show rows.
    pub shown_rows: FxHashMap<FunctionRef, ShownRows>,
}

impl<'a, 'm> Search<'a, 'm> {
    pub(super) fn facts(&self, file: FileId) -> &'a FileFacts {
        &self.flow.files[file.0 as usize].facts
    }

    /// Looks whether a call site reads a relation.
    fn visit(&mut self, file: FileId, call: CallId) {
        let found = self.read_at(file, call).map(|(object, step)| (call, object, step));
        let Some((call, object, step)) = found.or_else(|| self.used_at(file, call)) else { return };
        if step.relation.is_loaded {
            return;
        }
        let read = Read { steps: smallvec![step], chain: smallvec![(file, call)] };
        self.follow(file, call, object, read);
    }

    /// The relation that a call site reads, and of which object.
    fn read_at(&mut self, file: FileId, call: CallId) -> Option<(OriginId, Step<'m>)> {
        let facts = self.facts(file);
        let site = facts.call(call);
        match site.kind {
            CallKind::Attribute if !self.flow.is_called(file, call) => {
                let step = self.flow.relation_of(file, site.callee, site.name?)?;
                (!step.relation.is_manager).then_some((site.callee, step))
            }
            CallKind::Attribute | CallKind::Call | CallKind::Iterate | CallKind::Membership => {
                let row = self.flow.resolved.get(file, call).row()?;
                let uses_rows = row.effects.has(Effect::LazyLoad) && row.kind == RowKind::Method;
                let made = match uses_rows {
                    true => site.callee,
                    // Rows that are looked at where they stand, or handed to what goes through them.
                    false
                        if row.laziness == Laziness::Conditional
                            && matches!(site.used, Use::Tested | Use::Indexed | Use::FirstOrLast) =>
                    {
                        site.callee
                    }
                    false => self.consumed(file, call)?,
                };
                self.related(file, made)
            }
            _ => None,
        }
    }

    /// The relation whose rows a call site uses that a method gave: where it was called, and on what. What was only given
    /// is not read yet.
    fn used_at(&mut self, file: FileId, call: CallId) -> Option<(CallId, OriginId, Step<'m>)> {
        let facts = self.facts(file);
        let site = facts.call(call);
        let row_of = |step: &Step<'m>| step.relation.is_typed.then_some(step.relation.row);
        let (owner, step) = match site.kind {
            CallKind::Call => {
                let name = facts.text(site.name?);
                let (owner, step) = self.flow.relation_at(file, site.callee)?;
                if row_of(&step)?.unread.iter().any(|own| **own == *name) || self.asks_for_key(file, call, &step) {
                    return None;
                }
                (owner, step)
            }
            CallKind::Iterate => self.flow.relation_at(file, site.callee)?,
            _ => return None,
        };
        row_of(&step)?;
        let given = match self.flow.origin(file, site.callee) {
            Origin::Call(given) => given,
            _ => call,
        };
        Some((given, owner, step))
    }

    /// Does a call site ask a related row for nothing but its key?
    fn asks_for_key(&mut self, file: FileId, call: CallId, step: &Step<'m>) -> bool {
        if step.relation.is_many {
            return false;
        }
        let Some((class, member)) = self.flow.member_given(file, call) else { return false };
        self.flow.resolver.is_key(self.flow.files, class, member, &step.relation.row.key_by)
    }

    /// The related rows that a built-in function goes through.
    fn consumed(&mut self, file: FileId, call: CallId) -> Option<OriginId> {
        let facts = self.facts(file);
        let site = facts.call(call);
        let row = self.flow.resolved.get(file, call).row()?;
        let goes_through = self.flow.resolver.is_built_in(&row.path) || facts.reads_call && row.iterates.is_some();
        if site.name.is_some() || row.laziness == Laziness::Lazy || !goes_through {
            return None;
        }
        let first = facts.arguments_of(site).first().filter(|argument| !argument.is_spread)?;
        let id = self.flow.type_of(file, first.origin)?;
        let is_related = self.flow.resolver.reads_when_iterated(id);
        is_related.then_some(first.origin)
    }

    /// The relation to many that rows come from, as they are.
    fn related(&mut self, file: FileId, rows: OriginId) -> Option<(OriginId, Step<'m>)> {
        let facts = self.facts(file);
        let mut rows = rows;
        for _ in 0..4 {
            match self.flow.origin(file, rows) {
                Origin::Member(owner, name) => {
                    let step = self.flow.relation_of(file, owner, name)?;
                    return step.relation.is_manager.then_some((owner, step));
                }
                Origin::Call(call) => {
                    let row = self.flow.resolved.get(file, call).row()?;
                    if row.laziness != Laziness::Conditional || row.effects.has(Effect::LazyLoad) {
                        return None;
                    }
                    rows = facts.call(call).callee;
                }
                Origin::Slice(inner, _) => rows = inner,
                _ => return None,
            }
        }
        None
    }

    /// Follows the object of a read to where it comes from.
    fn follow(&mut self, file: FileId, call: CallId, object: OriginId, mut read: Read<'m>) {
        let context = self.context(file, call);
        if context.is_handler || context.is_deferred || self.is_assigned(file, call) {
            return;
        }
        if read.steps.first().is_some_and(|step| !self.flow.may_have(file, object, *step)) {
            return;
        }
        match self.root(file, object, &mut read.steps) {
            Root::Unknown => {}
            Root::Parameter(function, place) => {
                let function = function_ref(self.flow.files, file, function);
                let path: Path = read.steps.iter().map(|step| step.name).collect();
                let known = self.known.entry((function, place)).or_default();
                if known.len() < MOST_READS && read.chain.len() <= LONGEST_CHAIN && known.insert(path) {
                    self.pending.push((function, place, read));
                }
            }
            Root::Object(origin) => self.judge(file, call, origin, read),
        }
    }

    fn context(&self, file: FileId, call: CallId) -> &'a Context {
        let scope = self.facts(file).call(call).scope;
        &self.contexts[file.0 as usize][scope.index()]
    }

    /// Is the attribute that is read given a value in the same function?
    fn is_assigned(&self, file: FileId, call: CallId) -> bool {
        let facts = self.facts(file);
        let site = facts.call(call);
        let function = facts.scope(site.scope).function;
        let region = facts.function(function).region;
        site.kind == CallKind::Attribute
            && facts.writes[region.writes.0 as usize..region.writes.1 as usize]
                .iter()
                .any(|write| Some(write.place) == site.text)
    }

    fn root(&mut self, file: FileId, object: OriginId, steps: &mut SmallVec<[Step<'m>; 2]>) -> Root {
        let mut object = object;
        for _ in 0..16 {
            if let Some((owner, step)) = self.flow.relation_at(file, object).filter(|(_, step)| !step.relation.is_many)
            {
                steps.insert(0, step);
                object = owner;
                continue;
            }
            match self.flow.origin(file, object) {
                Origin::Member(..) => return Root::Unknown,
                Origin::Ascribed(_, inner) | Origin::Await(inner) | Origin::Borrowed(inner) => object = inner,
                Origin::Parameter(function, place) => return Root::Parameter(function, place),
                Origin::Unknown | Origin::Declared(..) => return Root::Unknown,
                _ => return Root::Object(object),
            }
        }
        Root::Unknown
    }

    /// Is the object a row of a loop around the call site, and was it loaded without what is read?
    fn judge(&mut self, file: FileId, call: CallId, object: OriginId, read: Read<'m>) {
        let Some(frame) = self.loop_of(file, call, object) else { return };
        // Only rows of a known class have relations to speak of.
        if self.flow.type_of(file, object).is_none() {
            return;
        }
        let Some(loading) = self.flow.loaded_with(file, object) else { return };
        let path: Path = read.steps.iter().map(|step| step.name).collect();
        let is_lacking = |loaded: &&Loaded| {
            !loaded.has(&path) && !loaded.is_few && !is_loaded_below(loaded, &read) && !leads_back(loaded, &read)
        };
        let Some(lacking) = loading.iter().find(is_lacking) else { return };
        let mut relation_read = self.describe(file, call, frame, &read, lacking);
        // What a template shows is filled by each page for itself.
        if loading.iter().any(|loaded| loaded.has(&path)) && !self.facts(file).reads_call {
            // Others who call this load the relation: it may be meant that they do.
            relation_read.confidence = Confidence::Medium;
        }
        self.found.push(Found { read: relation_read, path, per: (file, self.rows_of(file, frame.source)) });
    }

    /// The loop around a call site that an object is a row of.
    fn loop_of(&self, file: FileId, call: CallId, object: OriginId) -> Option<LoopFrame> {
        let facts = self.facts(file);
        let frames = &self.context(file, call).loops;
        let frame = match facts.origin(object) {
            Origin::Element(rows) => frames.iter().find(|frame| goes_through(facts, frame, rows)),
            Origin::Part(whole, _) => match facts.origin(whole) {
                Origin::Element(rows) => frames.iter().find(|frame| goes_through(facts, frame, rows)),
                _ => None,
            },
            Origin::ClosureParameter(closure, _) => {
                frames.iter().find(|frame| frame.source == LoopSource::Closure(closure))
            }
            _ => None,
        }?;
        (frame.class == LoopClass::Data).then_some(*frame)
    }

    fn rows_of(&self, file: FileId, source: LoopSource) -> Rows {
        match source {
            LoopSource::Loop(id) => self.facts(file).loop_of(id).iterable.map_or(Rows::Turns(source), Rows::Of),
            _ => Rows::Turns(source),
        }
    }

    pub(super) fn describe(
        &mut self,
        file: FileId,
        call: CallId,
        frame: LoopFrame,
        read: &Read<'m>,
        lacking: &Loaded<'m>,
    ) -> RelationRead {
        let steps: Vec<Step<'m>> = lacking.prefix.iter().chain(&read.steps).copied().collect();
        let relation = read.steps.iter().map(|step| self.flow.resolver.text(step.name)).collect::<Vec<_>>().join(".");
        RelationRead {
            file,
            call,
            frame,
            relation,
            loader: self.loader(&steps),
            is_loaded_apart: read.steps.last().is_some_and(|step| step.relation.is_loaded_below),
            batched_by: batched_by(read),
            others: 0,
            key: self.key_read(read).unwrap_or_default(),
            made: lacking.made,
            chain: read.chain.to_vec(),
            reader: None,
            confidence: Confidence::High,
        }
    }

    /// The column of the row that a read could do with: it reads nothing but the key of the related row.
    fn key_read(&self, read: &Read<'m>) -> Option<String> {
        let [step] = read.steps[..] else { return None };
        let (file, call) = *read.chain.last()?;
        let facts = self.facts(file);
        let site = facts.call(call);
        let row = step.relation.row;
        if row.key.is_empty() || !step.relation.is_forward || step.relation.is_many || site.used != Use::Receiver {
            return None;
        }
        let related = Origin::Member(site.callee, site.name?);
        let is_key = |name: Name| row.key_members.iter().any(|key| **key == *facts.text(name));
        let reads_key = |outer: &CallSite| {
            outer.kind == CallKind::Attribute
                && outer.span.start == site.span.start
                && facts.origin(outer.callee) == related
                && outer.name.is_some_and(is_key)
        };
        let (start, end) = facts.function(facts.scope(site.scope).function).region.calls;
        let mut sites = (start..end).map(|number| facts.call(CallId(number)));
        sites.any(reads_key).then(|| row.key.replace("{name}", self.flow.resolver.text(step.name)))
    }

    /// How relations are loaded ahead, in the words of the library.
    fn loader(&self, steps: &[Step<'m>]) -> String {
        let Some(first) = steps.first() else { return String::new() };
        let row = first.relation.row;
        let is_many = steps.iter().any(|step| step.relation.is_many);
        let whole = if is_many { &row.load_many } else { &row.load_one };
        if whole.contains("{path}") {
            let names: Vec<&str> = steps.iter().map(|step| self.flow.resolver.text(step.name)).collect();
            return whole.replace("{path}", &names.join(&row.separator));
        }
        let one = |step: &Step<'m>| {
            let form = if step.relation.is_many { &row.load_many } else { &row.load_one };
            let owner = self.flow.resolver.last_name(step.relation.owner);
            form.replace("{model}", owner).replace("{name}", self.flow.resolver.text(step.name))
        };
        steps.iter().map(one).collect::<Vec<_>>().join(".")
    }

    /// A function reads a relation of its parameter: what do those who call it give?
    fn hand_to_callers(&mut self, function: FunctionRef, place: u16, read: Read<'m>) {
        if let Some(given) = self.flow.resolver.given_to_template(self.flow.files, function, place) {
            for given in given {
                if let (Form::Value, Some(call)) = (given.form, given.call) {
                    let mut read = read.clone();
                    read.chain.insert(0, (given.file, call));
                    self.follow(given.file, call, given.origin, read);
                }
            }
            return;
        }
        let callers = self.flow.callers.get(&function).cloned().unwrap_or_default();
        for (file, call) in callers {
            // What a function hands to itself leads ever further, and says nothing new.
            if read.chain.contains(&(file, call)) {
                continue;
            }
            let Some(origin) = self.flow.given(file, call, function, place) else { continue };
            let mut read = read.clone();
            read.chain.insert(0, (file, call));
            self.follow(file, call, origin, read);
        }
    }

    /// One finding for each relation and loop: the first read, with the longest way.
    fn finish(self) -> Vec<RelationRead> {
        let mut found = self.found;
        found.sort_by_key(|found| (found.read.file, found.read.call, std::cmp::Reverse(found.path.len())));
        let is_covered = |own: &Found, other: &Found| own.per == other.per && other.path.starts_with(&own.path);
        let is_first = |index: usize| {
            let own = &found[index];
            let longer = found.iter().any(|other| other.path.len() > own.path.len() && is_covered(own, other));
            !longer && !found[..index].iter().any(|other| other.path.len() == own.path.len() && is_covered(own, other))
        };
        let kept: Vec<bool> = (0..found.len()).map(is_first).collect();
        let reads_more = |own: &Found| {
            let reads_of_it = found.iter().filter(|other| is_covered(other, own) || is_covered(own, other));
            reads_of_it.into_iter().any(|other| other.read.key.is_empty())
        };
        let more: Vec<bool> = found.iter().map(reads_more).collect();
        for (own, more) in found.iter_mut().zip(more) {
            match more {
                true => own.read.key.clear(),
                // It need not be loaded.
                false => own.read.loader.clear(),
            }
        }
        let mut reads: Vec<RelationRead> =
            found.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(found, _)| found.read).collect();
        name_all_loaders(&mut reads);
        count_others(&mut reads);
        reads
    }
}

/// Does what is read come along wherever its owner is reached by another relation, and is it so here?
fn is_loaded_below(loaded: &Loaded, read: &Read) -> bool {
    let is_below = loaded.prefix.len() + read.steps.len() > 1;
    is_below && read.steps.last().is_some_and(|step| step.relation.is_loaded_below)
}

/// Is what is read that of the one object whose rows these are? What is asked anew with every read does not stay read.
fn leads_back(loaded: &Loaded, read: &Read) -> bool {
    let (Some(there), Some(first), Some(last)) = (loaded.prefix.last(), read.steps.first(), read.steps.last()) else {
        return false;
    };
    let leads_back = match there.relation.inverse {
        Some(back) => back == first.name,
        // Nobody says which way leads back, but this one may.
        None => !first.relation.is_many && first.relation.target == Some(there.relation.owner),
    };
    leads_back && !last.relation.is_manager
}

/// The settings that load what is read in batches.
fn batched_by(read: &Read) -> Vec<String> {
    let last = read.steps.last();
    last.map_or(Vec::new(), |step| step.relation.row.batched_by.iter().map(|setting| setting.to_string()).collect())
}

/// The advice for a query names all that is read of its rows in a file.
fn name_all_loaders(reads: &mut [RelationRead]) {
    let mut together: FxHashMap<(FileId, FileId, Span), Vec<String>> = FxHashMap::default();
    let key = |read: &RelationRead| (read.file, read.made.0, read.made.1);
    for read in reads.iter() {
        let loaders = together.entry(key(read)).or_default();
        if !read.loader.is_empty() && !loaders.contains(&read.loader) {
            loaders.push(read.loader.clone());
        }
    }
    for read in reads {
        if let Some(loaders) = together.get(&key(read)) {
            read.loader = joined_loaders(loaders);
        }
    }
}

/// How many relations a call site reads of the same rows beside each.
fn count_others(reads: &mut [RelationRead]) {
    let mut counts: FxHashMap<(FileId, CallId, FileId, Span), usize> = FxHashMap::default();
    let key = |read: &RelationRead| (read.file, read.call, read.made.0, read.made.1);
    for read in reads.iter() {
        *counts.entry(key(read)).or_default() += 1;
    }
    for read in reads {
        read.others = counts.get(&key(read)).map_or(0, |count| count - 1);
    }
}

/// `load("a")` and `load("b")` are `load("a", "b")`.
fn joined_loaders(loaders: &[String]) -> String {
    let mut calls: Vec<(&str, Vec<&str>)> = Vec::new();
    let goes_on = |loader: &str, other: &str| other.strip_prefix(loader).is_some_and(|rest| rest.starts_with('.'));
    for loader in loaders.iter().filter(|loader| !loaders.iter().any(|other| goes_on(loader, other))) {
        let (name, argument) = match loader.strip_suffix(')').and_then(|loader| loader.split_once("(\"")) {
            Some((name, _)) => (name, &loader[name.len() + 1..loader.len() - 1]),
            None => (loader.as_str(), ""),
        };
        match calls.iter_mut().find(|(own, _)| *own == name) {
            Some((_, arguments)) => arguments.push(argument),
            None => calls.push((name, vec![argument])),
        }
    }
    let spelled = calls.iter().map(|(name, arguments)| match arguments[..] {
        [""] => (*name).to_owned(),
        _ => format!("{name}({})", arguments.join(", ")),
    });
    spelled.collect::<Vec<_>>().join("`, `")
}

/// Does a loop go through these very rows?
fn goes_through(facts: &FileFacts, frame: &LoopFrame, rows: OriginId) -> bool {
    match frame.source {
        LoopSource::Loop(id) => facts.loop_of(id).iterable == Some(rows),
        _ => false,
    }
}

impl<'m> Resolver<'m> {
    /// Does going through a value of this type read a relation?
    fn reads_when_iterated(&mut self, id: crate::types::TypeId) -> bool {
        let symbol = self.types.get(id).name;
        let iterate = self.symbols.intern("__iter__");
        self.member_row(symbol, iterate).is_some_and(|row| row.effects.has(Effect::LazyLoad))
    }

    /// Is a path one of what the language itself brings?
    fn is_built_in(&self, path: &str) -> bool {
        let separator = self.language.profile().separator;
        self.language
            .profile()
            .implicit_modules
            .iter()
            .any(|module| path.strip_prefix(module).is_some_and(|rest| rest.starts_with(separator)))
    }

    /// The last part of a qualified name.
    pub(super) fn last_name(&self, symbol: Symbol) -> &str {
        let text = self.text(symbol);
        text.rsplit(self.language.profile().separator).next().unwrap_or(text)
    }
}
