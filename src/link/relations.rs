//! The graph of relations between classes, as their bodies declare them: which attribute leads to which class, to
//! one or to many, and back.
//!
//! What declares a relation, and how, is data (`[relations]` of the model tables). It knows no library, and nothing
//! of what is loaded when; that is `loading.rs`.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::resolve::{Definition, Resolver, Value, Values, argument_at};
use crate::facts::*;
use crate::model::table::{Argument as ArgumentPlace, RelationKind, RelationRow, Text};
use crate::program::ProgramFile;
use crate::source::FileId;
use crate::syntax::{Name, ParameterKind};
use crate::types::{Symbol, TypeId, TypeText};

/// The name of the type argument that stands for a class which is not known yet.
pub(super) const OWN_CLASS: &str = "self.model";

/// An attribute of a class that leads to another.
#[derive(Clone, Copy, Debug)]
pub struct Relation<'m> {
    /// To many?
    pub is_many: bool,
    /// The class that the attribute is of.
    pub owner: Symbol,
    /// The class that it leads to.
    pub target: Option<Symbol>,
    /// The attribute of the target that leads back.
    pub inverse: Option<Symbol>,
    /// Reading it never sends a query of its own: it is loaded with the row, or it must not be read.
    pub is_loaded: bool,
    /// The same, where its owner is itself at the other end of a relation.
    pub is_loaded_below: bool,
    /// Its declared type says what reading it gives.
    pub is_typed: bool,
    /// Reading it only makes what the rows can be asked from.
    pub is_manager: bool,
    /// Is it declared on the class itself, and not on the other one?
    pub is_forward: bool,
    /// May there be none at the other end?
    pub is_optional: bool,
    /// What declares it.
    pub row: &'m RelationRow,
}

/// All relations of a program.
#[derive(Clone, Debug, Default)]
pub struct Relations<'m> {
    by_member: FxHashMap<(Symbol, Symbol), Relation<'m>>,
    /// What a name alone tells: that of attributes which all ask for rows in the same way.
    by_name: FxHashMap<Symbol, Option<Relation<'m>>>,
    /// The classes that have an attribute of a name which says less by itself.
    owners: FxHashMap<Symbol, SmallVec<[Symbol; 2]>>,
    /// What gives the rows of a class unless something else is named.
    default_managers: FxHashMap<Symbol, TypeId>,
    /// The class that a class of managers is for, when there is just one.
    managed: FxHashMap<Symbol, Option<Symbol>>,
    /// Texts of settings, as far as they were asked for.
    settings: FxHashMap<String, Option<String>>,
    /// The classes whose rows a class is registered to show.
    registered: FxHashMap<Symbol, Registrations>,
    /// The classes of the program by their names alone.
    classes: FxHashMap<Symbol, Vec<Symbol>>,
}

/// Classes of rows, each with the call that registers it.
type Registrations = SmallVec<[(Symbol, (FileId, CallId)); 1]>;

/// A field of a class that is a relation.
struct Declaration<'m> {
    file: FileId,
    class: ClassId,
    owner: Symbol,
    name: Symbol,
    /// What declares it; `None` for a decorator that is given nothing.
    call: Option<CallId>,
    /// Is that a decorator?
    is_decorated: bool,
    row: &'m RelationRow,
    /// Does the declared type say that there are many? `None`: nothing is declared.
    is_declared_many: Option<bool>,
}

impl<'m> Relations<'m> {
    fn note_names(&mut self) {
        for ((_, name), relation) in &self.by_member {
            let asks = relation.is_manager.then_some(*relation);
            let known = self.by_name.entry(*name).or_insert(asks);
            let same = |known: &mut Relation<'m>| {
                let same_rows = known.target == relation.target && known.inverse == relation.inverse;
                known.target = known.target.filter(|_| same_rows);
                relation.is_manager && known.row.many == relation.row.many
            };
            if !known.as_mut().is_some_and(same) {
                *known = None;
            }
        }
        for (owner, name) in self.by_member.keys() {
            if self.by_name.get(name).is_some_and(|known| known.is_none_or(|known| known.target.is_none())) {
                self.owners.entry(*name).or_default().push(*owner);
            }
        }
    }
}

