//! Templates: which calls and classes of the program fill which of them, and what each is given under which name.
//!
//! A template is a function whose parameters are the names that it uses. What fills it gives them in a map, by keywords,
//! or as a class that shows rows; one template hands on to another what it was given itself. Which calls and classes do
//! that is data (`[templates]` and `[views]` of the model tables).

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::resolve::{Definition, Resolver, Value, Values, argument_at, function_ref, locate};
use crate::facts::*;
use crate::model::table::{TemplateRow, ViewRow};
use crate::program::{FunctionRef, ProgramFile, ResolvedCalls, Target};
use crate::source::{FileId, Span};
use crate::types::Symbol;

/// The function that a template is, in its file; the first one is the code of its module.
const TEMPLATE: FunctionId = FunctionId(1);

/// How far the values of a map are followed.
const DEEPEST_MAP: usize = 6;

/// How many values of one name are kept.
const MOST_GIVEN: usize = 16;

/// What is given to a template under a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Given {
    pub file: FileId,
    pub origin: OriginId,
    pub form: Form,
    /// The call that fills the template.
    pub call: Option<CallId>,
    /// Where the class that gives it is named.
    pub made: Span,
}

/// What a value is to the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Itself.
    Value,
    /// Rows: these, or those of the class that it names.
    Rows,
    /// One of the rows.
    Row,
}

/// The templates of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Templates {
    functions: FxHashMap<Box<str>, FunctionRef>,
    /// The templates that calls fill.
    filled: FxHashMap<(FileId, CallId), SmallVec<[FunctionRef; 1]>>,
    given: FxHashMap<(FunctionRef, u16), Vec<Given>>,
}

/// One way in which a template is filled.
struct Filling {
    entries: Vec<(Box<str>, Given)>,
    /// The template that hands on what it was given.
    from: Option<FunctionRef>,
}

type Fillings = FxHashMap<FunctionRef, Vec<Filling>>;

impl<'m> Resolver<'m> {
    /// Finds out what templates are given.
    pub(super) fn note_templates(&mut self, files: &[ProgramFile], own: &[FileId], resolved: &ResolvedCalls<'m>) {
        for file in own {
            let entry = &files[file.0 as usize];
            if entry.facts.reads_call && entry.facts.functions.len() > TEMPLATE.index() {
                let function = function_ref(files, *file, TEMPLATE);
                Arc::make_mut(&mut self.templates).functions.entry(entry.module.as_str().into()).or_insert(function);
            }
        }
        if self.templates.functions.is_empty() {
            return;
        }
        let mut fillings = Fillings::default();
        let mut rows: FxHashMap<Symbol, Option<&'m TemplateRow>> = FxHashMap::default();
        for file in own.iter().copied().filter(|file| !files[file.0 as usize].is_side_code) {
            let facts = &files[file.0 as usize].facts;
            for call in (0..facts.calls.len() as u32).map(CallId) {
                let Some(callee) = resolved.get(file, call).callee else { continue };
                let models = self.models;
                let row = *rows.entry(callee).or_insert_with(|| models.template(self.symbols.text(callee)));
                if let (Some(row), CallKind::Call) = (row, facts.call(call).kind) {
                    self.note_filling(files, (file, call), row, &mut fillings);
                }
            }
            for class in (0..facts.classes.len() as u32).map(ClassId) {
                self.note_template_of_view(files, file, class, &mut fillings);
            }
        }
        self.note_given(files, &fillings);
    }

