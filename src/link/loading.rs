//! What is loaded: which relations the rows of a query bring with them, followed from where the rows are read back to
//! the query, through variables, calls, returns, parameters and the managers of classes.
//!
//! Whatever is not understood on the way makes the answer unknown. Which calls load relations ahead is data.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::infer::repeats_argument;
use super::relations::{Relation, given_member};
use super::resolve::{Resolver, Value, argument_at, locate, matched_arguments};
use super::templates::Form;
use crate::effect::Effect;
use crate::facts::*;
use crate::model::table::{Color, Laziness, Row, RowKind};
use crate::program::{FunctionRef, ProgramFile, Resolved, ResolvedCalls};
use crate::source::{FileId, Span};
use crate::syntax::{FunctionFlavor, Name, ParameterKind};
use crate::types::{Symbol, TypeId, TypeText};

/// How many steps a value is followed.
const LONGEST_WAY: usize = 40;

/// How many call sites of a function are looked at.
const MOST_CALLERS: usize = 24;

/// What a query costs that is known to give no rows.
const NO_ROWS: &str = "0q";

/// One step along a relation.
#[derive(Clone, Copy, Debug)]
pub struct Step<'m> {
    /// The attribute.
    pub name: Symbol,
    /// What it is.
    pub relation: Relation<'m>,
}

/// A way along relations, by the names of the attributes.
pub(super) type Path = SmallVec<[Symbol; 2]>;

/// What is known to be loaded with rows.
#[derive(Clone, Debug)]
pub(super) struct Loaded<'m> {
    /// Ways along relations that are loaded.
    pub paths: Vec<Path>,
    /// Relations that the query speaks of: what leads along them only is loaded, or the same for all rows.
    pub mentioned: Vec<Symbol>,
    /// From the rows of the query to these rows.
    pub prefix: Vec<Step<'m>>,
    /// Where the query is made.
    pub made: (FileId, Span),
    /// There are a few of them only.
    pub is_few: bool,
}

impl Loaded<'_> {
    /// Is a way along relations loaded?
    pub fn has(&self, path: &[Symbol]) -> bool {
        let is_mentioned = |step: &Symbol| self.mentioned.contains(step);
        self.paths.iter().any(|known| known.starts_with(path)) || !path.is_empty() && path.iter().all(is_mentioned)
    }
}

/// What may be loaded; `None`: unknown. More than one: one for each caller that is known.
pub(super) type Loading<'m> = Option<SmallVec<[Loaded<'m>; 1]>>;

/// A call that is being followed into its function.
#[derive(Clone, Copy)]
pub(super) struct Frame<'f> {
    file: FileId,
    call: CallId,
    function: FunctionRef,
    outer: Option<&'f Frame<'f>>,
}

/// Where rows come from that a class shows.
#[derive(Clone, Copy)]
pub(super) enum RowsFrom {
    /// From this value.
    Rows(OriginId),
    /// From what the class gives by default.
    Class(Symbol),
}

/// Follows values backwards.
pub(super) struct Flow<'a, 'm> {
    pub files: &'a [ProgramFile],
    pub resolved: &'a ResolvedCalls<'m>,
    pub resolver: &'a mut Resolver<'m>,
    /// The call sites of each function.
    pub callers: FxHashMap<FunctionRef, Vec<(FileId, CallId)>>,
    /// The rows that methods of renderers are given, one by one, by one of their parameters.
    pub rendered: FxHashMap<(FunctionRef, u16), Vec<(FileId, RowsFrom)>>,
    /// Calls that load relations of rows which are there already, by file.
    later: FxHashMap<FileId, Vec<CallId>>,
    /// The last names of relations that are somewhere loaded with a query of their own: what is asked of such a relation
    /// starts from that query.
    with_own_rows: FxHashSet<String>,
    steps: usize,
    depth: usize,
}

impl<'a, 'm> Flow<'a, 'm> {
    pub fn new(files: &'a [ProgramFile], resolved: &'a ResolvedCalls<'m>, resolver: &'a mut Resolver<'m>) -> Self {
        let mut callers: FxHashMap<FunctionRef, Vec<(FileId, CallId)>> = FxHashMap::default();
        let mut later: FxHashMap<FileId, Vec<CallId>> = FxHashMap::default();
        let mut with_own_rows = FxHashSet::default();
        for (file, source) in files.iter().enumerate() {
            for call in 0..source.facts.calls.len() {
                let resolved = resolved.get(FileId(file as u32), CallId(call as u32));
                let loads = resolved.row().filter(|row| row.kind == RowKind::Function).and_then(|row| row.loads);
                if loads.is_some_and(|first| first > 0) {
                    later.entry(FileId(file as u32)).or_default().push(CallId(call as u32));
                }
                let builds = resolved.row().filter(|row| row.kind == RowKind::Constructor).and_then(|row| row.loads);
                if builds.is_some() {
                    let facts = &files[file].facts;
                    let arguments = facts.arguments_of(&facts.calls[call]);
                    let name = arguments.first().and_then(|first| facts.literal_text(first.origin));
                    let last = name.map(|name| last_name(name, &resolver.models.relation_separators()));
                    with_own_rows.extend(last.filter(|_| arguments.len() > 1).map(str::to_owned));
                }
                for function in resolved.functions() {
                    let known = callers.entry(function).or_default();
                    if known.len() < MOST_CALLERS {
                        known.push((FileId(file as u32), CallId(call as u32)));
                    }
                }
            }
        }
        Flow {
            files,
            resolved,
            resolver,
            callers,
            rendered: FxHashMap::default(),
            later,
            with_own_rows,
            steps: 0,
            depth: 0,
        }
    }

