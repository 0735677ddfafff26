//! Classes that show rows one by one, and what they read of each: the fields and methods of serializers, the columns of
//! tables and of lists of an administration.
//!
//! What such a class is, and how it names what it shows, is data (`[renderers]` and `[views]` of the model tables).

use rustc_hash::FxHashSet;
use smallvec::{SmallVec, smallvec};

use super::loading::{Loaded, Path, RowsFrom, Step};
use super::relation_reads::{Found, Read, Rows, Search};
use super::resolve::{Definition, Resolver, Value, Values, argument_at, function_ref};
use crate::facts::*;
use crate::model::table::{Argument, RendererRow, ViewRow};
use crate::program::{FunctionRef, LoopFrame, LoopSource, ProgramFile, ResolvedCalls, ShownRows};
use crate::source::FileId;
use crate::syntax::Name;
use crate::types::Symbol;

/// How deep renderers are followed into each other.
const DEEPEST_RENDERER: usize = 4;

/// Rows that are handed to a renderer.
pub(super) struct Rendering {
    file: FileId,
    /// The call that makes the rows, the renderer, or the tie between both.
    call: CallId,
    rows: RowsFrom,
    renderer: Symbol,
    /// What the renderer itself has loaded with the rows.
    loads: Loads,
    /// Is the renderer not named where the rows are, so that what is read is shown where it is read?
    is_self: bool,
}

/// What a class has loaded with the rows that it shows.
#[derive(Clone, Default)]
struct Loads {
    paths: Vec<Path>,
    /// All relations to one that lead somewhere for certain.
    is_all_to_one: bool,
}

impl Loads {
    fn has(&self, steps: &[Step]) -> bool {
        let is_joined = |step: &Step| !step.relation.is_many && step.relation.is_forward && !step.relation.is_optional;
        let names: Path = steps.iter().map(|step| step.name).collect();
        (self.is_all_to_one && steps.iter().all(is_joined)) || self.paths.iter().any(|path| path.starts_with(&names))
    }
}

/// What of a related row is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    Key,
    Row,
    Text,
}