impl<'m> Resolver<'m> {
    /// Finds the relations that the classes of some files declare.
    pub(super) fn define_relations(&mut self, files: &[ProgramFile], own: &[FileId]) {
        if !self.models.knows_relations() {
            return;
        }
        let mut declarations = Vec::new();
        let mut by_name: FxHashMap<Symbol, Vec<Symbol>> = FxHashMap::default();
        let mut classes = Vec::new();
        for file in own {
            for number in 0..files[file.0 as usize].facts.classes.len() as u32 {
                let class = ClassId(number);
                let Some(symbol) = self.class_symbol(*file, class) else { continue };
                let name = self.name_symbol(files, *file, files[file.0 as usize].facts.class(class).name);
                by_name.entry(name).or_default().push(symbol);
                classes.push((*file, class, symbol));
                self.declarations_of(files, (*file, class, symbol), &mut declarations);
                self.find_managers(files, (*file, class, symbol));
            }
        }
        let abstracts: FxHashSet<Symbol> = declarations
            .iter()
            .filter(|declaration| self.is_abstract(files, declaration))
            .map(|declaration| declaration.owner)
            .collect();
        let mut heirs: FxHashMap<Symbol, Vec<Symbol>> = FxHashMap::default();
        if !abstracts.is_empty() {
            for (_, _, symbol) in &classes {
                for part in self.lineage(files, *symbol).iter().skip(1) {
                    if abstracts.contains(part) {
                        heirs.entry(*part).or_default().push(*symbol);
                    }
                }
            }
        }
        Arc::make_mut(&mut self.relations).classes = by_name;
        for declaration in &declarations {
            self.add_relation(files, declaration, &abstracts, &heirs);
        }
        Arc::make_mut(&mut self.relations).note_names();
    }

    fn declarations_of(
        &mut self,
        files: &[ProgramFile],
        (file, class, owner): (FileId, ClassId, Symbol),
        declarations: &mut Vec<Declaration<'m>>,
    ) {
        let facts = &files[file.0 as usize].facts;
        let fields = &facts.class(class).fields;
        for field in fields.iter().filter(|field| field.in_body && !field.declared) {
            let Origin::Call(call) = facts.origin(field.origin) else { continue };
            let Some(row) = self.relation_row(files, file, call) else { continue };
            let declared = fields.iter().find(|other| other.declared && other.name == field.name);
            let is_declared_many = declared.map(|declared| self.declares_collection(files, file, declared.origin));
            let name = self.name_symbol(files, file, field.name);
            let call = Some(call);
            declarations.push(Declaration {
                file,
                class,
                owner,
                name,
                call,
                is_decorated: false,
                row,
                is_declared_many,
            });
        }
        self.decorated_relations(files, (file, class, owner), declarations);
    }

    /// The relations that decorators of fields declare, or those of the methods that give them.
    fn decorated_relations(
        &mut self,
        files: &[ProgramFile],
        (file, class, owner): (FileId, ClassId, Symbol),
        declarations: &mut Vec<Declaration<'m>>,
    ) {
        let facts = &files[file.0 as usize].facts;
        let own = facts.class(class);
        let of_fields = own.field_decorators.iter().copied();
        let of_methods = own.methods.iter().flat_map(|(_, method)| {
            let given = given_member(facts, *method);
            let decorators = given.map_or(&[][..], |_| &facts.function(*method).decorators).iter();
            decorators.filter_map(move |decorator| Some((given?, *decorator)))
        });
        for (field, decorator) in of_fields.chain(of_methods).collect::<Vec<_>>() {
            let Some(path) = self.decorator_path(files, file, decorator) else { continue };
            let models = self.models;
            let Some(row) = models.relation(self.symbols.text(path)) else { continue };
            let call = match facts.origin(decorator) {
                Origin::Call(call) => Some(call),
                _ => None,
            };
            let name = self.name_symbol(files, file, field);
            declarations.push(Declaration {
                file,
                class,
                owner,
                name,
                call,
                is_decorated: true,
                row,
                is_declared_many: None,
            });
        }
    }