    /// A call that fills a template.
    fn note_filling(
        &mut self,
        files: &[ProgramFile],
        (file, call): (FileId, CallId),
        row: &TemplateRow,
        fillings: &mut Fillings,
    ) {
        let entry = &files[file.0 as usize];
        let facts = &entry.facts;
        let Some(named) = row.template.as_ref().and_then(|place| argument_at(facts, call, place)) else { return };
        let mut entries = Vec::new();
        let map = row.context.as_ref().and_then(|place| argument_at(facts, call, place));
        if let Some(map) = map {
            self.entries_of_map(files, (file, map.origin), Some(call), 0, &mut entries);
        }
        if row.takes_keywords {
            keyword_entries(facts, file, call, Some(call), &mut entries);
            let spread = facts.arguments_of(facts.call(call)).iter().filter(|own| own.is_spread);
            for argument in spread {
                self.entries_of_map(files, (file, argument.origin), Some(call), 0, &mut entries);
            }
        }
        let from = (row.inherits && facts.reads_call).then(|| function_ref(files, file, TEMPLATE));
        for name in texts_of(facts, named.origin) {
            let name = match name.starts_with('.') {
                true => beside(&entry.module, &name),
                false => name,
            };
            let Some(function) = self.templates.functions.get(name.as_str()).copied() else { continue };
            Arc::make_mut(&mut self.templates).filled.entry((file, call)).or_default().push(function);
            fillings.entry(function).or_default().push(Filling { entries: entries.clone(), from });
        }
    }

    /// A class that shows rows by a template.
    fn note_template_of_view(&mut self, files: &[ProgramFile], file: FileId, class: ClassId, fillings: &mut Fillings) {
        let Some(symbol) = self.class_symbol(file, class) else { return };
        let Some(row) = self.view(files, symbol).filter(|row| !row.template.is_empty()) else { return };
        let Some(function) = self.template_of_view(files, symbol, row) else { return };
        let span = files[file.0 as usize].facts.class(class).name_span;
        let mut entries = self.rows_of_view(files, (file, symbol, span), row);
        for name in row.context_from.iter() {
            let name = self.symbols.intern(name);
            for part in self.lineage(files, symbol).iter().copied() {
                let Some(Definition::Class(from, own)) = self.definition(part) else { continue };
                let facts = &files[from.0 as usize].facts;
                let method =
                    facts.class(own).methods.iter().find(|(own, _)| self.name_symbol(files, from, *own) == name);
                let returned = method.map(|(_, method)| facts.function(*method).returns.clone()).unwrap_or_default();
                for origin in returned {
                    self.entries_of_map(files, (from, origin), None, 0, &mut entries);
                }
            }
            if let Some((from, origin)) = self.only_field(files, symbol, name) {
                self.entries_of_map(files, (from, origin), None, 0, &mut entries);
            }
        }
        fillings.entry(function).or_default().push(Filling { entries, from: None });
    }

    fn template_of_view(&mut self, files: &[ProgramFile], view: Symbol, row: &ViewRow) -> Option<FunctionRef> {
        let field = self.symbols.intern(&row.template);
        if let Some((file, origin)) = self.only_field(files, view, field) {
            let name = files[file.0 as usize].facts.literal_text(origin)?;
            return self.templates.functions.get(name).copied();
        }
        if row.template_default.is_empty() {
            return None;
        }
        let model = self.shown_model(files, view)?;
        let path = self.symbols.text(model).to_ascii_lowercase();
        let mut parts: Vec<&str> = path.split(self.language.profile().separator).collect();
        let name = parts.pop()?;
        parts.iter().rev().find_map(|app| {
            let name = row.template_default.replace("{app}", app).replace("{model}", name);
            self.templates.functions.get(name.as_str()).copied()
        })
    }