impl<'m> Search<'_, 'm> {
    /// Looks for rows that are handed to a renderer: by a class that names both, or by a call.
    pub(super) fn find_renderings(&mut self, file: FileId) {
        let facts = self.facts(file);
        if self.flow.files[file.0 as usize].is_side_code {
            return;
        }
        for number in 0..facts.classes.len() as u32 {
            self.visit_view(file, ClassId(number));
            if self.flow.resolver.models.knows_list_fields() {
                self.visit_list_fields(file, ClassId(number));
            }
        }
        for number in 0..facts.calls.len() as u32 {
            self.visit_rendering(file, CallId(number));
        }
    }

    /// `orders = List(OrderType)`, and the method that gives the orders.
    fn visit_list_fields(&mut self, file: FileId, class: ClassId) {
        let files = self.flow.files;
        let facts = self.facts(file);
        for field in facts.class(class).fields.iter().filter(|field| field.in_body && !field.declared) {
            let Origin::Call(call) = facts.origin(field.origin) else { continue };
            let Some(shown) = facts.arguments_of(facts.call(call)).first() else { continue };
            let [Value::Item(renderer)] = self.flow.resolver.infer(files, file, shown.origin).list[..] else {
                continue;
            };
            let Some(row) = self.flow.resolver.renderer(files, renderer) else { continue };
            let constructor = self.flow.resolver.call(files, file, call).callee();
            let constructor = constructor.map(|callee| self.flow.resolver.text(callee));
            if !constructor.is_some_and(|own| row.list_fields.iter().any(|field| field == own)) {
                continue;
            }
            let method = format!("{}{}", row.method_prefix, facts.text(field.name));
            let methods = &facts.class(class).methods;
            let Some((_, method)) = methods.iter().find(|(name, _)| facts.text(*name) == method) else { continue };
            for origin in &facts.function(*method).returns {
                if let Origin::Call(call) = facts.origin(*origin) {
                    self.add_rendering(file, call, RowsFrom::Rows(*origin), renderer, false);
                }
            }
        }
    }

    /// `renderer(rows, many=True)`.
    fn visit_rendering(&mut self, file: FileId, call: CallId) {
        let facts = self.facts(file);
        let site = facts.call(call);
        if site.kind != CallKind::Call || site.arguments.0 == site.arguments.1 {
            return;
        }
        let class = match site.name {
            Some(name) => self.renderer_made_by(file, call, name),
            None => self.class_named_by(file, site.callee),
        };
        let Some(class) = class else { return };
        let Some(row) = self.flow.resolver.renderer(self.flow.files, class) else { return };
        let arguments = facts.arguments_of(site);
        let is_many = row.many.is_empty()
            || arguments.iter().any(|own| own.keyword.is_some_and(|keyword| facts.text(keyword) == row.many));
        let Some(rows) = arguments.first().filter(|first| first.keyword.is_none() && !first.is_spread) else { return };
        if is_many {
            self.add_rendering(file, call, RowsFrom::Rows(rows.origin), class, false);
        }
    }

    /// The class of the object that a view makes of itself to render rows: `self.get_serializer(rows, many=True)`.
    fn renderer_made_by(&mut self, file: FileId, call: CallId, method: Name) -> Option<Symbol> {
        let files = self.flow.files;
        let facts = self.facts(file);
        if !self.flow.resolver.models.makes_renderers(facts.text(method)) {
            return None;
        }
        let view = self.flow.resolver.class_around(files, file, call)?;
        let row = self.flow.resolver.view(files, view).filter(|row| row.rendered_by == facts.text(method))?;
        let function = facts.function(facts.scope(facts.call(call).scope).function);
        let named = function.decorators.iter().find_map(|decorator| {
            let Origin::Call(decorator) = facts.origin(*decorator) else { return None };
            argument_at(facts, decorator, &Argument::Keyword(row.renderer.clone()))
        });
        match named {
            Some(named) => self.class_named_by(file, named.origin),
            None => self.renderer_of_view(view, row),
        }
    }

    fn class_named_by(&mut self, file: FileId, origin: OriginId) -> Option<Symbol> {
        match self.flow.resolver.infer(self.flow.files, file, origin).list[..] {
            [Value::Item(class)] => Some(class),
            _ => None,
        }
    }

    fn add_rendering(&mut self, file: FileId, call: CallId, rows: RowsFrom, renderer: Symbol, is_self: bool) {
        self.renderings.push(Rendering { file, call, rows, renderer, loads: Loads::default(), is_self });
    }

    /// A class that names the rows and what renders them.
    fn visit_view(&mut self, file: FileId, class: ClassId) {
        let files = self.flow.files;
        let Some(symbol) = self.flow.resolver.class_symbol(file, class) else { return };
        let Some(row) = self.flow.resolver.view(files, symbol) else { return };
        let is_self = row.renderer.is_empty();
        let renderer = match is_self {
            true => self.flow.resolver.renderer(files, symbol).map(|_| symbol),
            false => self.renderer_of_view(symbol, row),
        };
        let Some(renderer) = renderer else { return };
        let before = self.renderings.len();
        let maker = self.flow.resolver.symbols.intern(&row.rows_from);
        let rows = self.flow.resolver.symbols.intern(&row.rows);
        if let Some((from, function)) = self.flow.resolver.method(files, symbol, maker) {
            if from != file || self.facts(from).function(function).class != Some(class) {
                return;
            }
            for origin in &self.facts(from).function(function).returns {
                if let Some(call) = first_call(self.facts(from), *origin) {
                    self.add_rendering(from, call, RowsFrom::Rows(*origin), renderer, is_self);
                }
            }
        } else if let Some((from, origin)) = self.flow.resolver.only_field(files, symbol, rows)
            && !row.rows.is_empty()
        {
            if let (true, Origin::Call(call)) = (from == file, self.facts(from).origin(origin)) {
                self.add_rendering(from, call, RowsFrom::Rows(origin), renderer, is_self);
            }
        } else if is_self {
            for (model, (from, call)) in self.flow.resolver.registered(symbol).to_vec() {
                self.add_rendering(from, call, RowsFrom::Class(model), renderer, is_self);
            }
        }
        if row.loads.is_empty() {
            return;
        }
        match self.loads_of_view(symbol, row) {
            Some(loads) => {
                self.renderings[before..].iter_mut().for_each(|rendering| rendering.loads = loads.clone());
            }
            None => self.renderings.truncate(before),
        }
    }

    fn renderer_of_view(&mut self, view: Symbol, row: &ViewRow) -> Option<Symbol> {
        let files = self.flow.files;
        let field = self.flow.resolver.symbols.intern(&row.renderer);
        let (file, origin) = self.flow.resolver.only_field(files, view, field)?;
        self.class_named_by(file, origin)
    }

    /// What a class says it loads with its rows; `None` when that is not understood.
    fn loads_of_view(&mut self, view: Symbol, row: &ViewRow) -> Option<Loads> {
        let files = self.flow.files;
        let field = self.flow.resolver.symbols.intern(&row.loads);
        let mut loads = Loads::default();
        if let Some((file, origin)) = self.flow.resolver.only_field(files, view, field) {
            if let Origin::Bool(Some(is_all)) = self.facts(file).origin(origin) {
                let is_all_to_one = is_all || row.loads_shown && self.shows_relation_to_one(view);
                return Some(Loads { is_all_to_one, ..loads });
            }
            for name in self.flow.resolver.elements_of_display(files, file, origin)? {
                loads.paths.extend(self.flow.path_named(name.0, name.1, None)?);
            }
        } else if row.loads_shown && self.shows_relation_to_one(view) {
            loads.is_all_to_one = true;
        }
        Some(loads)
    }

    fn shows_relation_to_one(&mut self, view: Symbol) -> bool {
        let files = self.flow.files;
        let Some(row) = self.flow.resolver.renderer(files, view) else { return false };
        let Some(model) = self.flow.resolver.shown_model(files, view) else { return false };
        let shown = self.flow.resolver.shown_names(files, view, row).unwrap_or_default();
        shown.into_iter().any(|shown| match shown {
            Shown::Name(name) => {
                let name = self.flow.resolver.symbols.intern(&name);
                let relation = self.flow.resolver.relation(files, model, name);
                relation.is_some_and(|relation| relation.is_forward && !relation.is_many)
            }
            Shown::Function(_) => false,
        })
    }

    /// Notes which rows the methods of renderers are given.
    pub(super) fn note_rendered_methods(&mut self) {
        let files = self.flow.files;
        for number in 0..self.renderings.len() {
            let Rendering { file, rows, renderer, .. } = self.renderings[number];
            let Some(row) = self.flow.resolver.renderer(files, renderer) else { continue };
            for part in self.flow.resolver.lineage(files, renderer).iter().copied() {
                let Some((from, class)) = self.flow.resolver.class_named(part) else { continue };
                for (_, function) in &self.facts(from).class(class).methods {
                    if let Some(place) = self.flow.resolver.row_place(files, renderer, row, (from, *function)) {
                        let reference = function_ref(files, from, *function);
                        self.flow.rendered.entry((reference, place)).or_default().push((file, rows));
                    }
                }
            }
        }
    }

    /// Rows are rendered one by one: what is read of each, and is not loaded?
    pub(super) fn render(&mut self, rendering: Rendering) {
        let Rendering { file, call, rows, renderer, loads, is_self } = rendering;
        let model = match rows {
            RowsFrom::Class(model) => Some(model),
            RowsFrom::Rows(rows) => {
                let element = self.flow.type_of(file, rows);
                let element = element.and_then(|id| self.flow.resolver.element(self.flow.files, id));
                element.map(|id| self.flow.resolver.types.get(id).name)
            }
        };
        let Some(model) = model.or_else(|| self.flow.resolver.shown_model(self.flow.files, renderer)) else { return };
        let mut reads = Vec::new();
        self.rendering = Some(((file, call), renderer)).filter(|_| !is_few(self.facts(file), rows));
        self.rendered(renderer, model, 0, &mut reads);
        reads.retain(|read| !loads.has(&read.steps));
        if reads.is_empty() {
            return;
        }
        let made = self.facts(file).call(call).span;
        let loading = match rows {
            RowsFrom::Class(model) => self.flow.loaded_with_rows_of(model, (file, made)),
            RowsFrom::Rows(rows) => self.flow.loaded_with_rows(file, rows),
        };
        let Some(loading) = loading else { return };
        let per = match rows {
            RowsFrom::Class(_) => Rows::Turns(LoopSource::Call(call)),
            RowsFrom::Rows(rows) => Rows::Of(rows),
        };
        for read in reads {
            let path: Path = read.steps.iter().map(|step| step.name).collect();
            if let Some(lacking) = loading.iter().find(|loaded| !loaded.has(&path)) {
                let described = self.rendered_read((file, call, is_self), renderer, read, lacking);
                self.found.push(Found { read: described, path, per: (file, per) });
            }
        }
    }

    fn rendered_read(
        &mut self,
        (file, call, is_self): (FileId, CallId, bool),
        renderer: Symbol,
        mut read: Read<'m>,
        lacking: &Loaded<'m>,
    ) -> crate::program::RelationRead {
        let place = match read.chain.first() {
            Some((own, first)) if is_self && *own == file => *first,
            _ => {
                read.chain.insert(0, (file, call));
                call
            }
        };
        let frame = LoopFrame { source: LoopSource::Call(place), bit: 0, class: LoopClass::Data };
        let mut described = self.describe(file, place, frame, &read, lacking);
        described.reader = Some(self.flow.resolver.last_name(renderer).to_owned());
        described
    }

    /// What a renderer reads of each row.
    fn rendered(&mut self, renderer: Symbol, model: Symbol, depth: usize, reads: &mut Vec<Read<'m>>) {
        let files = self.flow.files;
        let row = self.flow.resolver.renderer(files, renderer).filter(|_| depth < DEEPEST_RENDERER);
        let Some(row) = row else { return };
        let lineage = self.flow.resolver.lineage(files, renderer);
        let shown = self.flow.resolver.shown_names(files, renderer, row);
        let mut seen = FxHashSet::default();
        for part in lineage.iter().copied().filter(|_| !row.source.is_empty()) {
            let Some((file, class)) = self.flow.resolver.class_named(part) else { continue };
            let facts = self.facts(file);
            for field in facts.class(class).fields.iter().filter(|field| field.in_body && !field.declared) {
                let Origin::Call(call) = facts.origin(field.origin) else { continue };
                let name = self.flow.resolver.name_symbol(files, file, field.name);
                // What an heir does not name is left out.
                let is_shown = part == renderer
                    || shown.as_ref().is_none_or(|shown| shown.iter().any(|own| own.is_named(facts.text(field.name))));
                if is_shown && seen.insert(name) {
                    self.rendered_field(file, call, name, (row, renderer, model), depth, reads);
                }
            }
        }
        for method in row.row_methods.iter() {
            let method = self.flow.resolver.symbols.intern(method);
            self.rendered_by_method(renderer, method, model, reads);
        }
        if row.is_row {
            self.rendered_by_resolvers(renderer, row, model, reads);
        }
        for shown in shown.unwrap_or_default() {
            self.rendered_name(shown, (row, renderer, model), &seen, reads);
        }
        if !row.every_field.is_empty() && self.flow.resolver.shows_every_field(files, renderer, row) {
            let depth = self.flow.resolver.depth_of(files, renderer, row);
            self.rendered_whole(model, depth, &seen, reads);
        }
    }

    /// An attribute that a renderer shows because its name is listed.
    fn rendered_name(
        &mut self,
        shown: Shown,
        (row, renderer, model): (&'m RendererRow, Symbol, Symbol),
        declared: &FxHashSet<Symbol>,
        reads: &mut Vec<Read<'m>>,
    ) {
        let files = self.flow.files;
        let name = match shown {
            Shown::Name(name) => name,
            Shown::Function(function) => return self.reads_of_row(function, 0, model, reads),
        };
        let symbol = self.flow.resolver.symbols.intern(&name);
        if declared.contains(&symbol) {
            return;
        }
        if row.shows_methods && self.flow.resolver.method(files, renderer, symbol).is_some() {
            return self.rendered_by_method(renderer, symbol, model, reads);
        }
        let path: Vec<&str> = match row.source_separator.is_empty() {
            true => vec![&name],
            false => name.split(row.source_separator.as_ref()).collect(),
        };
        let depth = self.flow.resolver.depth_of(files, renderer, row);
        let shows = match (row.shows_related, depth > 0) {
            (true, _) => Shows::Text,
            (false, true) => Shows::Row,
            (false, false) => Shows::Key,
        };
        let none = Read { steps: SmallVec::new(), chain: SmallVec::new() };
        let target = self.attribute_reads(model, &path, shows, &none, reads);
        if let (true, Some((steps, target))) = (depth > 0, target) {
            let mut inner = Vec::new();
            self.rendered_whole(target, depth - 1, &FxHashSet::default(), &mut inner);
            self.add_below(&Read { steps, ..none }, inner, reads);
        }
    }

    /// All that is declared on a class is shown.
    fn rendered_whole(&mut self, model: Symbol, depth: usize, declared: &FxHashSet<Symbol>, reads: &mut Vec<Read<'m>>) {
        for (name, relation) in self.flow.resolver.declared_relations(self.flow.files, model) {
            if declared.contains(&name) || relation.is_loaded || !(relation.is_many || depth > 0) {
                continue;
            }
            let read = Read { steps: smallvec![Step { name, relation }], chain: SmallVec::new() };
            reads.push(read.clone());
            if let Some(target) = relation.target.filter(|_| depth > 0) {
                let mut inner = Vec::new();
                self.rendered_whole(target, depth - 1, &FxHashSet::default(), &mut inner);
                self.add_below(&read, inner, reads);
            }
        }
    }

    /// Reads of a row at the end of another read.
    fn add_below(&mut self, outer: &Read<'m>, inner: Vec<Read<'m>>, reads: &mut Vec<Read<'m>>) {
        for read in inner {
            // What leads straight back is known.
            let leads_back = read
                .steps
                .first()
                .zip(outer.steps.last())
                .is_some_and(|(first, last)| last.relation.is_many && last.relation.inverse == Some(first.name));
            if !leads_back {
                let steps = outer.steps.iter().chain(&read.steps).copied().collect();
                let chain = outer.chain.iter().chain(&read.chain).copied().collect();
                reads.push(Read { steps, chain });
            }
        }
    }

    /// What showing an attribute of a row reads; gives the class at the end of the way when it is one, and the way.
    fn attribute_reads(
        &mut self,
        model: Symbol,
        path: &[&str],
        shows: Shows,
        outer: &Read<'m>,
        reads: &mut Vec<Read<'m>>,
    ) -> Option<(SmallVec<[Step<'m>; 2]>, Symbol)> {
        let files = self.flow.files;
        let mut steps: SmallVec<[Step<'m>; 2]> = SmallVec::new();
        let mut owner = Some(model);
        for part in path {
            let part = self.flow.resolver.symbols.intern(part);
            let relation = owner.and_then(|owner| self.flow.resolver.relation(files, owner, part));
            let Some(relation) = relation.filter(|_| steps.last().is_none_or(|last| !last.relation.is_many)) else {
                break;
            };
            steps.push(Step { name: part, relation });
            owner = relation.target;
        }
        let is_whole = steps.len() == path.len();
        if steps.iter().any(|step| step.relation.is_loaded) {
            return None;
        }
        let mut inner = Vec::new();
        match (path.get(steps.len()), owner) {
            (Some(rest), Some(owner)) => {
                let member = self.flow.resolver.symbols.intern(rest);
                self.reads_of_member(owner, member, &mut inner);
            }
            (None, Some(owner)) if shows == Shows::Text => {
                let text = self.flow.resolver.symbols.intern("__str__");
                self.reads_of_member(owner, text, &mut inner);
            }
            _ => {}
        }
        let with_steps =
            |steps: &[Step<'m>]| Read { steps: steps.iter().copied().collect(), chain: outer.chain.clone() };
        // A relation to one that the row itself holds gives its key, which is there.
        let is_key = |step: &Step| !step.relation.is_many && step.relation.is_forward;
        let read = match steps.last() {
            Some(last) if is_whole && shows == Shows::Key && is_key(last) => with_steps(&steps[..steps.len() - 1]),
            _ => with_steps(&steps),
        };
        let all = with_steps(&steps);
        if !read.steps.is_empty() {
            reads.push(read);
        }
        self.add_below(&all, inner, reads);
        owner.filter(|_| is_whole && !steps.is_empty()).map(|owner| (steps, owner))
    }

    /// What a property or method reads of its own object.
    fn reads_of_member(&mut self, class: Symbol, member: Symbol, reads: &mut Vec<Read<'m>>) {
        let files = self.flow.files;
        if let Some((file, function)) = self.flow.resolver.method(files, class, member) {
            self.reads_of_row(function_ref(files, file, function), 0, class, reads);
        }
    }

    fn rendered_field(
        &mut self,
        file: FileId,
        call: CallId,
        name: Symbol,
        (row, renderer, model): (&'m RendererRow, Symbol, Symbol),
        depth: usize,
        reads: &mut Vec<Read<'m>>,
    ) {
        let files = self.flow.files;
        let facts = self.facts(file);
        let text_at = |place: Argument| match facts.origin(argument_at(facts, call, &place)?.origin) {
            Origin::String(Some(text)) => Some(facts.strings[text.0 as usize].to_string()),
            _ => None,
        };
        let text_of = |keyword: &str| text_at(Argument::Keyword(keyword.to_owned().into()));
        let made = self.flow.resolver.call(files, file, call);
        let (constructor, made) = (made.callee(), made.results().instance());
        let constructor = constructor.map(|callee| self.flow.resolver.text(callee).to_owned()).unwrap_or_default();
        let is_one_of = |list: &[crate::model::table::Text]| list.iter().any(|path| *path == constructor);
        if constructor == row.method_field && !row.method_field.is_empty() {
            let method = text_of(&row.method_name);
            let method = method.unwrap_or_else(|| format!("{}{}", row.method_prefix, self.flow.resolver.text(name)));
            let method = self.flow.resolver.symbols.intern(&method);
            self.rendered_by_method(renderer, method, model, reads);
            return;
        }
        let source = text_of(&row.source).or_else(|| text_at(Argument::Position(row.source_at?)));
        let source = source.unwrap_or_else(|| self.flow.resolver.text(name).to_owned());
        let source = match row.source_separator.is_empty() {
            true => source,
            false => source.replace(row.source_separator.as_ref(), "."),
        };
        let path: Vec<&str> = source.split('.').collect();
        let nested = made.map(|id| self.flow.resolver.types.get(id).name);
        let nested = nested.filter(|nested| self.flow.resolver.renderer(files, *nested).is_some());
        let shows = match () {
            () if nested.is_some() || is_one_of(&row.related_fields) => Some(Shows::Row),
            () if row.shows_related || is_one_of(&row.text_fields) => Some(Shows::Text),
            () if is_one_of(&row.key_fields) => Some(Shows::Key),
            () => None,
        };
        let outer = Read { steps: SmallVec::new(), chain: smallvec![(file, call)] };
        let before = reads.len();
        let target = self.attribute_reads(model, &path, shows.unwrap_or(Shows::Key), &outer, reads);
        // A field of which nobody knows what it shows: the way to it is read.
        if shows.is_none()
            && let Some((steps, _)) = &target
        {
            reads.truncate(before);
            if steps.len() > 1 {
                reads.push(Read { steps: steps[..steps.len() - 1].into(), ..outer.clone() });
            }
        }
        if let Some(method) =
            (!row.method_row.is_empty()).then(|| format!("{}{}", row.method_prefix, self.flow.resolver.text(name)))
        {
            let method = self.flow.resolver.symbols.intern(&method);
            self.rendered_by_method(renderer, method, model, reads);
        }
        if let (Some(nested), Some((steps, target))) = (nested, target) {
            let mut inner = Vec::new();
            self.rendered(nested, target, depth + 1, &mut inner);
            self.add_below(&Read { steps, ..outer }, inner, reads);
        }
    }

    /// A method of a renderer that takes the row.
    fn rendered_by_method(&mut self, renderer: Symbol, method: Symbol, model: Symbol, reads: &mut Vec<Read<'m>>) {
        let files = self.flow.files;
        let Some((file, function)) = self.flow.resolver.method(files, renderer, method) else { return };
        let Some(row) = self.flow.resolver.renderer(files, renderer) else { return };
        let Some(place) = self.flow.resolver.row_place(files, renderer, row, (file, function)) else { return };
        self.reads_of_row(function_ref(files, file, function), place, model, reads);
    }

    /// Every method with the prefix shows something of the row that it is called on.
    fn rendered_by_resolvers(&mut self, renderer: Symbol, row: &RendererRow, model: Symbol, reads: &mut Vec<Read<'m>>) {
        let files = self.flow.files;
        for part in self.flow.resolver.lineage(files, renderer).iter().copied() {
            let Some((file, class)) = self.flow.resolver.class_named(part) else { continue };
            let facts = self.facts(file);
            for (name, function) in &facts.class(class).methods {
                if facts.text(*name).starts_with(row.method_prefix.as_ref()) {
                    self.reads_of_row(function_ref(files, file, *function), 0, model, reads);
                }
            }
        }
    }

    /// What a function reads of a parameter that is a row of a class.
    fn reads_of_row(&mut self, function: FunctionRef, place: u16, model: Symbol, reads: &mut Vec<Read<'m>>) {
        let files = self.flow.files;
        if let Some((made, renderer)) = self.rendering {
            let renderer = self.flow.resolver.last_name(renderer).to_owned();
            let (file, call) = made;
            let made = (file, self.facts(file).call(call).span);
            self.shown_rows.entry(function).or_insert(ShownRows { made, renderer, row: place, loader: String::new() });
        }
        for read in self.of_parameters.get(&(function, place)).cloned().unwrap_or_default() {
            let Some(first) = read.steps.first() else { continue };
            let own = self.flow.resolver.relation(files, model, first.name);
            if own.is_some_and(|own| own.owner == first.relation.owner) {
                reads.push(read);
            }
        }
    }
}

/// What a renderer lists to be shown.
enum Shown {
    /// An attribute of the row, or a method.
    Name(String),
    /// A function that takes the row.
    Function(FunctionRef),
}

impl Shown {
    fn is_named(&self, name: &str) -> bool {
        matches!(self, Shown::Name(own) if own == name)
    }
}

impl<'m> Resolver<'m> {
    /// How a class renders rows, if it does.
    fn renderer(&mut self, files: &[ProgramFile], class: Symbol) -> Option<&'m RendererRow> {
        let models = self.models;
        let lineage = self.lineage(files, class);
        lineage.iter().find_map(|part| models.renderer(self.symbols.text(*part)))
    }

    /// Where a class says which rows it shows, if it shows rows. One that only can make what renders some says less.
    pub(super) fn view(&mut self, files: &[ProgramFile], class: Symbol) -> Option<&'m ViewRow> {
        let models = self.models;
        let lineage = self.lineage(files, class);
        let mut rows = lineage.iter().filter_map(|part| models.view(self.symbols.text(*part)));
        let first = rows.next()?;
        match first.rows.is_empty() {
            true => Some(rows.find(|row| !row.rows.is_empty()).unwrap_or(first)),
            false => Some(first),
        }
    }

    pub fn class_named(&self, symbol: Symbol) -> Option<(FileId, ClassId)> {
        match self.definition(symbol) {
            Some(Definition::Class(file, class)) => Some((file, class)),
            _ => None,
        }
    }

    /// Notes which classes are tied to the class of the rows that they show.
    pub(super) fn note_registrations(&mut self, files: &[ProgramFile], own: &[FileId], resolved: &ResolvedCalls<'m>) {
        if !self.models.knows_registrations() {
            return;
        }
        for file in own {
            let facts = &files[file.0 as usize].facts;
            for call in (0..facts.calls.len() as u32).map(CallId) {
                let site = facts.call(call);
                let callee = resolved.get(*file, call).callee.filter(|_| site.kind == CallKind::Call);
                if !callee.is_some_and(|callee| self.models.is_registration(self.symbols.text(callee))) {
                    continue;
                }
                let items = facts.arguments_of(site).iter().filter(|argument| argument.keyword.is_none());
                let mut items: Vec<Symbol> = items
                    .filter_map(|item| match self.infer(files, *file, item.origin).list[..] {
                        [Value::Item(symbol)] => Some(symbol),
                        _ => None,
                    })
                    .collect();
                let is_decorator_of =
                    |class: &Class| class.decorators.iter().any(|origin| facts.origin(*origin) == Origin::Call(call));
                let shows = match facts.classes.iter().position(is_decorator_of) {
                    Some(class) => self.class_symbol(*file, ClassId(class as u32)),
                    None if items.len() > 1 => items.pop(),
                    None => None,
                };
                let Some(shows) = shows else { continue };
                for model in items {
                    self.register(shows, model, (*file, call));
                }
            }
        }
    }

    /// The class of the rows that a class shows.
    pub(super) fn shown_model(&mut self, files: &[ProgramFile], class: Symbol) -> Option<Symbol> {
        // Who is registered for what is known once all calls were seen.
        self.waits_for_callers();
        if let [(only, _)] = self.registered(class) {
            return Some(*only);
        }
        let named = self.renderer(files, class).map(|row| row.model.clone());
        let named = named.filter(|field| !field.is_empty());
        if let Some((file, origin)) = named.and_then(|field| self.class_setting(files, class, &field)) {
            return self.class_of_rows(files, file, origin);
        }
        let view = self.view(files, class)?;
        for field in [&view.rows, &view.model] {
            let field = self.symbols.intern(field);
            if let Some((file, origin)) = self.only_field(files, class, field) {
                return self.class_of_rows(files, file, origin);
            }
        }
        None
    }

    /// The class that an origin names, or that of the rows that it gives.
    fn class_of_rows(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<Symbol> {
        match self.infer(files, file, origin).list[..] {
            [Value::Item(symbol)] => Some(symbol),
            [Value::Instance(id)] => self.element(files, id).map(|id| self.types.get(id).name),
            _ => None,
        }
    }

    /// The value of a field of a class, or of a class written in its body: `Meta.model`.
    fn class_setting(&mut self, files: &[ProgramFile], class: Symbol, path: &str) -> Option<(FileId, OriginId)> {
        let Some((inner, field)) = path.split_once('.') else {
            let field = self.symbols.intern(path);
            return self.only_field(files, class, field);
        };
        for part in self.lineage(files, class).iter().copied() {
            let Some((file, class)) = self.class_named(part) else { continue };
            let facts = &files[file.0 as usize].facts;
            let options = facts.classes.iter().find(|own| own.parent == Some(class) && facts.text(own.name) == inner);
            let value = options.and_then(|own| own.fields.iter().find(|own| facts.text(own.name) == field));
            if let Some(value) = value {
                return Some((file, value.origin));
            }
        }
        None
    }

    /// The elements of a list or tuple that is written out.
    fn elements_of_display(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        origin: OriginId,
    ) -> Option<Vec<(FileId, OriginId)>> {
        let facts = &files[file.0 as usize].facts;
        match facts.origin(origin) {
            Origin::Tuple(start, end) => Some(facts.origin_list(start, end).iter().map(|own| (file, *own)).collect()),
            Origin::Collection(_, None, _) => Some(Vec::new()),
            Origin::Collection(..) => {
                let entries = facts.entries_of(origin);
                (!entries.is_empty()).then(|| entries.iter().map(|entry| (file, entry.value)).collect())
            }
            _ => None,
        }
    }

    /// What a renderer lists to be shown; `None` when nothing is listed, or not here.
    fn shown_names(&mut self, files: &[ProgramFile], class: Symbol, row: &RendererRow) -> Option<Vec<Shown>> {
        if row.fields.is_empty() {
            return None;
        }
        let (file, origin) = self.class_setting(files, class, &row.fields)?;
        let elements = self.elements_of_display(files, file, origin)?;
        let shown = elements.into_iter().filter_map(|(file, origin)| {
            if let Some(text) = files[file.0 as usize].facts.literal_text(origin) {
                return Some(Shown::Name(text.to_owned()));
            }
            match self.infer(files, file, origin).list[..] {
                [Value::Function(file, function)] => Some(Shown::Function(function_ref(files, file, function))),
                _ => None,
            }
        });
        Some(shown.collect())
    }

    /// Does a renderer list all that its rows have?
    fn shows_every_field(&mut self, files: &[ProgramFile], class: Symbol, row: &RendererRow) -> bool {
        self.class_setting(files, class, &row.fields).is_some_and(|(file, origin)| {
            files[file.0 as usize].facts.literal_text(origin) == Some(row.every_field.as_ref())
        })
    }

    /// How many relations deep a renderer shows related rows whole.
    fn depth_of(&mut self, files: &[ProgramFile], class: Symbol, row: &RendererRow) -> usize {
        if row.depth.is_empty() {
            return 0;
        }
        match self.class_setting(files, class, &row.depth) {
            Some((file, origin)) => match files[file.0 as usize].facts.origin(origin) {
                Origin::Integer(Some(depth)) => depth.clamp(0, DEEPEST_RENDERER as i64) as usize,
                _ => 0,
            },
            None => 0,
        }
    }

    /// The parameter by which a method of a renderer takes the row, when it is one that takes a row.
    fn row_place(
        &mut self,
        files: &[ProgramFile],
        class: Symbol,
        row: &RendererRow,
        (file, function): (FileId, FunctionId),
    ) -> Option<u16> {
        let facts = &files[file.0 as usize].facts;
        let function = facts.function(function);
        let name = facts.text(function.name);
        let has_prefix = !row.method_prefix.is_empty() && name.starts_with(row.method_prefix.as_ref());
        if !has_prefix && !row.row_methods.iter().any(|method| method == name) {
            let is_listed = row.shows_methods
                && function.parameters.len() == 2
                && self.shown_names(files, class, row)?.iter().any(|shown| shown.is_named(name));
            return is_listed.then_some(1);
        }
        if row.is_row {
            return Some(0);
        }
        if row.method_row.is_empty() {
            return Some(1);
        }
        let is_row = |parameter: &Parameter| parameter.name.is_some_and(|name| facts.text(name) == row.method_row);
        function.parameters.iter().position(is_row).map(|place| place as u16)
    }

    /// The type of the row that a method of a renderer is called on, when it is one that shows something of it.
    pub(super) fn row_called_on(
        &mut self,
        files: &[ProgramFile],
        class: Symbol,
        file: FileId,
        function: FunctionId,
    ) -> Option<crate::types::TypeId> {
        if !self.models.knows_list_fields() {
            return None;
        }
        let facts = &files[file.0 as usize].facts;
        let name = facts.text(facts.function(function).name);
        let row = self.renderer(files, class)?;
        if !row.is_row || !name.starts_with(row.method_prefix.as_ref()) {
            return None;
        }
        let model = self.shown_model(files, class)?;
        Some(self.types.intern(model, &[]))
    }

    /// The row that a method of a renderer is given, when it is one that takes a row.
    pub(super) fn rendered_row(&mut self, files: &[ProgramFile], file: FileId, id: FunctionId, place: u16) -> Values {
        let class = files[file.0 as usize].facts.function(id).class.filter(|_| place > 0);
        let Some(symbol) = class.and_then(|class| self.class_symbol(file, class)) else { return Values::unknown() };
        let Some(row) = self.renderer(files, symbol) else { return Values::unknown() };
        if self.row_place(files, symbol, row, (file, id)) != Some(place) {
            return Values::unknown();
        }
        match self.shown_model(files, symbol) {
            Some(model) => Values::one(Value::Instance(self.types.intern(model, &[]))),
            None => Values::unknown(),
        }
    }
}

/// Are rows known to be a few: the first ones of others?
fn is_few(facts: &FileFacts, rows: RowsFrom) -> bool {
    let RowsFrom::Rows(rows) = rows else { return false };
    matches!(facts.origin(rows), Origin::Slice(_, Some(length)) if length <= FEW)
}

/// The call that makes rows, or the first of several that they may come from: `rows = all(); if …: rows = rows.filter(…)`.
fn first_call(facts: &FileFacts, rows: OriginId) -> Option<CallId> {
    match facts.origin(rows) {
        Origin::Call(call) => Some(call),
        Origin::Ascribed(_, inner) => first_call(facts, inner),
        Origin::Join(start, end) => facts.origin_list(start, end).iter().find_map(|member| first_call(facts, *member)),
        _ => None,
    }
}