    /// Does a decorator load a relation in a way of its own?
    fn has_own_loading(&mut self, files: &[ProgramFile], declaration: &Declaration, target: Option<Symbol>) -> bool {
        let loaded_by = &declaration.row.loaded_by;
        if loaded_by.is_empty() {
            return false;
        }
        let field_decorators =
            files[declaration.file.0 as usize].facts.class(declaration.class).field_decorators.iter();
        let own: Vec<_> = field_decorators
            .filter(|(field, _)| self.name_symbol(files, declaration.file, *field) == declaration.name)
            .map(|(_, decorator)| (declaration.file, *decorator))
            .collect();
        let of_target = target.and_then(|target| self.class_named(target)).map(|(file, class)| {
            files[file.0 as usize].facts.class(class).decorators.iter().map(move |decorator| (file, *decorator))
        });
        let decorators: Vec<_> = own.into_iter().chain(of_target.into_iter().flatten()).collect();
        decorators.into_iter().any(|(file, decorator)| {
            let path = self.decorator_path(files, file, decorator);
            path.is_some_and(|path| loaded_by.iter().any(|own| **own == *self.symbols.text(path)))
        })
    }

    /// Is an attribute of a class the key of its rows, as a decorator says?
    pub(super) fn is_key(&mut self, files: &[ProgramFile], class: Symbol, member: Symbol, key_by: &str) -> bool {
        if key_by.is_empty() {
            return false;
        }
        let lineage = self.lineage(files, class);
        lineage.iter().filter_map(|part| self.class_named(*part)).collect::<Vec<_>>().into_iter().any(
            |(file, class)| {
                let decorators = files[file.0 as usize].facts.class(class).field_decorators.clone();
                decorators.into_iter().any(|(field, decorator)| {
                    self.name_symbol(files, file, field) == member
                        && self
                            .decorator_path(files, file, decorator)
                            .is_some_and(|path| self.symbols.text(path) == key_by)
                })
            },
        )
    }