    /// The rows of a class that shows them, under the names by which its template knows them.
    fn rows_of_view(
        &mut self,
        files: &[ProgramFile],
        (file, view, made): (FileId, Symbol, Span),
        row: &ViewRow,
    ) -> Vec<(Box<str>, Given)> {
        let is_one = row.context_rows.is_empty();
        let mut names: Vec<String> =
            row.context_rows.iter().chain(row.context_row.iter()).map(|name| name.to_string()).collect();
        if let Some(model) = self.shown_model(files, view) {
            let model = self.last_name(model).to_ascii_lowercase();
            names.iter_mut().for_each(|name| *name = name.replace("{model}", &model));
        }
        let field = self.symbols.intern(&row.context_name);
        if let Some((from, origin)) = self.only_field(files, view, field) {
            names.extend(files[from.0 as usize].facts.literal_text(origin).map(str::to_owned));
        }
        let maker = self.symbols.intern(&row.rows_from);
        let rows = self.symbols.intern(&row.rows);
        let model = self.symbols.intern(&row.model);
        let form = if is_one { Form::Row } else { Form::Value };
        let value = |file: FileId, origin: OriginId| Given { file, origin, form, call: None, made };
        let given: Vec<Given> = if let Some((from, function)) = self.method(files, view, maker) {
            let returned = &files[from.0 as usize].facts.function(function).returns;
            returned.iter().map(|origin| value(from, *origin)).collect()
        } else if let Some((from, origin)) = self.only_field(files, view, rows) {
            vec![value(from, origin)]
        } else if let Some((from, origin)) = self.only_field(files, view, model).filter(|(from, _)| *from == file) {
            let form = if is_one { Form::Row } else { Form::Rows };
            vec![Given { form, ..value(from, origin) }]
        } else {
            Vec::new()
        };
        let pairs = names.iter().flat_map(|name| given.iter().map(move |given| (name.as_str().into(), *given)));
        pairs.collect()
    }

    /// What a map holds, under which keys: as it is written, and by what is added to it later.
    fn entries_of_map(
        &mut self,
        files: &[ProgramFile],
        (file, origin): (FileId, OriginId),
        call: Option<CallId>,
        depth: usize,
        entries: &mut Vec<(Box<str>, Given)>,
    ) {
        if depth > DEEPEST_MAP {
            return;
        }
        let facts = &files[file.0 as usize].facts;
        for entry in facts.entries_of(origin) {
            match entry.key {
                Some(key) => {
                    let given = Given { file, origin: entry.value, form: Form::Value, call, made: Span::default() };
                    entries.push((facts.strings[key.0 as usize].clone(), given));
                }
                None => self.entries_of_map(files, (file, entry.value), call, depth + 1, entries),
            }
        }
        match facts.origin(origin) {
            Origin::Join(start, end) => {
                for member in facts.origin_list(start, end) {
                    self.entries_of_map(files, (file, *member), call, depth + 1, entries);
                }
            }
            Origin::Ascribed(_, inner) | Origin::Operation(_, inner) => {
                self.entries_of_map(files, (file, inner), call, depth + 1, entries);
            }
            Origin::Call(making) => {
                keyword_entries(facts, file, making, call, entries);
                let targets = self.call(files, file, making).targets.clone();
                for target in targets {
                    let Target::Function(function) = target else { continue };
                    let (from, function) = locate(files, function);
                    // What the call gave is nothing that it was given: the values are those of the callee's text.
                    for returned in files[from.0 as usize].facts.function(function).returns.clone() {
                        let call = call.filter(|_| from == file);
                        self.entries_of_map(files, (from, returned), call, depth + 1, entries);
                    }
                }
            }
            _ => {}
        }
        // `map.update(…)`.
        for (number, site) in facts.calls.iter().enumerate() {
            if site.callee == origin && site.name.is_some_and(|name| facts.text(name) == "update") {
                keyword_entries(facts, file, CallId(number as u32), call, entries);
                if let Some(first) = facts.arguments_of(site).iter().find(|argument| argument.keyword.is_none()) {
                    self.entries_of_map(files, (file, first.origin), call, depth + 1, entries);
                }
            }
        }
    }

    /// Notes what each name of each template stands for.
    fn note_given(&mut self, files: &[ProgramFile], fillings: &Fillings) {
        let mut functions: Vec<FunctionRef> = self.templates.functions.values().copied().collect();
        functions.sort_unstable();
        for function in functions {
            let (file, id) = locate(files, function);
            let facts = &files[file.0 as usize].facts;
            for (place, parameter) in facts.function(id).parameters.iter().enumerate() {
                let Some(name) = parameter.name.map(|name| facts.text(name)) else { continue };
                let mut given = Vec::new();
                given_under(fillings, function, name, &mut FxHashSet::default(), &mut given);
                if !given.is_empty() {
                    Arc::make_mut(&mut self.templates).given.insert((function, place as u16), given);
                }
            }
        }
    }