    fn facts(&self, file: FileId) -> &'a FileFacts {
        &self.files[file.0 as usize].facts
    }

    fn resolved(&self, file: FileId, call: CallId) -> &'a Resolved<'m> {
        self.resolved.get(file, call)
    }

    /// Where a value comes from; looking up an attribute that is no call is reading it.
    pub fn origin(&self, file: FileId, origin: OriginId) -> Origin {
        let facts = self.facts(file);
        let found = facts.origin(origin);
        let Origin::Call(call) = found else { return found };
        let site = facts.call(call);
        match (site.kind, site.name) {
            (CallKind::Attribute, Some(name)) if !self.is_called(file, call) => Origin::Member(site.callee, name),
            _ => found,
        }
    }

    /// Does looking up an attribute call it?
    pub fn is_called(&self, file: FileId, call: CallId) -> bool {
        let resolved = self.resolved(file, call);
        resolved.row().is_some_and(|row| row.kind == RowKind::Method)
            || resolved.functions().any(|function| {
                let (file, id) = locate(self.files, function);
                !self.facts(file).function(id).flavor.is_property()
            })
    }

    /// The type of a value, when there is just one.
    pub fn type_of(&mut self, file: FileId, origin: OriginId) -> Option<TypeId> {
        self.resolver.infer(self.files, file, origin).instance()
    }

    /// The relation that is read as an attribute of a value.
    pub fn relation_of(&mut self, file: FileId, owner: OriginId, name: Name) -> Option<Step<'m>> {
        let id = self.type_of(file, owner)?;
        let class = self.resolver.types.get(id).name;
        let name = self.resolver.name_symbol(self.files, file, name);
        let relation = self.resolver.relation(self.files, class, name)?;
        Some(Step { name, relation })
    }

    /// The relation that a value is the other end of, as a member or by a method that gives one, and of what.
    pub fn relation_at(&mut self, file: FileId, origin: OriginId) -> Option<(OriginId, Step<'m>)> {
        match self.origin(file, origin) {
            Origin::Ascribed(_, inner) => self.relation_at(file, inner),
            Origin::Member(owner, name) => Some((owner, self.relation_of(file, owner, name)?)),
            Origin::Call(call) => {
                let callee = self.facts(file).call(call).callee;
                Some((callee, self.relation_given(file, call)?))
            }
            _ => None,
        }
    }

    /// The relation that a method gives which does nothing else.
    fn relation_given(&mut self, file: FileId, call: CallId) -> Option<Step<'m>> {
        self.facts(file).call(call).name?;
        let (class, name) = self.member_given(file, call)?;
        let relation = self.resolver.relation(self.files, class, name)?;
        Some(Step { name, relation })
    }

    /// The class, and the member of it, that a method gives which does nothing else.
    pub fn member_given(&mut self, file: FileId, call: CallId) -> Option<(Symbol, Symbol)> {
        let mut functions = self.resolved(file, call).functions();
        let (Some(function), None) = (functions.next(), functions.next()) else { return None };
        let (file, method) = locate(self.files, function);
        let facts = self.facts(file);
        let name = given_member(facts, method)?;
        let class = self.resolver.class_symbol(file, facts.function(method).class?)?;
        Some((class, self.resolver.name_symbol(self.files, file, name)))
    }

    /// The relation that an attribute of a value of unknown type must be.
    fn relation_named(&mut self, file: FileId, owner: OriginId, name: Name) -> Option<Step<'m>> {
        if !self.resolver.infer(self.files, file, owner).list.is_empty() {
            return None;
        }
        let name = self.resolver.name_symbol(self.files, file, name);
        let relation = self.resolver.relation_named(self.files, file, owner, name)?;
        Some(Step { name, relation })
    }

    /// Can a value have this relation? Yes, when its type is not known.
    pub fn may_have(&mut self, file: FileId, object: OriginId, step: Step<'m>) -> bool {
        match self.type_of(file, object) {
            Some(id) => {
                let class = self.resolver.types.get(id).name;
                let own = self.resolver.relation(self.files, class, step.name);
                own.is_some_and(|own| own.owner == step.relation.owner)
            }
            None => true,
        }
    }

    /// What is loaded with an object. Starts a new question.
    pub fn loaded_with(&mut self, file: FileId, origin: OriginId) -> Loading<'m> {
        self.steps = 0;
        self.depth = 0;
        self.object(file, origin, None)
    }

    /// What is loaded with each of some rows. Starts a new question.
    pub fn loaded_with_rows(&mut self, file: FileId, rows: OriginId) -> Loading<'m> {
        self.steps = 0;
        self.depth = 0;
        self.rows(file, rows, None)
    }

    /// What is loaded with the rows of a class. Starts a new question.
    pub fn loaded_with_rows_of(&mut self, class: Symbol, made: (FileId, Span)) -> Loading<'m> {
        self.steps = 0;
        self.depth = 0;
        self.rows_of_class(class, made)
    }

    fn follow(&mut self, step: impl FnOnce(&mut Self) -> Loading<'m>) -> Loading<'m> {
        self.steps += 1;
        if self.depth >= LONGEST_WAY || self.steps > 40 * LONGEST_WAY {
            return None;
        }
        self.depth += 1;
        let loading = step(self);
        self.depth -= 1;
        loading
    }

    // ---- one object ---------------------------------------------------------------------------------------------

    fn object(&mut self, file: FileId, origin: OriginId, frame: Option<&Frame>) -> Loading<'m> {
        self.follow(|flow| flow.object_here(file, origin, frame))
    }

    fn object_here(&mut self, file: FileId, origin: OriginId, frame: Option<&Frame>) -> Loading<'m> {
        let facts = self.facts(file);
        match self.origin(file, origin) {
            Origin::Element(rows) | Origin::Item(rows) => self.rows(file, rows, frame),
            Origin::Part(whole, place) => self.part(file, whole, place, frame),
            Origin::Ascribed(_, inner) | Origin::Await(inner) | Origin::Borrowed(inner) | Origin::Propagated(inner) => {
                self.object(file, inner, frame)
            }
            Origin::Join(start, end) => {
                self.joined(file, facts.origin_list(start, end), frame, |flow, member| flow.object(file, member, frame))
            }
            Origin::Member(owner, name) => {
                let step = self.relation_of(file, owner, name)?;
                if step.relation.is_many {
                    return None;
                }
                let loading = self.object(file, owner, frame)?;
                Some(loading.into_iter().map(|loaded| below(loaded, step)).collect())
            }
            Origin::Parameter(function, place) => {
                self.argument(file, function, place, frame, |flow, file, origin, frame| {
                    flow.object(file, origin, frame)
                })
            }
            Origin::ClosureParameter(closure, 0) => self.closure_parameter(file, closure, frame),
            Origin::Call(call) => self.object_of_call(file, call, frame),
            _ => None,
        }
    }

    fn object_of_call(&mut self, file: FileId, call: CallId, frame: Option<&Frame>) -> Loading<'m> {
        let resolved = self.resolved(file, call);
        if let Some(row) = resolved.row() {
            if !is_plain_read(row) {
                return None;
            }
            if row.loads_mentioned {
                return self.rows_mentioning(file, call, row);
            }
            return match row.returns.as_ref() {
                "self.model" | "T" => self.rows(file, self.facts(file).call(call).callee, frame),
                "arg0.model" => self.first_argument_rows(file, call, frame),
                "item0" => self.rows(file, self.argument_origin(file, call, 0)?, frame),
                _ => None,
            };
        }
        self.returned(file, call, frame, |flow, file, origin, frame| flow.object(file, origin, frame))
    }

    /// An element of what a call puts together from the elements of others: `enumerate(rows)`, `zip(rows, others)`.
    fn part(&mut self, file: FileId, whole: OriginId, place: u16, frame: Option<&Frame>) -> Loading<'m> {
        let Origin::Element(source) = self.origin(file, whole) else { return None };
        let Origin::Call(call) = self.origin(file, source) else { return None };
        let row = self.resolved(file, call).row()?;
        let returns = TypeText::parse(&row.returns);
        let part = returns.arguments.first()?.arguments.get(place as usize)?.name;
        let argument = match part {
            "item0" => 0,
            "item1" => 1,
            _ => return None,
        };
        self.rows(file, self.argument_origin(file, call, argument)?, frame)
    }

    fn closure_parameter(&mut self, file: FileId, closure: ClosureId, frame: Option<&Frame>) -> Loading<'m> {
        let facts = self.facts(file);
        let (call, at) = facts.closure(closure).given_to?;
        let row = self.resolved(file, call).row()?;
        if !repeats_argument(facts, row, at, facts.closure(closure).keyword) {
            return None;
        }
        let site = facts.call(call);
        let source = match row.kind {
            RowKind::Method => site.callee,
            _ => {
                let others = facts.arguments_of(site).iter().enumerate();
                others.filter(|(place, _)| *place as u16 != at).map(|(_, argument)| argument.origin).next()?
            }
        };
        self.rows(file, source, frame)
    }

    // ---- rows ---------------------------------------------------------------------------------------------------

    fn rows(&mut self, file: FileId, origin: OriginId, frame: Option<&Frame>) -> Loading<'m> {
        let mut loading = self.follow(|flow| flow.rows_here(file, origin, frame))?;
        let later = self.loaded_later(file, origin, frame);
        for loaded in &mut loading {
            loaded.paths.extend(later.clone()?);
        }
        Some(loading)
    }

    fn rows_here(&mut self, file: FileId, origin: OriginId, frame: Option<&Frame>) -> Loading<'m> {
        let facts = self.facts(file);
        match self.origin(file, origin) {
            Origin::Slice(inner, length) => {
                let is_few = length.is_some_and(|length| length <= FEW);
                let mut loading = self.rows(file, inner, frame)?;
                loading.iter_mut().for_each(|loaded| loaded.is_few |= is_few);
                Some(loading)
            }
            Origin::Ascribed(_, inner) | Origin::Await(inner) | Origin::Borrowed(inner) | Origin::Propagated(inner) => {
                self.rows(file, inner, frame)
            }
            Origin::Operation(_, left) => self.rows(file, left, frame),
            Origin::Join(start, end) => {
                self.joined(file, facts.origin_list(start, end), frame, |flow, member| flow.rows(file, member, frame))
            }
            Origin::Collection(_, Some(element), None) | Origin::Generator(element) => {
                self.object(file, element, frame)
            }
            Origin::Call(call) => self.rows_of_call(file, call, frame),
            Origin::Member(owner, name) => self.rows_of_member(file, owner, name, frame),
            Origin::Parameter(function, place) => {
                self.argument(file, function, place, frame, |flow, file, origin, frame| flow.rows(file, origin, frame))
            }
            Origin::Global(module, name) => {
                let definitions = &facts.modules[module.index()].definitions;
                let mut own = definitions.iter().filter(|(own, _)| *own == name);
                match (own.next(), own.next()) {
                    (Some((_, origin)), None) => self.rows(file, *origin, None),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn rows_of_call(&mut self, file: FileId, call: CallId, frame: Option<&Frame>) -> Loading<'m> {
        let facts = self.facts(file);
        let site = facts.call(call);
        let resolved = self.resolved(file, call);
        let Some(row) = resolved.row() else {
            if resolved.targets.is_empty() {
                return self.fresh_rows(file, call);
            }
            return self.returned(file, call, frame, |flow, file, origin, frame| flow.rows(file, origin, frame));
        };
        if !is_plain_read(row) {
            return None;
        }
        if row.cost == NO_ROWS {
            return Some(SmallVec::new());
        }
        if row.loads_mentioned {
            return self.rows_mentioning(file, call, row);
        }
        if row.effects.has(Effect::Prefetches) && row.loads.is_none() {
            return None;
        }
        let returns = TypeText::parse(&row.returns);
        let is_method = site.name.is_some() && matches!(row.kind, RowKind::Method);
        if mentions(&returns, &["item0"]) {
            return self.rows(file, self.argument_origin(file, call, 0)?, frame);
        }
        if mentions(&returns, &["item1"]) {
            return self.rows(file, self.argument_origin(file, call, 1)?, frame);
        }
        if mentions(&returns, &["arg0.model"]) {
            return self.first_argument_rows(file, call, frame);
        }
        if mentions(&returns, &["shown.model"]) {
            return self.shown_rows(file, call);
        }
        if mentions(&returns, &["super"]) {
            return self.inherited_rows(file, call, frame);
        }
        if is_method
            && row.laziness != Laziness::Conditional
            && let Some(step) = self.related_manager(file, site.callee)
        {
            // What is asked of a relation anew does not come from what was loaded.
            let asked = self.rows_asked_of(file, step, site.span)?;
            return self.with_named(file, call, row, asked, frame);
        }
        if !is_method || !mentions(&returns, &["Self", "self.model", "T"]) {
            return None;
        }
        // Asked of a class itself: `Order.select()`.
        let mut loading = match self.resolver.infer(self.files, file, site.callee).list[..] {
            [Value::Item(class)] => self.rows_of_class(class, (file, site.span)),
            _ => self.rows(file, site.callee, frame),
        }?;
        for loaded in loading.iter_mut().filter(|loaded| loaded.made.1.is_empty()) {
            loaded.made = (file, site.span);
        }
        self.with_named(file, call, row, loading, frame)
    }

    /// Rows, and what a call names to be loaded with them.
    fn with_named(
        &mut self,
        file: FileId,
        call: CallId,
        row: &Row,
        loading: SmallVec<[Loaded<'m>; 1]>,
        frame: Option<&Frame>,
    ) -> Loading<'m> {
        let Some(first) = row.loads else { return Some(loading) };
        let paths = self.paths_named(file, call, first as usize, frame)?;
        let add = |mut loaded: Loaded<'m>| {
            loaded.paths.extend(paths.iter().cloned());
            loaded
        };
        Some(loading.into_iter().map(add).collect())
    }

    /// Rows of a query, and the relations that its statement, or its declaration, speaks of.
    fn rows_mentioning(&mut self, file: FileId, call: CallId, row: &Row) -> Loading<'m> {
        let facts = self.facts(file);
        let site = facts.call(call);
        let mut texts: Vec<&str> = Vec::new();
        if let Some(place) = &row.sends {
            texts.push(facts.literal_text(argument_at(facts, call, place)?.origin)?);
        }
        // What is given may say more than which rows are meant.
        let is_plain = |argument: &Argument| !matches!(facts.origin(argument.origin), Origin::Closure(_));
        if !facts.arguments_of(site).iter().all(is_plain) {
            return None;
        }
        let mut name = "";
        if let Some((declaring, declaration)) = self.declaration_called(file, call) {
            let declaring_facts = self.facts(declaring);
            name = declaring_facts.text(declaring_facts.function(declaration).name);
            for decorator in &declaring_facts.function(declaration).decorators {
                self.texts_of_decorator(declaring, *decorator, &mut texts)?;
            }
        }
        let is_mentioned = |own: &str| texts.iter().any(|text| has_word(text, own)) || has_part(name, own);
        let names = self.resolver.relation_names().into_iter();
        let mut loaded = nothing_loaded((file, site.span));
        loaded.mentioned = names.filter(|own| is_mentioned(self.resolver.text(*own))).collect();
        Some(smallvec![loaded])
    }

    /// The method of the program, written by a library, that a call site calls.
    fn declaration_called(&mut self, file: FileId, call: CallId) -> Option<(FileId, FunctionId)> {
        let name = self.facts(file).call(call).name?;
        let receiver = self.resolved(file, call).receiver?;
        let class = self.resolver.types.get(receiver).name;
        let member = self.resolver.name_symbol(self.files, file, name);
        self.resolver.method(self.files, class, member)
    }

    /// The texts that a decorator is given. `None`: what it says stands elsewhere.
    fn texts_of_decorator(&mut self, file: FileId, decorator: OriginId, texts: &mut Vec<&'a str>) -> Option<()> {
        let facts = self.facts(file);
        let Origin::Call(call) = facts.origin(decorator) else { return Some(()) };
        let row = self.resolved(file, call).row();
        let is_loader = row.is_some_and(|row| row.effects.has(Effect::Prefetches));
        if !is_loader && row.is_none_or(|row| !row.effects.has(Effect::DbQuery)) {
            return Some(());
        }
        for argument in facts.arguments_of(facts.call(call)) {
            if is_loader && argument.keyword.is_none() {
                return None;
            }
            for member in facts.members_of(argument.origin) {
                match facts.literal_text(member) {
                    Some(text) => texts.push(text),
                    // Whatever else a query is told under a name is not what it asks for.
                    None if argument.keyword.is_some() && !is_loader => {}
                    None => return None,
                }
            }
        }
        Some(())
    }

    /// A class of rows that is made on the spot.
    fn fresh_rows(&mut self, file: FileId, call: CallId) -> Loading<'m> {
        let span = self.facts(file).call(call).span;
        let resolution = self.resolver.call(self.files, file, call);
        let (callee, made) = (resolution.callee(), resolution.results().instance()?);
        let is_made_here = callee == Some(self.resolver.types.get(made).name);
        (is_made_here && self.resolver.is_of_class(self.files, made)).then(|| smallvec![nothing_loaded((file, span))])
    }

    /// The rows of the method around a call, as the class that it inherits from sees them.
    fn inherited_rows(&mut self, file: FileId, call: CallId, frame: Option<&Frame>) -> Loading<'m> {
        let facts = self.facts(file);
        let site = facts.call(call);
        let id = self.resolver.call(self.files, file, call).results().instance()?;
        if self.resolver.makes_rows(self.files, id) {
            return self.manager_rows(id, (file, site.span));
        }
        let function = facts.scope(site.scope).function;
        self.argument(file, function, 0, frame, |flow, file, origin, frame| flow.rows(file, origin, frame))
    }

    /// The relation to many that rows are asked of.
    fn related_manager(&mut self, file: FileId, rows: OriginId) -> Option<Step<'m>> {
        match self.origin(file, rows) {
            Origin::Member(owner, name) => {
                let step = self.relation_of(file, owner, name).or_else(|| self.relation_named(file, owner, name))?;
                step.relation.is_manager.then_some(step)
            }
            Origin::Call(call) => {
                let row = self.resolved(file, call).row()?;
                let is_view = row.laziness == Laziness::Conditional && !row.effects.has(Effect::LazyLoad);
                is_view.then(|| self.related_manager(file, self.facts(file).call(call).callee)).flatten()
            }
            _ => None,
        }
    }

    /// Rows that are asked of a relation, whatever was loaded with its owner.
    fn rows_asked_of(&mut self, file: FileId, step: Step<'m>, made: Span) -> Loading<'m> {
        if self.with_own_rows.contains(self.resolver.text(step.name)) {
            return None;
        }
        let mut loaded = nothing_loaded((file, made));
        if let Some(manager) = self.default_manager_of(step) {
            loaded.paths = self.manager_rows(manager, loaded.made)?.into_iter().flat_map(|own| own.paths).collect();
        }
        // The rows know the one that they were asked of.
        loaded.paths.extend(step.relation.inverse.map(|inverse| smallvec![inverse]));
        Some(smallvec![loaded])
    }

    fn default_manager_of(&mut self, step: Step<'m>) -> Option<TypeId> {
        self.resolver.default_manager(self.files, step.relation.target?)
    }

    /// The rows of a class that is named, or of what is given in its place.
    fn first_argument_rows(&mut self, file: FileId, call: CallId, frame: Option<&Frame>) -> Loading<'m> {
        let span = self.facts(file).call(call).span;
        let origin = self.argument_origin(file, call, 0)?;
        match self.resolver.infer(self.files, file, origin).list[..] {
            [Value::Item(class)] => self.rows_of_class(class, (file, span)),
            _ => self.rows(file, origin, frame),
        }
    }

    /// The rows that the class around a call says it shows.
    fn shown_rows(&mut self, file: FileId, call: CallId) -> Loading<'m> {
        let span = self.facts(file).call(call).span;
        let class = self.resolver.class_around(self.files, file, call)?;
        let view = self.resolver.view(self.files, class)?;
        let field = self.resolver.symbols.intern(&view.rows);
        match self.resolver.only_field(self.files, class, field) {
            Some((file, origin)) => self.rows(file, origin, None),
            None => {
                let model = self.resolver.shown_model(self.files, class)?;
                self.rows_of_class(model, (file, span))
            }
        }
    }

    /// Rows, or those of the class that is named in their place.
    fn rows_named(&mut self, file: FileId, origin: OriginId, made: Span) -> Loading<'m> {
        match self.resolver.infer(self.files, file, origin).list[..] {
            [Value::Item(class)] => self.rows_of_class(class, (file, made)),
            _ => self.rows(file, origin, None),
        }
    }

    /// The rows of a class, as it gives them by default.
    fn rows_of_class(&mut self, class: Symbol, made: (FileId, Span)) -> Loading<'m> {
        match self.resolver.default_manager(self.files, class) {
            Some(manager) => self.manager_rows(manager, made),
            None => Some(smallvec![nothing_loaded(made)]),
        }
    }

    fn rows_of_member(&mut self, file: FileId, owner: OriginId, name: Name, frame: Option<&Frame>) -> Loading<'m> {
        if let Some(step) = self.relation_of(file, owner, name) {
            return self.related_rows(file, owner, step, frame);
        }
        let member = self.resolver.name_symbol(self.files, file, name);
        let [value] = self.resolver.infer(self.files, file, owner).list[..] else { return None };
        match value {
            Value::Item(class) => {
                let id = self.resolver.member(self.files, Value::Item(class), member).instance()?;
                self.manager_rows(id, (file, self.span_of_read(file, owner, name)))
            }
            Value::Instance(id) => {
                let class = self.resolver.types.get(id).name;
                if let Some((file, function)) = self.resolver.method(self.files, class, member) {
                    let property = self.facts(file).function(function);
                    let is_property = property.flavor.is_property();
                    let returns = property.returns.clone();
                    let [only] = returns[..] else { return None };
                    return if is_property { self.rows(file, only, None) } else { None };
                }
                if self.resolver.definition(class).is_none() {
                    let row = self.resolver.member_row(class, member)?;
                    let is_view = mentions(&TypeText::parse(&row.returns), &["T"]);
                    return if is_view { self.rows(file, owner, frame) } else { None };
                }
                let (file, origin) = self.resolver.only_field(self.files, class, member)?;
                self.rows(file, origin, None)
            }
            _ => None,
        }
    }

    /// Where a member is read, for a label.
    fn span_of_read(&self, file: FileId, owner: OriginId, name: Name) -> Span {
        let reads = self.facts(file).calls.iter();
        let mut reads =
            reads.filter(|site| site.kind == CallKind::Attribute && site.callee == owner && site.name == Some(name));
        reads.next().map(|site| site.span).unwrap_or_default()
    }

    /// The rows at the other end of a relation to many.
    fn related_rows(&mut self, file: FileId, owner: OriginId, step: Step<'m>, frame: Option<&Frame>) -> Loading<'m> {
        if !step.relation.is_many {
            return None;
        }
        let loading = self.object(file, owner, frame)?;
        let mut rows = SmallVec::new();
        for loaded in loading {
            let is_loaded = loaded.has(&[step.name]);
            let mut below = below(loaded, step);
            // They come from what the class gives by default.
            if !is_loaded && let Some(manager) = self.default_manager_of(step) {
                let own = self.manager_rows(manager, below.made)?;
                below.paths.extend(own.into_iter().flat_map(|own| own.paths));
            }
            // The rows know the one that they were asked from.
            if let Some(inverse) = step.relation.inverse {
                below.paths.push(smallvec![inverse]);
            }
            rows.push(below);
        }
        Some(rows)
    }

    /// The rows that a class of rows starts from.
    fn manager_rows(&mut self, id: TypeId, made: (FileId, Span)) -> Loading<'m> {
        if !self.resolver.is_of_class(self.files, id) {
            return None;
        }
        let class = self.resolver.types.get(id).name;
        let Some(function) = self.resolver.rows_maker(self.files, class) else {
            return Some(smallvec![nothing_loaded(made)]);
        };
        let loading = self.follow(|flow| {
            flow.returned_from(function, None, |flow, file, origin, frame| flow.rows(file, origin, frame))
        })?;
        Some(loading.into_iter().map(|loaded| Loaded { made, ..loaded }).collect())
    }

    // ---- ways between functions ---------------------------------------------------------------------------------

    /// All values must be known; what one of them has counts for all.
    fn joined(
        &mut self,
        file: FileId,
        members: &[OriginId],
        _frame: Option<&Frame>,
        mut follow: impl FnMut(&mut Self, OriginId) -> Loading<'m>,
    ) -> Loading<'m> {
        let mut all: Option<Loaded<'m>> = None;
        for member in members {
            if matches!(self.facts(file).origin(*member), Origin::Null) {
                continue;
            }
            for loaded in follow(self, *member)? {
                match &mut all {
                    Some(all) => {
                        all.paths.extend(loaded.paths);
                        all.mentioned.extend(loaded.mentioned);
                        all.is_few &= loaded.is_few;
                    }
                    None => all = Some(loaded),
                }
            }
        }
        all.map(|all| smallvec![all])
    }

    /// What a parameter is given: by the call that is being followed, or by all calls that are known.
    fn argument(
        &mut self,
        file: FileId,
        function: FunctionId,
        place: u16,
        frame: Option<&Frame>,
        mut follow: impl FnMut(&mut Self, FileId, OriginId, Option<&Frame>) -> Loading<'m>,
    ) -> Loading<'m> {
        let reference = super::resolve::function_ref(self.files, file, function);
        if let Some(frame) = frame.filter(|frame| frame.function == reference) {
            let origin = self.given(frame.file, frame.call, reference, place)?;
            return follow(self, frame.file, origin, frame.outer);
        }
        let is_receiver =
            self.facts(file).function(function).parameters.get(place as usize)?.kind == ParameterKind::Receiver;
        if is_receiver {
            // A class of rows that is asked from inside starts from what it makes.
            let class = self.facts(file).function(function).class?;
            let class = self.resolver.class_symbol(file, class)?;
            let own = self.resolver.receiver_of_rows(self.files, class);
            if self.resolver.is_of_class(self.files, own) {
                return None;
            }
        }
        let callers = self.callers.get(&reference).cloned().unwrap_or_default();
        let mut found: SmallVec<[Loaded<'m>; 1]> = SmallVec::new();
        if let Some(given) = self.resolver.given_to_template(self.files, reference, place) {
            for given in given {
                let loading = match given.form {
                    Form::Value => follow(self, given.file, given.origin, None),
                    Form::Row | Form::Rows => self.rows_named(given.file, given.origin, given.made),
                };
                found.extend(loading.unwrap_or_default());
            }
            return (!found.is_empty()).then_some(found);
        }
        for (file, call) in callers {
            if self.files[file.0 as usize].is_side_code {
                continue;
            }
            if let Some(origin) = self.given(file, call, reference, place)
                && let Some(loading) = follow(self, file, origin, None)
            {
                found.extend(loading);
            }
        }
        for (file, rows) in self.rendered.get(&(reference, place)).cloned().unwrap_or_default() {
            let loading = match rows {
                RowsFrom::Rows(rows) => self.rows(file, rows, None),
                RowsFrom::Class(class) => self.rows_of_class(class, (file, Span::default())),
            };
            found.extend(loading.unwrap_or_default());
        }
        (!found.is_empty()).then_some(found)
    }

    /// What a call gives to a parameter of a function.
    pub fn given(&mut self, file: FileId, call: CallId, function: FunctionRef, place: u16) -> Option<OriginId> {
        let facts = self.facts(file);
        let site = facts.call(call);
        let (callee_file, callee) = locate(self.files, function);
        let callee_facts = self.facts(callee_file);
        let parameter = callee_facts.function(callee).parameters.get(place as usize)?;
        if parameter.kind == ParameterKind::Receiver {
            if site.kind == CallKind::Format {
                return Some(site.callee);
            }
            if let Some(row) = self.resolved(file, call).row().filter(|row| !row.calls_member.is_empty()) {
                let mut arguments = facts.arguments_of(site).iter().filter(|argument| !argument.is_spread);
                let is_asked = |argument: &&Argument| {
                    self.resolver.member_of_argument(self.files, file, argument.origin, row) == Some(function)
                };
                return arguments.find(is_asked).map(|argument| argument.origin);
            }
            site.name?;
            let flavor = callee_facts.function(callee).flavor;
            // `Order::title`, `Order.title(order)`: a method that is asked of its class is given the object.
            let mut is_of_class =
                || matches!(self.resolver.infer(self.files, file, site.callee).list[..], [Value::Item(_)]);
            return match flavor == FunctionFlavor::Plain && is_of_class() {
                true => self.argument_origin(file, call, 0),
                false => Some(site.callee),
            };
        }
        let pairs = matched_arguments(facts, site, callee_facts, callee);
        let (argument, _) = pairs.into_iter().find(|(_, parameter)| *parameter == place)?;
        Some(facts.arguments_of(site)[argument].origin)
    }

    fn returned(
        &mut self,
        file: FileId,
        call: CallId,
        frame: Option<&Frame>,
        follow: impl FnMut(&mut Self, FileId, OriginId, Option<&Frame>) -> Loading<'m>,
    ) -> Loading<'m> {
        let mut functions = self.resolved(file, call).functions();
        let (Some(function), None) = (functions.next(), functions.next()) else { return None };
        let inner = Frame { file, call, function, outer: frame };
        self.returned_from(function, Some(&inner), follow)
    }

    fn returned_from(
        &mut self,
        function: FunctionRef,
        frame: Option<&Frame>,
        mut follow: impl FnMut(&mut Self, FileId, OriginId, Option<&Frame>) -> Loading<'m>,
    ) -> Loading<'m> {
        let (file, id) = locate(self.files, function);
        let facts = self.facts(file);
        let function = facts.function(id);
        if !function.yields.is_empty() {
            return self.joined(file, &function.yields, frame, |flow, origin| flow.object(file, origin, frame));
        }
        self.joined(file, &function.returns, frame, |flow, origin| follow(flow, file, origin, frame))
    }

    // ---- what calls load ----------------------------------------------------------------------------------------

    fn argument_origin(&self, file: FileId, call: CallId, position: usize) -> Option<OriginId> {
        let facts = self.facts(file);
        let arguments = facts.arguments_of(facts.call(call));
        let argument = arguments.iter().filter(|argument| argument.keyword.is_none()).nth(position)?;
        (!argument.is_spread).then_some(argument.origin)
    }

    /// Relations that are loaded for rows that were there already; `None` when a call may load anything.
    fn loaded_later(&mut self, file: FileId, origin: OriginId, frame: Option<&Frame>) -> Option<Vec<Path>> {
        let facts = self.facts(file);
        let mut paths = Vec::new();
        for call in self.later.get(&file).cloned().unwrap_or_default() {
            let Some(first) = self.resolved(file, call).row().and_then(|row| row.loads) else { continue };
            if facts.arguments_of(facts.call(call)).first().is_some_and(|argument| argument.origin == origin) {
                paths.extend(self.paths_named(file, call, first as usize, frame)?);
            }
        }
        Some(paths)
    }

    /// The relations that the arguments of a loading call name, from the argument at `first` on.
    fn paths_named(&mut self, file: FileId, call: CallId, first: usize, frame: Option<&Frame>) -> Option<Vec<Path>> {
        let facts = self.facts(file);
        let arguments = facts.arguments_of(facts.call(call));
        let named: Vec<&Argument> =
            arguments.iter().filter(|argument| argument.keyword.is_none()).skip(first).collect();
        if named.is_empty() {
            // Without arguments everything may be meant.
            return None;
        }
        let mut paths = Vec::new();
        for argument in named {
            match argument.is_spread {
                true => {
                    let list = self.tuple_of(file, argument.origin)?;
                    for origin in list {
                        paths.extend(self.path_named(file, origin, frame)?);
                    }
                }
                false => paths.extend(self.path_named(file, argument.origin, frame)?),
            }
        }
        Some(paths)
    }

    fn tuple_of(&self, file: FileId, origin: OriginId) -> Option<Vec<OriginId>> {
        let facts = self.facts(file);
        match self.origin(file, origin) {
            Origin::Tuple(start, end) => Some(facts.origin_list(start, end).to_vec()),
            Origin::Global(module, name) => {
                let definitions = &facts.modules[module.index()].definitions;
                let mut own = definitions.iter().filter(|(own, _)| *own == name);
                match (own.next(), own.next()) {
                    (Some((_, origin)), None) => match facts.origin(*origin) {
                        Origin::Tuple(start, end) => Some(facts.origin_list(start, end).to_vec()),
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(super) fn path_named(&mut self, file: FileId, origin: OriginId, frame: Option<&Frame>) -> Option<Vec<Path>> {
        let facts = self.facts(file);
        match self.origin(file, origin) {
            Origin::String(Some(text)) => {
                let text = facts.strings[text.0 as usize].to_string();
                let separators = self.resolver.models.relation_separators();
                let mut path = Path::new();
                let mut parts = vec![text.as_str()];
                for separator in separators {
                    parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
                }
                for part in parts {
                    path.push(self.resolver.symbols.intern(part));
                }
                Some(vec![path])
            }
            Origin::Member(_, name) => Some(vec![smallvec![self.resolver.name_symbol(self.files, file, name)]]),
            Origin::Call(call) => {
                let row: &Row = self.resolved(file, call).row()?;
                let Some(first) = row.loads else { return Some(Vec::new()) };
                let site = facts.call(call);
                // What is loaded under another name is not what the attribute reads; what leads there is.
                let arguments = facts.arguments_of(site);
                let is_renamed = arguments.iter().any(|argument| {
                    argument.keyword.is_some() && matches!(facts.origin(argument.origin), Origin::String(_))
                });
                if is_renamed {
                    let mut paths = self.path_named(file, self.argument_origin(file, call, first as usize)?, frame)?;
                    for path in &mut paths {
                        path.pop();
                    }
                    paths.retain(|path| !path.is_empty());
                    return Some(paths);
                }
                let named = self.paths_named_once(file, call, first as usize, frame)?;
                // `first(…).then(…)`: one below the other.
                let outer = match (site.name, facts.origin(site.callee)) {
                    (Some(_), Origin::Call(_)) => self.path_named(file, site.callee, frame)?,
                    _ => vec![Path::new()],
                };
                let last = outer.last().cloned().unwrap_or_default();
                let mut paths = outer;
                paths.extend(named.into_iter().map(|path| last.iter().copied().chain(path).collect::<Path>()));
                paths.retain(|path| !path.is_empty());
                Some(paths)
            }
            Origin::Ascribed(_, inner) => self.path_named(file, inner, frame),
            _ => None,
        }
    }

    /// The relations that one loading option names; rows that it is given say what is loaded below.
    fn paths_named_once(
        &mut self,
        file: FileId,
        call: CallId,
        first: usize,
        frame: Option<&Frame>,
    ) -> Option<Vec<Path>> {
        let facts = self.facts(file);
        let arguments = facts.arguments_of(facts.call(call));
        let mut paths: Vec<Path> = Vec::new();
        for (position, argument) in arguments.iter().enumerate().skip(first) {
            let is_rows =
                self.type_of(file, argument.origin).is_some_and(|id| self.resolver.is_of_class(self.files, id));
            if is_rows {
                let own = paths.first().cloned().unwrap_or_default();
                for loaded in self.rows(file, argument.origin, frame)? {
                    let below = loaded.paths.into_iter();
                    paths.extend(below.map(|path| own.iter().copied().chain(path).collect::<Path>()));
                }
            } else if argument.keyword.is_none() && !argument.is_spread {
                let named = self.path_named(file, argument.origin, frame);
                match named {
                    Some(named) => paths.extend(named),
                    // Rows that are not understood may have anything loaded below.
                    None if position > first => {}
                    None => return None,
                }
            }
        }
        Some(paths)
    }
}

/// What is loaded with the rows at the other end of a relation.
fn below<'m>(mut loaded: Loaded<'m>, step: Step<'m>) -> Loaded<'m> {
    loaded.prefix.push(step);
    loaded.is_few &= !step.relation.is_many;
    loaded.paths = loaded
        .paths
        .into_iter()
        .filter(|path| path.first() == Some(&step.name) && path.len() > 1)
        .map(|path| path[1..].into())
        .collect();
    loaded
}

fn nothing_loaded<'m>(made: (FileId, Span)) -> Loaded<'m> {
    Loaded { paths: Vec::new(), mentioned: Vec::new(), prefix: Vec::new(), made, is_few: false }
}

/// What stands after the last separator of a way along relations.
fn last_name<'t>(text: &'t str, separators: &[&str]) -> &'t str {
    separators.iter().fold(text, |text, separator| text.rsplit(separator).next().unwrap_or(text))
}

/// What was written just now has what it was given, and asynchronous rows load nothing when they are read.
fn is_plain_read(row: &Row) -> bool {
    !row.effects.has(Effect::DbWrite) && row.color != Color::Async
}

/// Does a text have a word? Words end where names do.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|own| own == word)
}

/// Is a word one, or several, of those that a name in which words begin with capitals is made of?
fn has_part(name: &str, word: &str) -> bool {
    let mut letters = word.chars();
    let Some(first) = letters.next() else { return false };
    let word: String = first.to_uppercase().chain(letters).collect();
    name.contains(&word)
}

/// Does a type speak of one of these placeholders?
fn mentions(text: &TypeText, names: &[&str]) -> bool {
    names.contains(&text.name) || text.arguments.iter().any(|argument| mentions(argument, names))
}
