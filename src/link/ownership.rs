//! Ownership: whether a value is surely its holder's own, so that it can be moved, and whether copying it costs memory.
//!
//! Types forget what is borrowed, so this goes back to what the code declares. It knows nothing of lifetimes, and
//! nothing of values whose declaration it cannot see: those count as borrowed.

use super::resolve::{Resolver, Value};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::model::table::Row;
use crate::program::{ProgramFile, Target};
use crate::source::FileId;
use crate::syntax::{ClassKind, ParameterKind, TypeExprId, TypeForm};
use crate::types::{TypeId, TypeText};

/// How many steps an answer may take.
const LONGEST_WAY: usize = 12;

/// How deep in what a type holds it is looked for what is costly to copy.
const DEEPEST_PART: u8 = 4;

/// A value that belongs to its holder.
#[derive(Clone, Copy, Debug)]
enum Owned {
    /// Of this declared type.
    Declared(FileId, TypeExprId),
    /// Made by a library call or a display.
    Made,
}

/// How sure an answer about the cost of a copy is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Costly {
    /// Copying surely allocates.
    Surely,
    /// Nothing says that copying is cheap.
    Perhaps,
}

impl<'m> Resolver<'m> {
    /// Is the value surely owned, not borrowed from somebody else?
    pub fn is_owned(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> bool {
        match self.owned(files, file, origin, 0) {
            Some(Owned::Declared(file, declared)) => {
                let facts = &files[file.0 as usize].facts;
                matches!(facts.types[declared.0 as usize].form, TypeForm::Named | TypeForm::Tuple | TypeForm::Array)
            }
            Some(Owned::Made) => true,
            None => false,
        }
    }

    fn owned(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId, depth: usize) -> Option<Owned> {
        if depth > LONGEST_WAY {
            return None;
        }
        let facts = &files[file.0 as usize].facts;
        match facts.origin(origin) {
            Origin::Parameter(function, place) => {
                let parameter = facts.function(function).parameters.get(place as usize)?;
                let is_plain = parameter.kind == ParameterKind::Ordinary;
                is_plain.then_some(Owned::Declared(file, parameter.declared?))
            }
            Origin::Declared(_, declared) => Some(Owned::Declared(file, declared)),
            Origin::Ascribed(declared, value) => match self.owned(files, file, declared, depth + 1)? {
                // `Vec<_>` says less than the value may.
                Owned::Declared(from, declared) => Some(Owned::Declared(from, declared)),
                Owned::Made => self.owned(files, file, value, depth + 1),
            },
            Origin::Call(call) => self.owned_result(files, file, call, depth),
            Origin::Await(inner) => self.owned(files, file, inner, depth + 1),
            Origin::Propagated(inner) => self.owned_payload(files, file, inner, 0, depth),
            Origin::Payload(inner, constructor, place) => {
                let values = self.infer(files, file, constructor);
                let Some(Value::Item(symbol)) = values.list.first().copied() else { return None };
                if let Some(super::resolve::Definition::Class(from, class)) = self.definition(symbol) {
                    // What is matched by reference gives references.
                    self.is_owned(files, file, inner).then_some(())?;
                    let field = files[from.0 as usize].facts.class(class).fields.get(place as usize)?.origin;
                    return self.owned(files, from, field, depth + 1);
                }
                let text = self.symbols.text(symbol);
                let name = text.rsplit(self.language.profile().separator).next().unwrap_or(text);
                let argument = self.language.payload(name)?;
                self.owned_payload(files, file, inner, argument, depth)
            }
            Origin::Member(inner, name) => {
                if !self.is_owned(files, file, inner) {
                    return None;
                }
                let owner = self.infer(files, file, inner).instance()?;
                let (from, class) = self.class_of(owner)?;
                let name = facts.text(name);
                let facts = &files[from.0 as usize].facts;
                let field = facts.class(class).fields.iter().find(|field| facts.text(field.name) == name)?;
                self.owned(files, from, field.origin, depth + 1)
            }
            Origin::Part(inner, place) => {
                // The parts of what a map is made of stand in the declaration of the map.
                let (container, is_element) = match facts.origin(inner) {
                    Origin::Element(container) => (container, true),
                    _ => (inner, false),
                };
                let Owned::Declared(file, declared) = self.owned(files, file, container, depth + 1)? else {
                    return None;
                };
                let expr = &files[file.0 as usize].facts.types[declared.0 as usize];
                let is_pair = is_element && expr.form == TypeForm::Named && expr.arguments.len() >= 2;
                let is_tuple = !is_element && expr.form == TypeForm::Tuple;
                (is_pair || is_tuple).then_some(())?;
                Some(Owned::Declared(file, *expr.arguments.get(place as usize)?))
            }
            Origin::Element(inner) => {
                let Owned::Declared(file, declared) = self.owned(files, file, inner, depth + 1)? else { return None };
                let expr = &files[file.0 as usize].facts.types[declared.0 as usize];
                // `impl Iterator<Item = T>` is declared by what it gives.
                let is_sequence = matches!(expr.form, TypeForm::Named | TypeForm::Array | TypeForm::Trait)
                    && expr.arguments.len() == 1;
                is_sequence.then(|| Owned::Declared(file, expr.arguments[0]))
            }
            Origin::Collection(..) | Origin::Tuple(..) => Some(Owned::Made),
            Origin::Join(start, end) => {
                let mut first = None;
                for member in facts.origin_list(start, end).to_vec() {
                    let owned = self.owned(files, file, member, depth + 1)?;
                    first = first.or(Some(owned));
                    if !self.is_owned(files, file, member) {
                        return None;
                    }
                }
                first
            }
            _ => None,
        }
    }

    /// What a call gives.
    fn owned_result(&mut self, files: &[ProgramFile], file: FileId, call: CallId, depth: usize) -> Option<Owned> {
        let site = *files[file.0 as usize].facts.call(call);
        let resolution = self.call(files, file, call).clone();
        match resolution.targets[..] {
            [Target::Function(function)] => {
                let (file, function) = self.place_of_function(files, function)?;
                let function = files[file.0 as usize].facts.function(function);
                Some(Owned::Declared(file, function.declared?))
            }
            [Target::Row(row)] => {
                if row.returns == "T" && site.name.is_some() {
                    // `unwrap` and its kin give what the receiver holds.
                    return self.owned_payload(files, file, site.callee, 0, depth);
                }
                let makes = EffectSet::of(&[
                    Effect::Allocates,
                    Effect::Copies,
                    Effect::Materializes,
                    Effect::Formats,
                    Effect::FileIo,
                    Effect::Network,
                    Effect::Serializes,
                ]);
                let constructs = site.name.is_none() && !row.returns.is_empty() && row.path.starts_with(&*row.returns);
                (row.effects.meets(makes) || constructs).then_some(Owned::Made)
            }
            // `T { … }` and `T(…)` have no target of their own.
            [] => {
                let result = resolution.results().instance();
                let callees = self.infer(files, file, site.callee);
                let is_class = matches!(callees.list[..], [Value::Item(symbol)]
                    if matches!(self.definition(symbol), Some(super::resolve::Definition::Class(..))));
                let is_made = is_class || self.is_derived_constructor(files, file, site.callee, result);
                (site.name.is_none() && is_made).then_some(Owned::Made)
            }
            _ => None,
        }
    }

    /// `T::default()`: does a class of the program get this constructor by derivation?
    fn is_derived_constructor(
        &self,
        files: &[ProgramFile],
        file: FileId,
        callee: OriginId,
        result: Option<TypeId>,
    ) -> bool {
        let facts = &files[file.0 as usize].facts;
        let Origin::Member(_, name) = facts.origin(callee) else { return false };
        let makes_class = result.is_some_and(|id| self.class_of(id).is_some());
        makes_class && self.language.is_constructor_name(facts.text(name))
    }

    /// What a value of a generic type holds: `T` of `Option<T>`.
    fn owned_payload(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        origin: OriginId,
        argument: usize,
        depth: usize,
    ) -> Option<Owned> {
        match self.owned(files, file, origin, depth + 1)? {
            Owned::Declared(file, declared) => {
                let expr = &files[file.0 as usize].facts.types[declared.0 as usize];
                let is_generic = expr.form == TypeForm::Named;
                Some(Owned::Declared(file, *expr.arguments.get(argument).filter(|_| is_generic)?))
            }
            Owned::Made => {
                // Only what the table itself names is known: a placeholder may stand for something borrowed.
                let row = self.row_behind(files, file, origin)?;
                let text = TypeText::parse(&row.returns);
                let inner = text.arguments.get(argument)?;
                inner.name.contains(self.language.profile().separator).then_some(Owned::Made)
            }
        }
    }

    fn row_behind(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<&'m Row> {
        match files[file.0 as usize].facts.origin(origin) {
            Origin::Call(call) => match self.call(files, file, call).targets[..] {
                [Target::Row(row)] => Some(row),
                _ => None,
            },
            Origin::Await(inner) => self.row_behind(files, file, inner),
            _ => None,
        }
    }

    fn place_of_function(
        &self,
        files: &[ProgramFile],
        function: crate::program::FunctionRef,
    ) -> Option<(FileId, FunctionId)> {
        let after = files.partition_point(|file| file.first_function <= function.0);
        let file = after.checked_sub(1)?;
        Some((FileId(file as u32), FunctionId(function.0 - files[file].first_function)))
    }

    /// Does copying a value of this type surely allocate?
    pub fn is_costly_to_copy(&mut self, files: &[ProgramFile], id: TypeId) -> bool {
        self.is_costly(files, id, Costly::Surely, 0)
    }

    /// Is a type neither known to be cheap to copy nor to be made of what is?
    pub fn may_be_costly_to_copy(&mut self, files: &[ProgramFile], id: TypeId) -> bool {
        self.is_costly(files, id, Costly::Perhaps, 0)
    }

    fn is_costly(&mut self, files: &[ProgramFile], id: TypeId, costly: Costly, depth: u8) -> bool {
        if depth > DEEPEST_PART || self.is_cheap_to_clone(id) {
            return false;
        }
        // Large types hold each other many times over.
        if let Some(known) = self.costly.get(&(id, costly, depth)) {
            return *known;
        }
        let answer = match costly {
            Costly::Surely => self.is_surely_costly(files, id, depth),
            Costly::Perhaps => self.is_perhaps_costly(files, id, depth),
        };
        self.costly.insert((id, costly, depth), answer);
        answer
    }

    fn is_surely_costly(&mut self, files: &[ProgramFile], id: TypeId, depth: u8) -> bool {
        match self.class_of(id) {
            Some((file, class)) => self.has_costly_part(files, file, class, Costly::Surely, depth),
            None => self.is_growable(id) || self.has_costly_argument(files, id, Costly::Surely, depth),
        }
    }

    fn is_perhaps_costly(&mut self, files: &[ProgramFile], id: TypeId, depth: u8) -> bool {
        if !self.is_known(id) {
            return false;
        }
        let Some((file, class)) = self.class_of(id) else {
            // What is generic is as costly as its contents.
            return self.types.get(id).arguments.is_empty()
                || self.has_costly_argument(files, id, Costly::Perhaps, depth);
        };
        let facts = &files[file.0 as usize].facts;
        let is_cheap = facts.class(class).kind == ClassKind::Interface || self.is_plain_data(files, file, class);
        !is_cheap && self.has_costly_part(files, file, class, Costly::Perhaps, depth)
    }

    fn has_costly_argument(&mut self, files: &[ProgramFile], id: TypeId, costly: Costly, depth: u8) -> bool {
        let arguments = self.types.get(id).arguments.clone();
        arguments.iter().any(|argument| self.is_costly(files, *argument, costly, depth + 1))
    }

    fn has_costly_part(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        class: ClassId,
        costly: Costly,
        depth: u8,
    ) -> bool {
        let fields = self.parts_with_fields(files, file, class);
        fields.into_iter().any(|field| {
            let id = self.infer(files, file, field).instance();
            id.is_some_and(|id| self.is_costly(files, id, costly, depth + 1))
        })
    }

    /// The fields of a class and of its variants that are not references.
    fn parts_with_fields(&self, files: &[ProgramFile], file: FileId, class: ClassId) -> Vec<OriginId> {
        let facts = &files[file.0 as usize].facts;
        let is_part = |id: ClassId| id == class || facts.class(id).parent == Some(class);
        let parts = (0..facts.classes.len() as u32).map(ClassId).filter(|id| is_part(*id));
        let fields = parts.flat_map(|part| facts.class(part).fields.iter().map(|field| field.origin));
        let is_owned = |field: &OriginId| match facts.origin(*field) {
            Origin::Declared(_, declared) => {
                matches!(facts.types[declared.0 as usize].form, TypeForm::Named | TypeForm::Tuple)
            }
            _ => true,
        };
        fields.filter(is_owned).collect()
    }

    /// Is a class declared to be copied bit by bit?
    fn is_plain_data(&mut self, files: &[ProgramFile], file: FileId, class: ClassId) -> bool {
        let facts = &files[file.0 as usize].facts;
        let derived = facts.class(class).decorators.iter().filter_map(|decorator| match facts.origin(*decorator) {
            Origin::Call(call) => Some(facts.arguments_of(facts.call(call)).iter().map(|argument| argument.origin)),
            _ => None,
        });
        let derived: Vec<OriginId> = derived.flatten().collect();
        let is_derived = derived.into_iter().any(|origin| match self.infer(files, file, origin).list[..] {
            [Value::Item(symbol)] => self.models.is_cheap_to_clone(self.symbols.text(symbol)),
            _ => false,
        });
        let Some(symbol) = self.class_symbol(file, class) else { return is_derived };
        let lineage = self.lineage(files, symbol);
        is_derived || lineage.iter().any(|base| self.models.is_cheap_to_clone(self.symbols.text(*base)))
    }

    /// Does a library's type keep its contents in memory of its own?
    fn is_growable(&self, id: TypeId) -> bool {
        let Some(copying) = self.language.profile().copy_members.first() else { return false };
        let row = self.models.member(self.type_name(id), copying);
        // A wrapper that is as costly as what is in it has no cost of its own.
        row.is_some_and(|(row, steps)| steps == 0 && row.effects.has(Effect::Allocates) && !row.cost.is_empty())
    }

    /// Is it certain that a value borrows from nothing?
    pub fn holds_no_borrow(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> bool {
        let Some(id) = self.infer(files, file, origin).instance() else { return false };
        let is_plain = self.types.get(id).arguments.is_empty() && self.definition(self.types.get(id).name).is_none();
        self.is_plain_value(id) && self.references(files, file, origin) == Some(0)
            || is_plain && self.is_growable(id) && self.is_owned(files, file, origin)
    }

    /// Does a call give a plain value, and not a reference to one?
    pub fn makes_plain_value(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> bool {
        let result = self.call(files, file, call).results().instance();
        result.is_some_and(|result| self.is_plain_value(result)) && self.is_call_made_plain(files, file, call)
    }

    /// How many references stand before a value, when that is certain. An attribute is one that is read (`a.b`), not
    /// one that a pattern binds, unless its owner is matched by value.
    pub fn references(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<u32> {
        let facts = &files[file.0 as usize].facts;
        match facts.origin(origin) {
            Origin::Borrowed(inner) => Some(self.references(files, file, inner)? + 1),
            Origin::Integer(_) | Origin::Float | Origin::Character | Origin::Bool(_) | Origin::Operation(..) => Some(0),
            Origin::String(_) => Some(1),
            Origin::Element(inner) => {
                // Going through a reference gives references.
                let (from, expr) = self.declaration(files, file, inner)?;
                let (outer, expr) = peeled(&files[from.0 as usize].facts, expr);
                let facts = &files[from.0 as usize].facts;
                let [element] = facts.types[expr.0 as usize].arguments[..] else { return None };
                Some(outer.min(1) + peeled(facts, element).0)
            }
            Origin::Call(_) | Origin::Propagated(_) | Origin::Await(_) if self.is_made_plain(files, file, origin) => {
                Some(0)
            }
            Origin::Call(call) => {
                if let [Target::Function(function)] = self.call(files, file, call).targets[..] {
                    let (file, function) = self.place_of_function(files, function)?;
                    let facts = &files[file.0 as usize].facts;
                    return Some(peeled(facts, facts.function(function).declared?).0);
                }
                self.is_owned(files, file, origin).then_some(0)
            }
            _ => match self.declaration(files, file, origin) {
                Some((from, expr)) => Some(peeled(&files[from.0 as usize].facts, expr).0),
                None => self.is_owned(files, file, origin).then_some(0),
            },
        }
    }

    /// How many references stand before an attribute that is read (`a.b`): its declaration says.
    pub fn references_of_attribute(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<u32> {
        let facts = &files[file.0 as usize].facts;
        let Origin::Member(inner, name) = facts.origin(origin) else { return None };
        let owner = self.infer(files, file, inner).instance()?;
        let (from, class) = self.class_of(owner)?;
        let name = facts.text(name);
        let facts = &files[from.0 as usize].facts;
        let field = facts.class(class).fields.iter().find(|field| facts.text(field.name) == name)?;
        let Origin::Declared(_, declared) = facts.origin(field.origin) else { return None };
        Some(peeled(facts, declared).0)
    }

    /// The type that is written for a parameter or a variable.
    fn declaration(&self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<(FileId, TypeExprId)> {
        let facts = &files[file.0 as usize].facts;
        match facts.origin(origin) {
            Origin::Parameter(function, place) => {
                let parameter = facts.function(function).parameters.get(place as usize)?;
                let is_plain = parameter.kind == ParameterKind::Ordinary;
                Some((file, parameter.declared.filter(|_| is_plain)?))
            }
            Origin::Declared(_, declared) => Some((file, declared)),
            Origin::Ascribed(declared, _) => self.declaration(files, file, declared),
            _ => None,
        }
    }

    /// Does a call make a plain value, or what holds one, so that nothing of it is a reference? Types of library calls
    /// forget references, so their names have to be written in the table: a placeholder may stand for one.
    fn is_made_plain(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> bool {
        let facts = &files[file.0 as usize].facts;
        let call = match facts.origin(origin) {
            Origin::Call(call) => call,
            Origin::Await(inner) | Origin::Propagated(inner) => return self.is_made_plain(files, file, inner),
            _ => return false,
        };
        self.is_call_made_plain(files, file, call)
    }

    fn is_call_made_plain(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> bool {
        let site = *files[file.0 as usize].facts.call(call);
        match self.call(files, file, call).targets[..] {
            [Target::Function(function)] => {
                let Some((file, function)) = self.place_of_function(files, function) else { return false };
                let facts = &files[file.0 as usize].facts;
                facts.function(function).declared.is_some_and(|declared| !mentions_reference(facts, declared))
            }
            [Target::Row(row)] if row.returns == "T" => self.is_made_plain(files, file, site.callee),
            [Target::Row(row)] => {
                let text = TypeText::parse(&row.returns);
                let (mut innermost, is_generic) = (&text, !text.arguments.is_empty());
                while let [inner] = &innermost.arguments[..] {
                    innermost = inner;
                }
                let is_item = matches!(innermost.name, "T" | "item") && is_generic;
                match is_item && site.name.is_some() {
                    // The next one of what is made on the way is as it is made.
                    true => match self.row_behind(files, file, site.callee) {
                        Some(source) if source.laziness == crate::model::table::Laziness::Lazy => {
                            self.is_made_plain(files, file, site.callee)
                        }
                        _ => false,
                    },
                    false => self.models.is_cheap_to_clone(innermost.name),
                }
            }
            _ => false,
        }
    }

    /// Is it a number or the like, which borrows from nothing?
    pub fn is_plain_value(&self, id: TypeId) -> bool {
        let ty = self.types.get(id);
        ty.arguments.is_empty() && self.definition(ty.name).is_none() && self.is_cheap_to_clone(id)
    }

    /// Is a value of this type a sequence of its elements, all of them and in their order?
    pub fn is_sequence(&self, id: TypeId) -> bool {
        let list = self.language.profile().literal_types.list;
        let name = self.type_name(id);
        name == list || self.models.derefs(name).is_some_and(|inner| inner.split('<').next() == Some(list))
    }

    /// Do the tables know this member of the type itself, not only of what every type has?
    pub fn has_member(&self, id: TypeId, member: &str) -> bool {
        self.models.member(self.type_name(id), member).is_some_and(|(_, steps)| steps == 0)
    }

    /// May what is given for a parameter be borrowed as well: is it declared as a reference, or by a bound that both
    /// fulfil?
    pub fn takes_borrowed(&mut self, files: &[ProgramFile], file: FileId, function: FunctionId, place: usize) -> bool {
        let facts = &files[file.0 as usize].facts;
        let function = facts.function(function);
        let Some(declared) = function.parameters.get(place).and_then(|parameter| parameter.declared) else {
            return false;
        };
        match facts.types[declared.0 as usize].form {
            TypeForm::Reference => true,
            TypeForm::Trait => {
                let bound = self.type_values(files, file, function.module, declared).instance();
                bound.is_some_and(|bound| self.language.profile().lending_bounds.contains(&self.type_name(bound)))
            }
            _ => false,
        }
    }

    /// What is declared of the parameters of a function: does it borrow this one, and only to read?
    pub fn borrows_to_read(&self, files: &[ProgramFile], file: FileId, function: FunctionId, place: usize) -> bool {
        let facts = &files[file.0 as usize].facts;
        let parameter = facts.function(function).parameters.get(place);
        let declared = parameter.and_then(|parameter| parameter.declared);
        declared.is_some_and(|declared| facts.types[declared.0 as usize].form == TypeForm::Reference)
    }
}

/// How many references stand before a written type, and the type behind them.
fn peeled(facts: &FileFacts, mut declared: TypeExprId) -> (u32, TypeExprId) {
    let mut references = 0;
    loop {
        let expr = &facts.types[declared.0 as usize];
        match (expr.form, &expr.arguments[..]) {
            (TypeForm::Reference | TypeForm::MutableReference, [inner]) => {
                (references, declared) = (references + 1, *inner);
            }
            _ => return (references, declared),
        }
    }
}

/// Is a reference, or what may be one, part of a written type?
fn mentions_reference(facts: &FileFacts, declared: TypeExprId) -> bool {
    let expr = &facts.types[declared.0 as usize];
    !matches!(expr.form, TypeForm::Named | TypeForm::Tuple | TypeForm::Array)
        || expr.arguments.iter().any(|argument| mentions_reference(facts, *argument))
}