    /// Calls that fill templates run them.
    pub(super) fn add_templates(&self, resolved: &mut ResolvedCalls<'m>) {
        let mut filled: Vec<_> = self.templates.filled.iter().collect();
        filled.sort_unstable_by_key(|(call, _)| **call);
        for ((file, call), functions) in filled {
            let mut own = resolved.get(*file, *call).clone();
            own.targets.extend(functions.iter().copied().map(Target::Function));
            resolved.numbers[file.0 as usize][call.index()] = resolved.answers.number(own);
        }
    }

    /// What is given to a parameter of a template; `None` when the function is no template.
    pub(super) fn given_to_template(
        &self,
        files: &[ProgramFile],
        function: FunctionRef,
        place: u16,
    ) -> Option<Vec<Given>> {
        let (file, id) = locate(files, function);
        let is_template = files[file.0 as usize].facts.reads_call && id == TEMPLATE;
        is_template.then(|| self.templates.given.get(&(function, place)).cloned().unwrap_or_default())
    }

    /// The type of what is given to a template.
    pub(super) fn given_values(&mut self, files: &[ProgramFile], given: Given) -> Values {
        let values = self.infer(files, given.file, given.origin);
        match (given.form, &values.list[..]) {
            (Form::Value, _) => values,
            (Form::Rows, [Value::Item(class)]) => {
                let class = self.types.intern(*class, &[]);
                let list = self.symbols.intern(self.language.profile().literal_types.list);
                Values::one(Value::Instance(self.types.intern(list, &[class])))
            }
            (Form::Row, [Value::Item(class)]) => Values::one(Value::Instance(self.types.intern(*class, &[]))),
            (Form::Rows, _) => values,
            (Form::Row, _) => self.elements(files, values),
        }
    }
}

/// What is given under a name, by all that fill a template.
fn given_under(
    fillings: &Fillings,
    function: FunctionRef,
    name: &str,
    visited: &mut FxHashSet<FunctionRef>,
    given: &mut Vec<Given>,
) {
    if !visited.insert(function) {
        return;
    }
    for filling in fillings.get(&function).into_iter().flatten() {
        let mut own = filling.entries.iter().filter(|(key, _)| key.as_ref() == name).peekable();
        match (own.peek().is_some(), filling.from) {
            (true, _) => given.extend(own.map(|(_, own)| *own)),
            (false, Some(from)) => given_under(fillings, from, name, visited, given),
            (false, None) => {}
        }
        given.dedup();
        given.truncate(MOST_GIVEN);
    }
}

/// The keyword arguments of a call as entries of a map.
fn keyword_entries(
    facts: &FileFacts,
    file: FileId,
    from: CallId,
    call: Option<CallId>,
    entries: &mut Vec<(Box<str>, Given)>,
) {
    for argument in facts.arguments_of(facts.call(from)) {
        if let Some(keyword) = argument.keyword {
            let given = Given { file, origin: argument.origin, form: Form::Value, call, made: Span::default() };
            entries.push((facts.text(keyword).into(), given));
        }
    }
}

/// The texts that a value may be.
fn texts_of(facts: &FileFacts, origin: OriginId) -> Vec<String> {
    match facts.origin(origin) {
        Origin::Join(start, end) => {
            facts.origin_list(start, end).iter().flat_map(|member| texts_of(facts, *member)).collect()
        }
        Origin::Call(_) => Vec::new(),
        Origin::Tuple(start, end) => {
            facts.origin_list(start, end).iter().flat_map(|own| texts_of(facts, *own)).collect()
        }
        _ => facts.literal_text(origin).map(str::to_owned).into_iter().collect(),
    }
}

/// A name that is relative to that of a template.
fn beside(template: &str, name: &str) -> String {
    let mut folders: Vec<&str> = template.split('/').collect();
    folders.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => {
                folders.pop();
            }
            part => folders.push(part),
        }
    }
    folders.join("/")
}