    /// Is a declared type a collection, or is one among its arguments?
    fn declares_collection(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> bool {
        let facts = &files[file.0 as usize].facts;
        let Origin::Declared(module, declared) = facts.origin(origin) else { return false };
        let literals = self.language.profile().literal_types;
        let mut pending = vec![declared];
        while let Some(declared) = pending.pop() {
            if let Some(id) = self.type_values(files, file, module, declared).instance()
                && [literals.list, literals.set, literals.map].contains(&self.type_name(id))
            {
                return true;
            }
            pending.extend(facts.types[declared.0 as usize].arguments.iter().copied());
        }
        false
    }

    /// What a call declares: that of the constructor called, or of what it inherits from.
    fn relation_row(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> Option<&'m RelationRow> {
        let facts = &files[file.0 as usize].facts;
        let site = *facts.call(call);
        let owners = self.infer(files, file, site.callee);
        let mut callees = owners.clone();
        if let Some(name) = site.name {
            let member = self.name_symbol(files, file, name);
            callees = self.members(files, callees, member);
        }
        let models = self.models;
        if let ([Value::Instance(id)], Some(name)) = (&owners.list[..], site.name) {
            let path = [self.type_name(*id), self.language.profile().separator, facts.text(name)].concat();
            return models.relation(&path);
        }
        let [Value::Item(symbol)] = callees.list[..] else { return None };
        if self.definition(symbol).is_none() {
            return models.relation(self.symbols.text(symbol));
        }
        let lineage = self.lineage(files, symbol);
        lineage.iter().find_map(|part| models.relation(self.symbols.text(*part)))
    }

    fn is_abstract(&self, files: &[ProgramFile], declaration: &Declaration) -> bool {
        let Some((inner, field)) = declaration.row.abstract_by.split_once('.') else { return false };
        let facts = &files[declaration.file.0 as usize].facts;
        facts.classes.iter().any(|class| {
            class.parent == Some(declaration.class)
                && facts.text(class.name) == inner
                && class.fields.iter().any(|own| facts.text(own.name) == field)
        })
    }

    fn add_relation(
        &mut self,
        files: &[ProgramFile],
        declaration: &Declaration<'m>,
        abstracts: &FxHashSet<Symbol>,
        heirs: &FxHashMap<Symbol, Vec<Symbol>>,
    ) {
        let row = declaration.row;
        let mut target = self.target_of(files, declaration);
        let is_many = match (row.kind, declaration.is_declared_many) {
            (RelationKind::One, _) => false,
            (RelationKind::Many, _) => true,
            (RelationKind::Declared, Some(is_many)) => is_many,
            (RelationKind::Declared, None) => {
                // One or many, nobody knows: it can be read, but what that gives is unknown.
                target = None;
                true
            }
        };
        let keyword = |name: &Text| keyword_text(files, declaration, name);
        let is_at_once = match is_given(files, declaration, &row.when) {
            true => keyword(&row.when).is_none_or(|when| when != row.when_read),
            false => row.loaded_unless_said,
        };
        let has_own_loading = self.has_own_loading(files, declaration, target);
        let is_manager = {
            let text = TypeText::parse(&row.many);
            self.models.is_of_class(text.name)
        };
        let forward = Relation {
            is_many,
            owner: declaration.owner,
            target,
            inverse: keyword(&row.inverse).map(|inverse| self.symbols.intern(&inverse)),
            is_loaded: has_own_loading || is_at_once && !row.loaded_below,
            is_loaded_below: is_at_once,
            is_typed: declaration.is_decorated,
            is_manager: is_many && is_manager,
            is_forward: true,
            is_optional: is_given(files, declaration, &row.optional_by)
                && !is_denied(files, declaration, &row.optional_by),
            row,
        };
        let key = (declaration.owner, declaration.name);
        Arc::make_mut(&mut self.relations).by_member.insert(key, forward);
        let Some(target) = target else { return };
        let named = keyword(&row.reverse);
        let owners = match abstracts.contains(&declaration.owner) {
            true => heirs.get(&declaration.owner).cloned().unwrap_or_default(),
            false => vec![declaration.owner],
        };
        for owner in owners {
            let model = self.last_name(owner).to_ascii_lowercase();
            let name = match &named {
                Some(name) => name.replace("%(class)s", &model).replace("%(model_name)s", &model),
                None => row.reverse_default.replace("{model}", &model),
            };
            if name.is_empty() || name.ends_with('+') || name.contains('%') {
                continue;
            }
            let name = self.symbols.intern(&name);
            if let Some(forward) = Arc::make_mut(&mut self.relations).by_member.get_mut(&key)
                && forward.inverse.is_none()
            {
                forward.inverse = Some(name);
            }
            let is_many = row.reverse_kind == RelationKind::Many;
            let backward = Relation {
                is_many,
                owner: target,
                target: Some(owner),
                inverse: Some(declaration.name),
                is_loaded: false,
                is_loaded_below: false,
                is_typed: false,
                is_manager: is_many && is_manager,
                is_forward: false,
                is_optional: true,
                row,
            };
            Arc::make_mut(&mut self.relations).by_member.entry((target, name)).or_insert(backward);
        }
    }

    fn target_of(&mut self, files: &[ProgramFile], declaration: &Declaration<'m>) -> Option<Symbol> {
        let file = declaration.file;
        let facts = &files[file.0 as usize].facts;
        let argument = declaration.row.target.as_ref().zip(declaration.call);
        let argument = argument.and_then(|(place, call)| argument_at(facts, call, place));
        let argument = argument.map(|argument| argument.origin);
        let Some(argument) = argument else { return self.declared_target(files, declaration) };
        match facts.origin(argument) {
            Origin::String(Some(text)) => self.named_class(&facts.strings[text.0 as usize], declaration.owner),
            // `lambda: Order`.
            Origin::Closure(closure) => {
                let returned = facts.closure(closure).returns.first().copied()?;
                self.class_named_by(files, file, returned)
            }
            Origin::Member(_, name) if is_setting(facts.text(name)) => {
                let configured = self.configured_text(files, facts.text(name));
                let configured = configured.and_then(|text| self.named_class(&text, declaration.owner));
                configured.or_else(|| self.class_named_by(files, file, argument))
            }
            _ => self.class_named_by(files, file, argument),
        }
    }

    fn class_named_by(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<Symbol> {
        match self.infer(files, file, origin).list[..] {
            [Value::Item(symbol)] => Some(symbol),
            [Value::Instance(id)] => Some(self.types.get(id).name),
            _ => None,
        }
    }

    /// The class that the declared type of an attribute speaks of: `Mapped[Order]`, `list["Order"]`.
    fn declared_target(&mut self, files: &[ProgramFile], declaration: &Declaration<'m>) -> Option<Symbol> {
        let file = declaration.file;
        let facts = &files[file.0 as usize].facts;
        let name = facts
            .class(declaration.class)
            .fields
            .iter()
            .find(|field| field.declared && facts.text(field.name) == self.symbols.text(declaration.name))?;
        let Origin::Declared(module, declared) = facts.origin(name.origin) else { return None };
        let mut pending = vec![declared];
        while let Some(declared) = pending.pop() {
            if let Some(id) = self.type_values(files, file, module, declared).instance()
                && matches!(self.definition(self.types.get(id).name), Some(Definition::Class(..)))
            {
                return Some(self.types.get(id).name);
            }
            pending.extend(facts.types[declared.0 as usize].arguments.iter().copied());
        }
        None
    }

    /// The class that a text names: `Order`, `shop.Order`, `self`.
    fn named_class(&mut self, text: &str, owner: Symbol) -> Option<Symbol> {
        if text == "self" {
            return Some(owner);
        }
        let (label, name) = match text.rsplit_once('.') {
            Some((label, name)) => (Some(label), name),
            None => (None, text),
        };
        let candidates = self.relations.classes.get(&self.symbols.find(name)?)?;
        if let [only] = candidates[..] {
            return Some(only);
        }
        let separator = self.language.profile().separator;
        let module_of = |symbol: &Symbol| self.symbols.text(*symbol).rsplit_once(separator).map_or("", |(of, _)| of);
        let fitting: SmallVec<[Symbol; 4]> = match label {
            Some(label) => candidates.iter().filter(|symbol| self.is_below(**symbol, label)).copied().collect(),
            None => {
                let here = module_of(&owner);
                let is_beside = |symbol: &&Symbol| {
                    let there = module_of(symbol);
                    there == here
                        || there.rsplit_once(separator).map(|(of, _)| of)
                            == here.rsplit_once(separator).map(|(of, _)| of)
                };
                candidates.iter().filter(is_beside).copied().collect()
            }
        };
        match fitting[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Is a folder or module around a class named as a label ends?
    fn is_below(&self, class: Symbol, label: &str) -> bool {
        let separator = self.language.profile().separator;
        let last = label.rsplit('.').next().unwrap_or(label);
        let around = self.symbols.text(class).rsplit_once(separator).map_or("", |(around, _)| around);
        around.split(separator).any(|part| part.eq_ignore_ascii_case(last))
    }

    /// The class of rows that a call names by texts: `get_model("shop", "Order")`, `get_model("shop.Order")`.
    pub(super) fn class_of_rows_named(&mut self, files: &[ProgramFile], texts: &[&str]) -> Option<Symbol> {
        let (label, name) = match texts {
            [label, name] => (*label, *name),
            [both] => both.rsplit_once('.')?,
            _ => return None,
        };
        let named = self.relations.classes.get(&self.symbols.find(name)?)?.clone();
        let (models, mut rows) = (self.models, SmallVec::<[Symbol; 4]>::new());
        for class in named {
            let lineage = self.lineage(files, class);
            if lineage.iter().skip(1).any(|part| models.table(self.symbols.text(*part)).is_some()) {
                rows.push(class);
            }
        }
        let below: SmallVec<[Symbol; 4]> = rows.iter().filter(|class| self.is_below(**class, label)).copied().collect();
        match (&below[..], &rows[..]) {
            // A label may be another name than that of the folder.
            ([only], _) | ([], [only]) => Some(*only),
            _ => None,
        }
    }

    /// The text of a constant that a module of the program defines: a setting.
    fn configured_text(&mut self, files: &[ProgramFile], name: &str) -> Option<String> {
        if let Some(known) = self.relations.settings.get(name) {
            return known.clone();
        }
        let found = files.iter().find_map(|file| {
            let facts = &file.facts;
            let definitions = facts.modules.first().map_or(&[][..], |module| &module.definitions);
            definitions.iter().filter(|(own, _)| facts.text(*own) == name).find_map(|(_, origin)| {
                match facts.origin(*origin) {
                    Origin::String(Some(text)) => Some(facts.strings[text.0 as usize].to_string()),
                    _ => None,
                }
            })
        });
        Arc::make_mut(&mut self.relations).settings.insert(name.to_owned(), found.clone());
        found
    }

    /// Notes the fields of a class that give its rows.
    fn find_managers(&mut self, files: &[ProgramFile], (file, class, owner): (FileId, ClassId, Symbol)) {
        let facts = &files[file.0 as usize].facts;
        for field in facts.class(class).fields.iter().filter(|field| field.in_body && !field.declared) {
            if !matches!(facts.origin(field.origin), Origin::Call(_)) {
                continue;
            }
            let Some(id) = self.infer(files, file, field.origin).instance() else { continue };
            if !self.is_of_class(files, id) {
                continue;
            }
            let manager = self.types.get(id).name;
            let own = self.types.intern(owner, &[]);
            let bound = self.bound_to(files, id, own);
            Arc::make_mut(&mut self.relations).default_managers.entry(owner).or_insert(bound);
            Arc::make_mut(&mut self.relations)
                .managed
                .entry(manager)
                .and_modify(|known| {
                    if *known != Some(owner) {
                        *known = None;
                    }
                })
                .or_insert(Some(owner));
        }
    }

    /// Does a type, or one it inherits from, give rows of the class that it is an attribute of?
    pub(super) fn is_of_class(&mut self, files: &[ProgramFile], id: TypeId) -> bool {
        let symbol = self.types.get(id).name;
        if self.definition(symbol).is_none() {
            return self.is_known_of_class(symbol);
        }
        let lineage = self.lineage(files, symbol);
        lineage.iter().any(|part| self.is_known_of_class(*part))
    }

    /// What the models say of this, which is asked of the same few types all the time.
    fn is_known_of_class(&mut self, symbol: Symbol) -> bool {
        *self.of_class.entry(symbol).or_insert_with(|| self.models.is_of_class(self.symbols.text(symbol)))
    }

    /// A type that gives rows, of the rows of this class unless it says otherwise already.
    pub(super) fn bound_to(&mut self, files: &[ProgramFile], id: TypeId, class: TypeId) -> TypeId {
        let ty = self.types.get(id).clone();
        if ty.arguments.is_empty() {
            return match self.is_of_class(files, id) {
                true => self.types.intern(ty.name, &[class]),
                false if self.symbols.text(ty.name) == OWN_CLASS => class,
                false => id,
            };
        }
        let arguments: SmallVec<[TypeId; 2]> =
            ty.arguments.iter().map(|argument| self.bound_to(files, *argument, class)).collect();
        self.types.intern(ty.name, &arguments)
    }

    /// [`Resolver::bound_to`] for all values.
    pub(super) fn values_bound_to(&mut self, files: &[ProgramFile], mut values: Values, class: TypeId) -> Values {
        for value in &mut values.list {
            if let Value::Instance(id) = value {
                *value = Value::Instance(self.bound_to(files, *id, class));
            }
        }
        values
    }

    /// The receiver of a method of a class that gives rows: the rows' class is a type argument.
    pub(super) fn receiver_of_rows(&mut self, files: &[ProgramFile], class: Symbol) -> TypeId {
        let plain = self.types.intern(class, &[]);
        if !self.models.knows_relations() || !self.is_of_class(files, plain) {
            return plain;
        }
        let managed = self.relations.managed.get(&class).copied().flatten();
        let rows = managed.unwrap_or_else(|| self.symbols.intern(OWN_CLASS));
        let rows = self.types.intern(rows, &[]);
        self.types.intern(class, &[rows])
    }

    /// What gives the rows of a class unless something else is named.
    pub(super) fn default_manager(&mut self, files: &[ProgramFile], class: Symbol) -> Option<TypeId> {
        let lineage = self.lineage(files, class);
        let own = self.types.intern(class, &[]);
        let found = lineage.iter().find_map(|part| self.relations.default_managers.get(part).copied())?;
        let manager = self.types.get(found).name;
        Some(self.types.intern(manager, &[own]))
    }

    /// The relation that an attribute of a class is, inherited ones too.
    pub(super) fn relation(&mut self, files: &[ProgramFile], class: Symbol, member: Symbol) -> Option<Relation<'m>> {
        if self.relations.by_member.is_empty() {
            return None;
        }
        let lineage = self.lineage(files, class);
        lineage.iter().find_map(|part| self.relations.by_member.get(&(*part, member)).copied())
    }

    /// The relation that a member of a class itself is, without those it inherits.
    pub(super) fn own_relation(&self, class: Symbol, member: Symbol) -> Option<Relation<'m>> {
        self.relations.by_member.get(&(class, member)).copied()
    }

    /// The relations that a class itself declares, or inherits, by name.
    pub(super) fn declared_relations(&mut self, files: &[ProgramFile], class: Symbol) -> Vec<(Symbol, Relation<'m>)> {
        let lineage = self.lineage(files, class);
        let members = self.relations.by_member.iter();
        let mut own: Vec<(Symbol, Relation)> = members
            .filter(|((owner, _), relation)| relation.is_forward && lineage.contains(owner))
            .map(|((_, name), relation)| (*name, *relation))
            .collect();
        own.sort_by(|(left, _), (right, _)| self.symbols.text(*left).cmp(self.symbols.text(*right)));
        own
    }

    /// Notes that a class is registered to show the rows of another.
    pub(super) fn register(&mut self, shows: Symbol, model: Symbol, by: (FileId, CallId)) {
        Arc::make_mut(&mut self.relations).registered.entry(shows).or_default().push((model, by));
    }

    /// The classes whose rows a class is registered to show, and by which calls.
    pub(super) fn registered(&self, shows: Symbol) -> &[(Symbol, (FileId, CallId))] {
        self.relations.registered.get(&shows).map_or(&[], |known| known)
    }

    /// Are there any relations?
    /// The names of all attributes that are relations.
    pub(super) fn relation_names(&self) -> FxHashSet<Symbol> {
        self.relations.by_member.keys().map(|(_, name)| *name).collect()
    }

    pub(super) fn has_relations(&self) -> bool {
        !self.relations.by_member.is_empty()
    }

    /// Does a type give rows by making them, and not by being them?
    pub(super) fn makes_rows(&mut self, files: &[ProgramFile], id: TypeId) -> bool {
        let class = self.types.get(id).name;
        let lineage = self.lineage(files, class);
        lineage.iter().any(|part| self.models.rows_from(self.symbols.text(*part)).is_some())
    }

    /// The method of the program in which a class of rows makes them.
    pub(super) fn rows_maker(&mut self, files: &[ProgramFile], class: Symbol) -> Option<crate::program::FunctionRef> {
        self.definition(class)?;
        let lineage = self.lineage(files, class);
        let maker = lineage.iter().find_map(|part| self.models.rows_from(self.symbols.text(*part)))?;
        let maker = self.symbols.intern(maker);
        let (file, function) = self.method(files, class, maker)?;
        Some(super::resolve::function_ref(files, file, function))
    }

    /// What a method is called on that has no known type, where only relations have its name, and only what they give the
    /// method: `user.teams.filter(…)`.
    pub(super) fn related_by_name(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        receiver: OriginId,
        method: Symbol,
    ) -> Option<TypeId> {
        if self.relations.by_name.is_empty() {
            return None;
        }
        let Origin::Member(holder, name) = files[file.0 as usize].facts.origin(receiver) else { return None };
        let name = self.name_symbol(files, file, name);
        let relation = self.relation_named(files, file, holder, name)?;
        let literals = self.language.profile().literal_types;
        for container in [literals.list, literals.tuple, literals.set, literals.map, literals.string] {
            let container = self.symbols.intern(container);
            if self.member_row(container, method).is_some() {
                return None;
            }
        }
        let rows = match relation.target {
            Some(target) => self.related(files, relation).instance().filter(|_| self.definition(target).is_some())?,
            None => {
                let holder = TypeText::parse(&relation.row.many).name;
                let holder = self.symbols.intern(holder);
                self.types.intern(holder, &[])
            }
        };
        let holder = self.types.get(rows).name;
        self.member_row(holder, method).map(|_| rows)
    }

    /// The relation that an attribute of something unknown is: that of the one class which the thing is named after
    /// (`request.user.orders`), or what every attribute with this name is.
    pub(super) fn relation_named(
        &self,
        files: &[ProgramFile],
        file: FileId,
        holder: OriginId,
        name: Symbol,
    ) -> Option<Relation<'m>> {
        let known = self.relations.by_name.get(&name)?;
        let owners = self.relations.owners.get(&name).map_or(&[][..], |owners| owners);
        let called = holder_name(&files[file.0 as usize].facts, holder);
        let is_namesake =
            |owner: &&Symbol| called.is_some_and(|called| is_named_after(called, self.last_name(**owner)));
        let mut namesakes = owners.iter().filter(is_namesake);
        match (namesakes.next(), namesakes.next()) {
            (Some(owner), None) => self.own_relation(*owner, name).filter(|relation| relation.is_manager),
            _ => *known,
        }
    }

    /// What reading a relation gives.
    pub(super) fn related(&mut self, files: &[ProgramFile], relation: Relation<'m>) -> Values {
        let Some(target) = relation.target else { return Values::unknown() };
        let target = self.types.intern(target, &[]);
        if !relation.is_many {
            return Values::one(Value::Instance(target));
        }
        let list = self.symbols.intern(self.language.profile().literal_types.list);
        let holder = self.types.intern(list, &[target]);
        let text = TypeText::parse(&relation.row.many);
        match self.type_of_text(files, &text, Some(holder), None) {
            Some(id) => Values::one(Value::Instance(id)),
            None => Values::one(Value::Instance(holder)),
        }
    }
}

/// Does a declaration say anything under a keyword?
fn is_given(files: &[ProgramFile], declaration: &Declaration, keyword: &Text) -> bool {
    let facts = &files[declaration.file.0 as usize].facts;
    let place = ArgumentPlace::Keyword(keyword.clone());
    !keyword.is_empty() && declaration.call.is_some_and(|call| argument_at(facts, call, &place).is_some())
}

/// Does a declaration say no under a keyword?
fn is_denied(files: &[ProgramFile], declaration: &Declaration, keyword: &Text) -> bool {
    let facts = &files[declaration.file.0 as usize].facts;
    let place = ArgumentPlace::Keyword(keyword.clone());
    let argument = declaration.call.and_then(|call| argument_at(facts, call, &place));
    argument.is_some_and(|argument| facts.origin(argument.origin) == Origin::Bool(Some(false)))
}

/// The text that a declaration gives under a keyword, or the name of a constant.
fn keyword_text(files: &[ProgramFile], declaration: &Declaration, keyword: &Text) -> Option<String> {
    if keyword.is_empty() {
        return None;
    }
    let facts = &files[declaration.file.0 as usize].facts;
    let place = ArgumentPlace::Keyword(keyword.clone());
    let origin = argument_at(facts, declaration.call?, &place)?.origin;
    match facts.origin(origin) {
        Origin::Member(_, name) if declaration.is_decorated => Some(facts.text(name).to_owned()),
        Origin::Import(import) if declaration.is_decorated => {
            facts.imports[import.index()].path.last().map(|name| facts.text(*name).to_owned())
        }
        Origin::String(Some(text)) => Some(facts.strings[text.0 as usize].to_string()),
        // `backref("orders", …)`.
        Origin::Call(call) => {
            match facts.arguments_of(facts.call(call)).first().map(|first| facts.origin(first.origin)) {
                Some(Origin::String(Some(text))) => Some(facts.strings[text.0 as usize].to_string()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The member of the object itself that a method gives, and does nothing else.
pub(super) fn given_member(facts: &FileFacts, method: FunctionId) -> Option<Name> {
    let function = facts.function(method);
    let [returned] = function.returns[..] else { return None };
    let Origin::Member(owner, name) = facts.origin(returned) else { return None };
    let is_own = facts.origin(owner) == Origin::Parameter(method, 0)
        && function.parameters.first().is_some_and(|first| first.kind == ParameterKind::Receiver);
    is_own.then_some(name)
}

/// The name by which code knows something: that of a parameter or an attribute.
fn holder_name(facts: &FileFacts, holder: OriginId) -> Option<&str> {
    match facts.origin(holder) {
        Origin::Member(_, name) => Some(facts.text(name)),
        Origin::Parameter(function, place) => {
            let parameter = facts.function(function).parameters.get(place as usize)?;
            parameter.name.map(|name| facts.text(name))
        }
        _ => None,
    }
}

/// `sales_order` is one of `SalesOrder`.
fn is_named_after(name: &str, class: &str) -> bool {
    let letters = name.chars().filter(|letter| *letter != '_');
    letters.map(|letter| letter.to_ascii_lowercase()).eq(class.chars().map(|letter| letter.to_ascii_lowercase()))
}

/// Written as settings are: in capitals.
fn is_setting(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_' || letter.is_ascii_digit())
}
