//! Names across files: modules, imports, classes, members, and what a call site calls.
//!
//! One resolver per language. It follows names through the files of the program and hands over to the models
//! where a name leaves it. How values get their types is in `infer.rs`. It reads no text and no disk.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};

use super::ownership::Costly;
use crate::diagnostic::Confidence;
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::interner::Distinct;
use crate::lang::Language;
use crate::model::lookup::Models;
use crate::model::table::{self, Color, Row, RowKind};
use crate::program::{FunctionRef, ProgramFile, Resolved, Target};
use crate::qualified::split_last;
use crate::source::FileId;
use crate::sql::{self, Verb};
use crate::syntax::{ClassKind, FunctionFlavor, Name, ParameterKind};
use crate::types::{Symbol, Symbols, Type, TypeId, TypeText, Types};

/// More candidates than this are as good as none.
pub(super) const MOST_CANDIDATES: usize = 4;

/// The pseudo-member of going through a value, as model tables write it.
const ITERATE: &str = "__iter__";

/// A value that is none, as model tables write it.
const NULL: &str = "null";

/// A text that is more than one plain letter, where it is an expression, as model tables write it.
const PATTERN: &str = "pattern";

/// In the name of a row: whatever stands there.
const ANY: &str = "any";

/// How deep a question may lead to others of which no answer is kept.
const DEEPEST_QUESTION: usize = 96;

/// How deep questions of which the answers are kept may lead to each other. Each costs some stack.
const DEEPEST_NESTING: usize = 4096;

/// What a name or expression may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A module, class or function by its qualified name, of the program or not.
    Item(Symbol),
    /// A value of a type.
    Instance(TypeId),
    /// A function of the program.
    Function(FileId, FunctionId),
    /// An anonymous function of the program.
    Closure(FileId, ClosureId),
}

/// The candidates for a value; none means unknown.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Values {
    /// The candidates.
    pub list: SmallVec<[Value; 1]>,
    /// There are others of which nothing is known.
    pub is_partial: bool,
}

impl Clone for Values {
    // Copies as one piece; the derived form goes through the candidates.
    fn clone(&self) -> Values {
        Values { list: SmallVec::from_slice(&self.list), is_partial: self.is_partial }
    }
}

impl Values {
    /// Nothing is known.
    pub fn unknown() -> Values {
        Values { list: SmallVec::new(), is_partial: true }
    }

    /// Exactly this.
    pub fn one(value: Value) -> Values {
        Values { list: smallvec![value], is_partial: false }
    }

    /// Adds candidates; too many make it unknown.
    pub fn add(&mut self, other: Values) {
        self.is_partial |= other.is_partial;
        for value in other.list {
            if !self.list.contains(&value) {
                self.list.push(value);
            }
        }
        if self.list.len() > MOST_CANDIDATES {
            *self = Values::unknown();
        }
    }

    /// The type, when there is exactly one candidate and it is a value.
    pub fn instance(&self) -> Option<TypeId> {
        match self.list[..] {
            [Value::Instance(id)] => Some(id),
            _ => None,
        }
    }
}

/// What a qualified name of the program names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// A module.
    Module(FileId, ModuleId),
    /// A class.
    Class(FileId, ClassId),
}

/// What is known of a call: its targets, and what it gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallResolution<'m> {
    pub(super) targets: SmallVec<[Target<'m>; 1]>,
    pub(super) results: Values,
    pub(super) callee: Option<Symbol>,
    pub(super) receiver: Option<TypeId>,
    pub(super) is_partial: bool,
    pub(super) is_guess: bool,
    /// Candidates that exist but of which nothing is known: a class without constructor, a known type's unknown member.
    pub(super) silent: usize,
}

impl Hash for CallResolution<'_> {
    // What tells most of them apart.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.targets.first(), self.results.list.first(), self.callee, self.receiver).hash(state);
    }
}

/// What an answer depends on; of several the last one holds for what is made of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Validity {
    /// On facts and models alone: it is the same whoever asks, and whatever was asked before.
    #[default]
    Final,
    /// On what was asked before: the question leads back to itself, or too deep.
    Circular,
    /// On the call sites that were seen so far, of which some are missing: a parameter had part in it.
    Provisional,
}

/// How far a question is answered; the answer is the number of a `Distinct`.
#[derive(Clone, Copy, Debug)]
enum Progress {
    Open,
    Asked,
    Known(u32, Validity),
}

/// A `Progress` in four bytes: there is one for every value of the program.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memo(u32);

impl Memo {
    fn new(progress: Progress) -> Memo {
        Memo(match progress {
            Progress::Open => 0,
            Progress::Asked => 1,
            Progress::Known(answer, validity) => 4 * answer + 2 + validity as u32,
        })
    }

    fn progress(self) -> Progress {
        let Some(known) = self.0.checked_sub(2) else {
            return if self.0 == 0 { Progress::Open } else { Progress::Asked };
        };
        let validity = match known % 4 {
            0 => Validity::Final,
            1 => Validity::Circular,
            _ => Validity::Provisional,
        };
        Progress::Known(known / 4, validity)
    }

    /// The answer, if it is final.
    pub(super) fn settled(self) -> Option<u32> {
        match self.progress() {
            Progress::Known(answer, Validity::Final) => Some(answer),
            _ => None,
        }
    }

    /// Takes a final answer over, if there is none.
    pub(super) fn settle(&mut self, answer: u32) {
        if self.settled().is_none() {
            *self = Memo::new(Progress::Known(answer, Validity::Final));
        }
    }

    fn forget_unsettled(&mut self) {
        if self.settled().is_none() {
            *self = Memo::default();
        }
    }
}

/// What each name of a module is bound to.
type ModuleNames = FxHashMap<Symbol, SmallVec<[OriginId; 1]>>;

/// What the files of a module bind a name to.
type SharedOrigins = SmallVec<[(FileId, OriginId); 2]>;

/// What a call site gives to a parameter.
#[derive(Clone, Copy, Debug)]
pub struct GivenArgument {
    /// The file of the call site.
    pub file: FileId,
    /// The call site.
    pub call: CallId,
    /// Where the value comes from.
    pub origin: OriginId,
}

/// A table that does not change while clones ask. They share it.
type Shared<K, V> = Arc<FxHashMap<K, V>>;

/// What calling something outside the program is.
#[derive(Clone, Copy, Debug)]
pub(super) enum External<'m> {
    /// A row, and the class that it is a static member of.
    Row(&'m Row, Option<Symbol>),
    /// Nothing that is known, but it gives a value of this type.
    Maker(TypeId),
    /// Nothing that is known.
    Unknown,
}

/// Resolves the names of one language. A clone knows the same, and shares what does not change any more.
#[derive(Clone)]
pub struct Resolver<'m> {
    pub(super) language: &'static dyn Language,
    pub(super) models: &'m Models,
    pub(super) symbols: Symbols,
    pub(super) types: Types,
    definitions: Shared<Symbol, Definition>,
    /// Per file and module: what its names are bound to.
    scopes: Shared<(FileId, ModuleId), ModuleNames>,
    /// What the files of a module share, where modules span files: by module and name.
    shared_names: Shared<(Symbol, Symbol), SharedOrigins>,
    module_symbols: Shared<(FileId, ModuleId), Symbol>,
    class_symbols: Shared<(FileId, ClassId), Symbol>,
    /// Methods added to a type elsewhere.
    extensions: Shared<Symbol, Vec<(FileId, ClassId)>>,
    /// Types that implement an interface.
    pub(super) implementors: Shared<Symbol, Vec<Symbol>>,
    /// Classes that inherit from nothing, and what stands after them where they are mixed in.
    pub(super) mixins: Shared<Symbol, SmallVec<[Symbol; 2]>>,
    /// The names of each file as symbols, made when they are asked for.
    name_symbols: Vec<Vec<Option<Symbol>>>,
    pub(super) values: Distinct<Values>,
    pub(super) resolutions: Distinct<CallResolution<'m>>,
    /// The answers for rules to resolutions that tell all of it, by number.
    condensed: FxHashMap<u32, u32>,
    /// What is known of each origin, call and function result: numbers of `values`, `resolutions` and `values`.
    pub(super) origins: Vec<Vec<Memo>>,
    pub(super) calls: Vec<Vec<Memo>>,
    pub(super) returns: FxHashMap<FunctionRef, Memo>,
    imports: FxHashMap<(FileId, ImportId), (Values, Validity)>,
    /// The first names of everything that is imported somewhere: a member's name alone tells only of these.
    libraries: Arc<FxHashSet<String>>,
    /// Were the arguments of all call sites noted?
    knows_callers: bool,
    /// What the answer under way depends on so far.
    validity: Validity,
    /// The arguments that call sites give to each parameter.
    pub(super) callers: Shared<(FunctionRef, u16), SmallVec<[GivenArgument; 2]>>,
    rows: FxHashMap<(Symbol, Symbol), Option<&'m Row>>,
    /// Which types are costly to copy, as far as that was asked, and how deep into what they hold one was then.
    pub(super) costly: FxHashMap<(TypeId, Costly, u8), bool>,
    known_types: FxHashMap<Symbol, bool>,
    external_members: FxHashMap<(Symbol, Symbol), Symbol>,
    externals: FxHashMap<Symbol, External<'m>>,
    /// The rows that names of members alone stand for.
    unique_members: FxHashMap<Symbol, Option<&'m Row>>,
    /// The names that the models have for names outside the program.
    canonical: FxHashMap<Symbol, Symbol>,
    /// Which types of the models give rows of the class that they are an attribute of.
    pub(super) of_class: FxHashMap<Symbol, bool>,
    /// Answers about names of modules.
    globals: FxHashMap<(FileId, ModuleId, Name), Values>,
    pub(super) lineages: FxHashMap<Symbol, Arc<[Symbol]>>,
    star_names: FxHashMap<(FileId, ModuleId, Symbol), Option<Values>>,
    /// Where the present search through star imports has been.
    star_search: FxHashSet<(FileId, ModuleId, Symbol)>,
    in_star_search: bool,
    methods: Shared<(FileId, ClassId, Symbol), FunctionId>,
    /// All methods of a class that share a name, where that is allowed.
    pub(super) overloads: Shared<(FileId, ClassId, Symbol), SmallVec<[FunctionId; 2]>>,
    /// Per class: the decorators of its declarations, of which the models know members.
    pub(super) declaring: FxHashMap<Symbol, Arc<[Symbol]>>,
    fields: Shared<(FileId, ClassId, Symbol), SmallVec<[Field; 2]>>,
    pub(super) relations: Arc<super::relations::Relations<'m>>,
    pub(super) templates: Arc<super::templates::Templates>,
    pub(super) depth: usize,
    nesting: usize,
    /// Did a question ever lead too deep?
    pub(super) was_too_deep: bool,
}

impl<'m> Resolver<'m> {
    /// A resolver for the files of one language; files of other languages are passed over.
    pub fn new(language: &'static dyn Language, index: usize, models: &'m Models, files: &[ProgramFile]) -> Self {
        let mut resolver = Resolver {
            language,
            models,
            symbols: Symbols::default(),
            types: Types::default(),
            definitions: Arc::default(),
            scopes: Arc::default(),
            shared_names: Arc::default(),
            module_symbols: Arc::default(),
            class_symbols: Arc::default(),
            extensions: Arc::default(),
            implementors: Arc::default(),
            mixins: Arc::default(),
            name_symbols: files
                .iter()
                .map(|file| vec![None; if file.source.language == index { file.facts.names.len() } else { 0 }])
                .collect(),
            values: Distinct::default(),
            resolutions: Distinct::default(),
            condensed: FxHashMap::default(),
            origins: vec![Vec::new(); files.len()],
            calls: vec![Vec::new(); files.len()],
            returns: FxHashMap::default(),
            imports: FxHashMap::default(),
            libraries: Arc::new(imported_libraries(language, index, files)),
            knows_callers: false,
            validity: Validity::Final,
            callers: Arc::default(),
            rows: FxHashMap::default(),
            costly: FxHashMap::default(),
            known_types: FxHashMap::default(),
            external_members: FxHashMap::default(),
            externals: FxHashMap::default(),
            unique_members: FxHashMap::default(),
            canonical: FxHashMap::default(),
            of_class: FxHashMap::default(),
            globals: FxHashMap::default(),
            lineages: FxHashMap::default(),
            star_names: FxHashMap::default(),
            star_search: FxHashSet::default(),
            in_star_search: false,
            methods: Arc::default(),
            overloads: Arc::default(),
            declaring: FxHashMap::default(),
            fields: Arc::default(),
            relations: Arc::default(),
            templates: Arc::default(),
            depth: 0,
            nesting: 0,
            was_too_deep: false,
        };
        let own: Vec<FileId> =
            (0..files.len() as u32).map(FileId).filter(|id| files[id.0 as usize].source.language == index).collect();
        for id in &own {
            resolver.define_file(files, *id);
        }
        for id in &own {
            resolver.define_extensions(files, *id);
        }
        if language.profile().interfaces_are_structural {
            resolver.define_structural_implementors(files, &own);
        }
        resolver.forget();
        resolver.define_relations(files, &own);
        resolver.forget();
        // Of most calls nothing is known, and of many values: these have the first numbers.
        resolver.values = Distinct::default();
        resolver.values.number(Values::unknown());
        resolver.resolutions = Distinct::default();
        resolver.resolutions.number(CallResolution {
            results: Values::unknown(),
            is_partial: true,
            ..CallResolution::default()
        });
        resolver
    }

    /// Forgets all answers; definitions stay.
    fn forget(&mut self) {
        self.origins.iter_mut().for_each(Vec::clear);
        self.calls.iter_mut().for_each(Vec::clear);
        self.returns.clear();
        self.globals.clear();
        self.lineages.clear();
        self.star_names.clear();
    }

    /// From here on it is known what functions are called with: forgets the answers that may be others now.
    pub(super) fn use_callers(&mut self) {
        self.origins.iter_mut().flatten().for_each(Memo::forget_unsettled);
        self.calls.iter_mut().flatten().for_each(Memo::forget_unsettled);
        self.returns.values_mut().for_each(Memo::forget_unsettled);
        self.imports.retain(|_, (_, validity)| *validity == Validity::Final);
        self.knows_callers = true;
    }

    /// Notes what the answer under way depends on.
    fn depends_on(&mut self, validity: Validity) {
        self.validity = self.validity.max(validity);
    }

    /// Notes that the answer under way may be another once all callers are known.
    pub(super) fn waits_for_callers(&mut self) {
        if !self.knows_callers {
            self.depends_on(Validity::Provisional);
        }
    }

    /// Answers a question of which the answer may be kept, and says what that depends on. However deep the question came
    /// up, it starts anew: else the answer would depend on who asked first. `None`: it leads too deep.
    pub(super) fn kept<T>(&mut self, question: impl FnOnce(&mut Self) -> T) -> (Option<T>, Validity) {
        if self.nesting >= DEEPEST_NESTING {
            self.was_too_deep = true;
            self.depends_on(Validity::Circular);
            return (None, Validity::Circular);
        }
        let depth = std::mem::replace(&mut self.depth, 0);
        let outer = std::mem::take(&mut self.validity);
        self.nesting += 1;
        let answer = stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, || question(self));
        self.nesting -= 1;
        let own = std::mem::replace(&mut self.validity, outer);
        self.depends_on(own);
        self.depth = depth;
        (Some(answer), own)
    }

    /// The number of the answer to a question, asked once and kept in its slot. `None`: it is being asked already, or
    /// leads too deep.
    #[inline]
    pub(super) fn remembered(
        &mut self,
        slot: impl Fn(&mut Self) -> &mut Memo,
        question: impl FnOnce(&mut Self) -> u32,
    ) -> Option<u32> {
        let memo = slot(self);
        match memo.progress() {
            Progress::Known(answer, validity) => {
                self.depends_on(validity);
                return Some(answer);
            }
            Progress::Asked => {
                self.depends_on(Validity::Circular);
                self.waits_for_callers();
                return None;
            }
            Progress::Open => *memo = Memo::new(Progress::Asked),
        }
        let (answer, validity) = self.kept(question);
        *slot(self) = Memo::new(answer.map_or(Progress::Open, |answer| Progress::Known(answer, validity)));
        answer
    }

    /// The candidates for a value, asked for once: see `remembered`.
    #[inline]
    pub(super) fn remembered_values(
        &mut self,
        slot: impl Fn(&mut Self) -> &mut Memo,
        question: impl FnOnce(&mut Self) -> Values,
    ) -> Values {
        let number = self.remembered(slot, |resolver| {
            let values = question(resolver);
            resolver.values.number(values)
        });
        number.map_or_else(Values::unknown, |number| self.values.get(number).clone())
    }

    /// Is the answer about a call final?
    pub(super) fn is_settled(&self, file: FileId, call: CallId) -> bool {
        self.calls[file.0 as usize].get(call.index()).is_some_and(|memo| memo.settled().is_some())
    }

    fn define_file(&mut self, files: &[ProgramFile], id: FileId) {
        let file = &files[id.0 as usize];
        let facts = &file.facts;
        let separator = self.language.profile().separator;
        for (number, module) in facts.modules.iter().enumerate() {
            let module_id = ModuleId(number as u32);
            let mut symbol = self.symbols.intern(&file.module);
            for name in &module.path {
                let name = self.symbols.intern(facts.text(*name));
                symbol = self.symbols.member(symbol, name, separator);
            }
            Arc::make_mut(&mut self.definitions).entry(symbol).or_insert(Definition::Module(id, module_id));
            Arc::make_mut(&mut self.module_symbols).insert((id, module_id), symbol);
            let mut scope: FxHashMap<Symbol, SmallVec<[OriginId; 1]>> = FxHashMap::default();
            for (name, origin) in &module.definitions {
                let name = self.name_symbol(files, id, *name);
                scope.entry(name).or_default().push(*origin);
            }
            if self.language.profile().modules_span_files {
                self.share_names(facts, id, symbol, &scope);
            }
            Arc::make_mut(&mut self.scopes).insert((id, module_id), scope);
        }
        for (number, class) in facts.classes.iter().enumerate() {
            let class_id = ClassId(number as u32);
            let owner = match class.parent {
                Some(parent) => self.class_symbols.get(&(id, parent)).copied(),
                None => self.module_symbols.get(&(id, class.module)).copied(),
            };
            let Some(owner) = owner else { continue };
            let name = self.symbols.intern(facts.text(class.name));
            let symbol = self.symbols.member(owner, name, separator);
            Arc::make_mut(&mut self.class_symbols).insert((id, class_id), symbol);
            self.define_members(files, id, class_id);
            if class.kind != ClassKind::Extension {
                Arc::make_mut(&mut self.definitions).entry(symbol).or_insert(Definition::Class(id, class_id));
            }
        }
    }

    /// What one file of a module defines is there in all of them; what it imports is its own.
    fn share_names(&mut self, facts: &FileFacts, file: FileId, module: Symbol, names: &ModuleNames) {
        for (name, origins) in names {
            let own = origins.iter().filter(|origin| !matches!(facts.origin(**origin), Origin::Import(_)));
            let own: SharedOrigins = own.map(|origin| (file, *origin)).collect();
            if !own.is_empty() {
                Arc::make_mut(&mut self.shared_names).entry((module, *name)).or_default().extend(own);
            }
        }
    }

    fn define_members(&mut self, files: &[ProgramFile], file: FileId, id: ClassId) {
        let class = files[file.0 as usize].facts.class(id);
        for (name, function) in &class.methods {
            let name = self.name_symbol(files, file, *name);
            // A later definition replaces an earlier one.
            let earlier = Arc::make_mut(&mut self.methods).insert((file, id, name), *function);
            if let Some(earlier) = earlier.filter(|_| self.language.profile().has_overloads) {
                let all =
                    Arc::make_mut(&mut self.overloads).entry((file, id, name)).or_insert_with(|| smallvec![earlier]);
                all.push(*function);
            }
        }
        for field in &class.fields {
            let name = self.name_symbol(files, file, field.name);
            let fields = Arc::make_mut(&mut self.fields).entry((file, id, name)).or_default();
            if fields.len() < MOST_CANDIDATES * 2 {
                fields.push(*field);
            }
        }
    }

    fn define_extensions(&mut self, files: &[ProgramFile], id: FileId) {
        let facts = &files[id.0 as usize].facts;
        for (number, class) in facts.classes.iter().enumerate() {
            let class_id = ClassId(number as u32);
            let target = match (class.kind, class.extended) {
                (ClassKind::Extension, Some(extended)) => {
                    self.type_values(files, id, class.module, extended).instance().map(|id| self.types.get(id).name)
                }
                (ClassKind::Extension, None) => None,
                _ => self.class_symbols.get(&(id, class_id)).copied(),
            };
            let Some(target) = target else { continue };
            if class.kind == ClassKind::Extension {
                Arc::make_mut(&mut self.extensions).entry(target).or_default().push((id, class_id));
            }
            // Where types say nothing of what they implement, what they hold is no promise: their methods are.
            if self.language.profile().interfaces_are_structural && class.kind != ClassKind::Interface {
                continue;
            }
            for base in &class.bases {
                if let [base] = self.classes_of(files, id, *base)[..]
                    && self.is_interface(files, base)
                {
                    Arc::make_mut(&mut self.implementors).entry(base).or_default().push(target);
                }
            }
            if self.language.profile().bases_are_in_line {
                self.note_mixins(files, id, &class.bases);
            }
        }
    }

    pub(super) fn is_interface(&self, files: &[ProgramFile], symbol: Symbol) -> bool {
        match self.definitions.get(&symbol) {
            Some(Definition::Class(file, class)) => {
                files[file.0 as usize].facts.class(*class).kind == ClassKind::Interface
            }
            _ => false,
        }
    }

    /// The symbol of a name of a file.
    pub(super) fn name_symbol(&mut self, files: &[ProgramFile], file: FileId, name: Name) -> Symbol {
        let slot = &mut self.name_symbols[file.0 as usize][name.0 as usize];
        if let Some(symbol) = slot {
            return *symbol;
        }
        let symbol = self.symbols.intern(files[file.0 as usize].facts.text(name));
        *slot = Some(symbol);
        symbol
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.symbols.text(symbol)
    }

    /// The qualified name of a type.
    pub fn type_name(&self, id: TypeId) -> &str {
        self.symbols.text(self.types.get(id).name)
    }

    /// The name of a type.
    pub fn type_symbol(&self, id: TypeId) -> Symbol {
        self.types.get(id).name
    }

    /// The types that a type is made of: `T` of `Manager<T>`.
    pub fn arguments_of_type(&self, id: TypeId) -> &[TypeId] {
        &self.types.get(id).arguments
    }

    /// The symbol of a qualified name.
    pub fn symbol(&mut self, path: &str) -> Symbol {
        self.symbols.intern(path)
    }

    /// Is it a class of the program?
    pub fn is_own_class(&self, id: TypeId) -> bool {
        self.definition(self.types.get(id).name).is_some()
    }

    /// What the tables say of cheap copies, for a type.
    pub fn is_cheap_to_clone(&self, id: TypeId) -> bool {
        self.models.is_cheap_to_clone(self.type_name(id))
    }

    /// The row that counts the elements of a type, when counting runs code.
    pub fn length_row(&mut self, id: TypeId) -> Option<&'m Row> {
        let member = self.symbols.intern(self.language.profile().length_member?);
        self.member_row(self.types.get(id).name, member)
    }

    /// The class of the program that a type is.
    pub fn class_of(&self, id: TypeId) -> Option<(FileId, ClassId)> {
        match self.definitions.get(&self.types.get(id).name) {
            Some(Definition::Class(file, class)) => Some((*file, *class)),
            _ => None,
        }
    }

    pub(super) fn definition(&self, symbol: Symbol) -> Option<Definition> {
        self.definitions.get(&symbol).copied()
    }

    /// Runs a question unless it leads too deep.
    pub(super) fn ask<T>(&mut self, otherwise: T, question: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= DEEPEST_QUESTION {
            return otherwise;
        }
        self.depth += 1;
        let answer = stacker::maybe_grow(128 * 1024, 4 * 1024 * 1024, || question(self));
        self.depth -= 1;
        answer
    }

    // ---- names --------------------------------------------------------------------------------------------------

    /// What a name of a module stands for.
    pub(super) fn global(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, name: Name) -> Values {
        if let Some(values) = self.globals.get(&(file, module, name)) {
            return values.clone();
        }
        let (values, validity) = self.kept(|resolver| {
            let symbol = resolver.name_symbol(files, file, name);
            let own = resolver.module_name(files, file, module, symbol);
            own.unwrap_or_else(|| resolver.outer_name(files, file, module, name))
        });
        match values {
            Some(values) if !values.list.is_empty() && validity == Validity::Final => {
                self.globals.insert((file, module, name), values.clone());
                values
            }
            values => values.unwrap_or_else(Values::unknown),
        }
    }

    /// A name that the module itself binds, or gets from a star import.
    fn module_name(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, name: Symbol) -> Option<Values> {
        let origins = self.scopes.get(&(file, module)).and_then(|scope| scope.get(&name)).cloned();
        if let Some(origins) = origins {
            let mut values = Values::default();
            // Later definitions replace earlier ones of the same kind; all of them are candidates.
            for origin in origins.iter().take(MOST_CANDIDATES * 2) {
                values.add(self.infer(files, file, *origin));
            }
            return Some(values);
        }
        if let Some(values) = self.shared_name(files, file, module, name) {
            return Some(values);
        }
        self.star_name(files, file, module, name)
    }

    /// A name that another file of the same module defines.
    fn shared_name(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, name: Symbol) -> Option<Values> {
        let module = self.module_symbols.get(&(file, module))?;
        let origins = self.shared_names.get(&(*module, name))?.clone();
        let mut values = Values::default();
        for (file, origin) in origins.into_iter().take(MOST_CANDIDATES * 2) {
            values.add(self.infer(files, file, origin));
        }
        Some(values)
    }

    /// A name that a module gets from a star import. Star imports may go in circles: one search enters a module once.
    fn star_name(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, name: Symbol) -> Option<Values> {
        let key = (file, module, name);
        if let Some(known) = self.star_names.get(&key) {
            return known.clone();
        }
        if files[file.0 as usize].facts.modules[module.index()].stars.is_empty() {
            return None;
        }
        if !self.star_search.insert(key) {
            self.depends_on(Validity::Circular);
            return None;
        }
        let is_outermost = !std::mem::replace(&mut self.in_star_search, true);
        let (found, validity) = self.kept(|resolver| resolver.search_stars(files, file, module, name));
        let found = found.flatten();
        if validity == Validity::Final {
            self.star_names.insert(key, found.clone());
        }
        if is_outermost {
            self.in_star_search = false;
            self.star_search.clear();
        } else if found.is_some() {
            // Another question of this search may come here again.
            self.star_search.remove(&key);
        }
        found
    }

    fn search_stars(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, name: Symbol) -> Option<Values> {
        let stars = files[file.0 as usize].facts.modules[module.index()].stars.clone();
        for star in stars.iter().rev() {
            for value in self.import_values(files, file, *star).list {
                let Value::Item(symbol) = value else { continue };
                let found = match self.definition(symbol) {
                    Some(Definition::Module(from, from_module)) if (from, from_module) != (file, module) => {
                        self.ask(None, |resolver| resolver.module_name(files, from, from_module, name))
                    }
                    Some(Definition::Class(..)) => {
                        let values = self.item_member(files, symbol, name);
                        (!values.list.is_empty()).then_some(values)
                    }
                    Some(_) => None,
                    None => self.external_star(symbol, name),
                };
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// A name from a star import of a module outside the program, if the models know it there.
    fn external_star(&mut self, module: Symbol, name: Symbol) -> Option<Values> {
        let path = [self.symbols.text(module), self.language.profile().separator, self.symbols.text(name)].concat();
        let path = self.models.canonical(&path).into_owned();
        let models = self.models;
        let known = models.row(&path).is_some() || models.is_type(&path) || models.speaks_of_relations(&path);
        known.then(|| Values::one(Value::Item(self.symbols.intern(&path))))
    }

    /// A name that the module does not bind: built in, a module beside it, or a package.
    fn outer_name(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, name: Name) -> Values {
        let text = files[file.0 as usize].facts.text(name);
        let here = self.module_symbols[&(file, module)];
        let name = self.name_symbol(files, file, name);
        let beside = self.symbols.member(here, name, self.language.profile().separator);
        if self.definitions.contains_key(&beside) && self.language.profile().in_prelude(text).is_none() {
            return Values::one(Value::Item(beside));
        }
        if let Some(path) = self.language.profile().in_prelude(text) {
            return Values::one(Value::Item(self.symbols.intern(path)));
        }
        for implicit in self.language.profile().implicit_modules {
            let path = [implicit, self.language.profile().separator, text].concat();
            if self.models.row(&path).is_some() || self.models.is_type(&path) {
                return Values::one(Value::Item(self.symbols.intern(&path)));
            }
        }
        if self.language.profile().implicit_modules.is_empty() {
            let is_package = self.is_package(files, file, module);
            let path = self.language.absolute(self.symbols.text(here), is_package, 0, &[text]);
            let path = self.own_name(&files[file.0 as usize], path);
            return Values::one(Value::Item(self.external(&path)));
        }
        Values::unknown()
    }

    fn is_package(&self, files: &[ProgramFile], file: FileId, module: ModuleId) -> bool {
        module != ModuleId(0) || files[file.0 as usize].is_package
    }

    /// The symbol of a path that may lie outside the program, aliases applied.
    pub(super) fn external(&mut self, path: &str) -> Symbol {
        let written = self.symbols.intern(path);
        if let Some(known) = self.canonical.get(&written) {
            return *known;
        }
        let canonical = self.models.canonical(path);
        let canonical = self.symbols.intern(&canonical);
        self.canonical.insert(written, canonical);
        canonical
    }

    /// What an import brings.
    pub(super) fn import_values(&mut self, files: &[ProgramFile], file: FileId, import: ImportId) -> Values {
        if let Some((values, validity)) = self.imports.get(&(file, import)) {
            let (values, validity) = (values.clone(), *validity);
            self.depends_on(validity);
            return values;
        }
        // A cycle of re-exports ends here.
        self.imports.insert((file, import), (Values::unknown(), Validity::Circular));
        let (values, validity) = self.kept(|resolver| resolver.resolve_import(files, file, import));
        let values = values.unwrap_or_else(Values::unknown);
        self.imports.insert((file, import), (values.clone(), validity));
        values
    }

    fn resolve_import(&mut self, files: &[ProgramFile], file: FileId, id: ImportId) -> Values {
        let facts = &files[file.0 as usize].facts;
        let import = &facts.imports[id.index()];
        let names: Vec<&str> = match import.binds_root {
            true => import.path.iter().take(1).map(|name| facts.text(*name)).collect(),
            false => import.path.iter().map(|name| facts.text(*name)).collect(),
        };
        let module = import.module;
        // A path may start with a name of the module itself (`use inner::x`).
        if import.level == 0
            && self.language.profile().implicit_modules.is_empty()
            && let Some((first, rest)) = import.path.split_first()
            && !rest.is_empty()
        {
            let here = self.module_symbols[&(file, module)];
            let first_symbol = self.name_symbol(files, file, *first);
            let beside = self.symbols.member(here, first_symbol, self.language.profile().separator);
            let bound = self.scopes.get(&(file, module)).is_some_and(|scope| scope.contains_key(&first_symbol));
            let start = if self.definitions.contains_key(&beside) {
                Some(Values::one(Value::Item(beside)))
            } else if bound {
                Some(self.global(files, file, module, *first))
            } else {
                None
            };
            if let Some(mut values) = start.filter(|values| !values.list.is_empty()) {
                for name in rest {
                    let member = self.name_symbol(files, file, *name);
                    values = self.members(files, values, member);
                }
                return values;
            }
        }
        let here = self.module_symbols[&(file, module)];
        let is_package = self.is_package(files, file, module);
        let path = self.language.absolute(self.symbols.text(here), is_package, import.level, &names);
        let path = self.own_name(&files[file.0 as usize], path);
        self.path_values(files, &path)
    }

    /// The path with the name that its first package has itself, where the file's package calls it otherwise.
    fn own_name(&self, file: &ProgramFile, path: String) -> String {
        self.language.renamed(&path, &file.renames).unwrap_or(path)
    }

    /// What an absolute path leads to.
    pub(super) fn path_values(&mut self, files: &[ProgramFile], path: &str) -> Values {
        let separator = self.language.profile().separator;
        if path.is_empty() {
            return Values::unknown();
        }
        // The longest prefix that is a module of the program; what follows are its members.
        let mut end = path.len();
        loop {
            if let Some(symbol) = self.symbols.find(&path[..end])
                && let Some(Definition::Module(..)) = self.definition(symbol)
            {
                if self.is_missing_module(files, symbol, &path[end..]) {
                    break;
                }
                let whole = if end == path.len() { self.whole_module(files, symbol) } else { None };
                let mut values = whole.unwrap_or_else(|| Values::one(Value::Item(symbol)));
                for name in path[end..].split(separator).filter(|name| !name.is_empty()) {
                    let name = self.symbols.intern(name);
                    values = self.members(files, values, name);
                }
                return values;
            }
            match split_last(&path[..end], separator) {
                Some((owner, _)) => end = owner.len(),
                None => break,
            }
        }
        Values::one(Value::Item(self.external(path)))
    }

    /// What a module is as a whole, when it says so.
    fn whole_module(&mut self, files: &[ProgramFile], module: Symbol) -> Option<Values> {
        let name = self.symbols.intern(self.language.profile().whole_module?);
        let Some(Definition::Module(file, id)) = self.definition(module) else { return None };
        self.ask(None, |resolver| resolver.module_name(files, file, id, name))
    }

    /// Does a path go on with a module of the package that the program was given without?
    fn is_missing_module(&mut self, files: &[ProgramFile], package: Symbol, rest: &str) -> bool {
        let separator = self.language.profile().separator;
        let mut names = rest.split(separator).filter(|name| !name.is_empty());
        let (Some(module), Some(_), Some(Definition::Module(file, id))) =
            (names.next(), names.next(), self.definition(package))
        else {
            return false;
        };
        let is_folder = !self.language.profile().implicit_modules.is_empty() && self.is_package(files, file, id);
        let module = self.symbols.intern(module);
        let inner = self.symbols.member(package, module, separator);
        is_folder && !self.definitions.contains_key(&inner) && self.module_name(files, file, id, module).is_none()
    }

    /// The member of each candidate.
    pub(super) fn members(&mut self, files: &[ProgramFile], owners: Values, member: Symbol) -> Values {
        let mut values = Values { list: SmallVec::new(), is_partial: owners.is_partial };
        for owner in owners.list {
            values.add(self.member(files, owner, member));
        }
        values
    }

    /// A member that is read, not called.
    pub(super) fn member(&mut self, files: &[ProgramFile], owner: Value, member: Symbol) -> Values {
        self.ask(Values::unknown(), |resolver| match owner {
            Value::Item(symbol) => resolver.item_member(files, symbol, member),
            Value::Instance(id) => resolver.instance_member(files, id, member),
            Value::Function(..) | Value::Closure(..) => Values::unknown(),
        })
    }

    fn item_member(&mut self, files: &[ProgramFile], symbol: Symbol, member: Symbol) -> Values {
        let separator = self.language.profile().separator;
        match self.definition(symbol) {
            Some(Definition::Module(file, module)) => {
                if let Some(values) = self.module_name(files, file, module, member) {
                    return values;
                }
                let inner = self.symbols.member(symbol, member, separator);
                if self.definitions.contains_key(&inner) {
                    return Values::one(Value::Item(inner));
                }
                match self.whole_module(files, symbol) {
                    Some(whole) => self.members(files, whole, member),
                    None => Values::unknown(),
                }
            }
            Some(Definition::Class(..)) => self.class_member(files, symbol, member, None),
            None => {
                let inherited = self.inherited_attribute(files, symbol, member);
                if let Some(values) = inherited.or_else(|| self.conventional_member(files, symbol, member)) {
                    return values;
                }
                if let Some(found) = self.external_members.get(&(symbol, member)) {
                    return Values::one(Value::Item(*found));
                }
                let path = self.symbols.member(symbol, member, separator);
                let text = self.symbols.text(path).to_owned();
                let found = self.external(&text);
                self.external_members.insert((symbol, member), found);
                Values::one(Value::Item(found))
            }
        }
    }

    /// An attribute that a class outside the program has from another one (`User.objects` from `Model`).
    fn inherited_attribute(&mut self, files: &[ProgramFile], owner: Symbol, member: Symbol) -> Option<Values> {
        let row = if self.is_known_type(owner) { self.member_row(owner, member)? } else { return None };
        if row.kind != RowKind::Attribute || row.returns.is_empty() {
            return None;
        }
        let instance = self.types.intern(owner, &[]);
        Some(self.row_returns(files, row, Some(instance), None))
    }

    /// A member that a class outside the program has by convention (`Customer.objects`): a row under `*.member`.
    fn conventional_member(&mut self, files: &[ProgramFile], owner: Symbol, member: Symbol) -> Option<Values> {
        let separator = self.language.profile().separator;
        let class = self.symbols.text(owner).rsplit(separator).next()?;
        if !self.language.names_a_type(class) || self.is_known_type(owner) {
            return None;
        }
        let row = self.models.row(&["*", separator, self.symbols.text(member)].concat())?;
        let instance = self.types.intern(owner, &[]);
        let values = self.row_returns(files, row, Some(instance), None);
        Some(Values { is_partial: true, ..values })
    }

    // ---- classes ------------------------------------------------------------------------------------------------

    /// The symbol of a class.
    pub(super) fn class_symbol(&self, file: FileId, class: ClassId) -> Option<Symbol> {
        self.class_symbols.get(&(file, class)).copied()
    }

    /// Where the members of a class are written: the class, then its extensions.
    pub(super) fn parts_of_class(&self, symbol: Symbol) -> SmallVec<[(FileId, ClassId); 2]> {
        let mut parts = SmallVec::new();
        if let Some(Definition::Class(file, class)) = self.definition(symbol) {
            parts.push((file, class));
        }
        if let Some(extensions) = self.extensions.get(&symbol) {
            parts.extend_from_slice(extensions);
        }
        parts
    }

    /// The method of a class or of what it inherits from within the program.
    pub(super) fn method(
        &mut self,
        files: &[ProgramFile],
        symbol: Symbol,
        member: Symbol,
    ) -> Option<(FileId, FunctionId)> {
        for part in self.lineage(files, symbol).iter().copied() {
            if let Some(method) = self.own_method(part, member) {
                return Some(method);
            }
        }
        None
    }

    pub(super) fn own_method(&mut self, symbol: Symbol, member: Symbol) -> Option<(FileId, FunctionId)> {
        self.parts_of_class(symbol)
            .into_iter()
            .find_map(|(file, class)| Some((file, *self.methods.get(&(file, class, member))?)))
    }

    /// A member of a class, or of its instance when `instance` is given.
    pub(super) fn class_member(
        &mut self,
        files: &[ProgramFile],
        symbol: Symbol,
        member: Symbol,
        instance: Option<TypeId>,
    ) -> Values {
        let separator = self.language.profile().separator;
        let lineage = self.lineage(files, symbol);
        let is_field = self.language.profile().fields_hide_methods
            && instance.is_some()
            && lineage.iter().any(|part| self.has_field(*part, member));
        for part in lineage.iter().copied() {
            if let Some((file, function)) = self.own_method(part, member).filter(|_| !is_field) {
                let flavor = files[file.0 as usize].facts.function(function).flavor;
                let is_read = flavor.is_property() && (instance.is_some() || flavor == FunctionFlavor::ClassProperty);
                return match is_read {
                    true => self.return_values(files, file, function),
                    false => Values::one(Value::Function(file, function)),
                };
            }
            if instance.is_some()
                && let Some(relation) = self.own_relation(part, member).filter(|relation| !relation.is_typed)
            {
                return self.related(files, relation);
            }
            // Where nobody knows what the class sets, it is what the class that it inherits from says.
            if let Some(values) = self.own_field(files, part, member)
                && !(values.list.is_empty() && self.inherits_attribute(files, symbol, member))
            {
                let class = self.types.intern(symbol, &[]);
                let open = values.instance().and_then(|id| self.open_class(files, id));
                let row = open.and_then(|_| self.library_attribute(files, symbol, member));
                return match (open, row) {
                    // What it inherits is found by the class that it belongs to: see `call_as_library_says`.
                    (Some(open), Some(_)) if self.definition(open).is_some() => {
                        Values::one(Value::Instance(self.types.intern(open, &[class])))
                    }
                    (Some(_), Some(row)) => self.row_returns(files, row, Some(instance.unwrap_or(class)), None),
                    _ => self.values_bound_to(files, values, class),
                };
            }
            if self.definition(part).is_none()
                && let Some(row) = self.member_row(part, member)
            {
                let owner = instance.unwrap_or_else(|| self.types.intern(symbol, &[]));
                return match row.kind {
                    RowKind::Attribute => self.row_returns(files, row, Some(owner), None),
                    _ => Values::one(Value::Item(self.symbols.member(part, member, separator))),
                };
            }
        }
        Values::unknown()
    }

    /// Does a class inherit an attribute from a class of a library?
    fn inherits_attribute(&mut self, files: &[ProgramFile], symbol: Symbol, member: Symbol) -> bool {
        self.library_attribute(files, symbol, member).is_some()
    }

    /// What a class of a library that a class inherits from says of an attribute.
    fn library_attribute(&mut self, files: &[ProgramFile], symbol: Symbol, member: Symbol) -> Option<&'m Row> {
        let lineage = self.lineage(files, symbol);
        lineage.iter().find_map(|part| match self.definition(*part) {
            Some(_) => None,
            None => self.member_row(*part, member).filter(|row| row.kind == RowKind::Attribute),
        })
    }

    /// The class of a value, if that, or a class that it inherits from, is one of which nothing is known.
    fn open_class(&mut self, files: &[ProgramFile], id: TypeId) -> Option<Symbol> {
        let class = self.types.get(id).name;
        let lineage = self.lineage(files, class);
        let is_unknown = lineage.iter().any(|part| self.definition(*part).is_none() && !self.is_known_type(*part));
        is_unknown.then_some(class)
    }

    /// A method is called that a class of the program inherits from one of which nothing is known. An attribute of another
    /// class holds the value, and a library says what belongs there: it has most likely what that has.
    fn call_as_library_says(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        receiver: TypeId,
        member: Symbol,
        resolution: &mut CallResolution<'m>,
    ) -> bool {
        let Some(open) = self.open_class(files, receiver) else { return false };
        let Some(holder) = self.types.get(receiver).arguments.first().copied() else { return false };
        let class = self.types.get(holder).name;
        for (file, part) in self.parts_of_class(class) {
            let facts = &files[file.0 as usize].facts;
            for field in &facts.class(part).fields {
                let name = self.name_symbol(files, file, field.name);
                let Some(row) = self.library_attribute(files, class, name) else { continue };
                let held = self.infer(files, file, field.origin).instance();
                if held.is_none_or(|held| self.types.get(held).name != open) {
                    continue;
                }
                let Some(kind) = self.row_returns(files, row, Some(holder), None).instance() else { continue };
                if kind == receiver || self.depth >= DEEPEST_QUESTION {
                    return false;
                }
                self.ask((), |resolver| resolver.call_method(files, site, kind, member, resolution));
                return true;
            }
        }
        false
    }

    /// The value of a field that is assigned in one place only.
    pub(super) fn only_field(
        &mut self,
        files: &[ProgramFile],
        symbol: Symbol,
        member: Symbol,
    ) -> Option<(FileId, OriginId)> {
        for part in self.lineage(files, symbol).iter().copied() {
            for (file, class) in self.parts_of_class(part) {
                let Some(fields) = self.fields.get(&(file, class, member)) else { continue };
                let mut values = fields.iter().filter(|field| !field.declared);
                return match (values.next(), values.next()) {
                    (Some(only), None) => Some((file, only.origin)),
                    _ => None,
                };
            }
        }
        None
    }

    fn has_field(&self, symbol: Symbol, member: Symbol) -> bool {
        self.parts_of_class(symbol).into_iter().any(|(file, class)| self.fields.contains_key(&(file, class, member)))
    }

    fn own_field(&mut self, files: &[ProgramFile], symbol: Symbol, member: Symbol) -> Option<Values> {
        for (file, class) in self.parts_of_class(symbol) {
            let Some(fields) = self.fields.get(&(file, class, member)).cloned() else { continue };
            let declared = fields.iter().any(|field| field.declared);
            let mut values = Values::default();
            for field in fields.iter().filter(|field| field.declared == declared) {
                values.add(self.infer(files, file, field.origin));
            }
            return Some(values);
        }
        None
    }

    fn instance_member(&mut self, files: &[ProgramFile], id: TypeId, member: Symbol) -> Values {
        let Type { name: symbol, written, .. } = *self.types.get(id);
        if let Some(values) = written.and_then(|map| self.entry(files, map, member)) {
            return values;
        }
        if self.definition(symbol).is_some() || self.extensions.contains_key(&symbol) {
            let values = self.class_member(files, symbol, member, Some(id));
            if !values.list.is_empty() || self.definition(symbol).is_some() {
                return values;
            }
        }
        if let Some(relation) = self.own_relation(symbol, member).filter(|relation| !relation.is_typed) {
            return self.related(files, relation);
        }
        if let Some(row) = self.member_row(symbol, member) {
            return match row.kind {
                RowKind::Attribute => self.row_returns(files, row, Some(id), None),
                _ => Values::unknown(),
            };
        }
        match self.deref(files, id) {
            Some(inner) => self.ask(Values::unknown(), |resolver| resolver.instance_member(files, inner, member)),
            None => Values::unknown(),
        }
    }

    /// What a value of a type dereferences to.
    pub(super) fn deref(&mut self, files: &[ProgramFile], id: TypeId) -> Option<TypeId> {
        let name = self.types.get(id).name;
        if self.definition(name).is_some() {
            let target = self.language.profile().dereferenced_type?;
            return self.named_by_class(files, name, target).filter(|inner| *inner != id);
        }
        let target = self.models.derefs(self.symbols.text(name))?.to_owned();
        let inner = self.type_of_text(files, &TypeText::parse(&target), Some(id), None)?;
        (inner != id).then_some(inner)
    }

    /// A type that an extension of a class of the program gives a name of its own: `type Target = str` of a trait.
    pub(super) fn named_by_class(&mut self, files: &[ProgramFile], class: Symbol, name: &str) -> Option<TypeId> {
        let name = self.symbols.intern(name);
        for (file, part) in self.parts_of_class(class) {
            if files[file.0 as usize].facts.class(part).kind != ClassKind::Extension {
                continue;
            }
            let Some(field) = self.fields.get(&(file, part, name)).and_then(|fields| fields.first().copied()) else {
                continue;
            };
            return self.ask(None, |resolver| resolver.infer(files, file, field.origin).instance());
        }
        None
    }

    /// Do the models know this name as a type?
    pub(super) fn is_known_type(&mut self, symbol: Symbol) -> bool {
        if let Some(known) = self.known_types.get(&symbol) {
            return *known;
        }
        let known = self.models.is_type(self.symbols.text(symbol));
        self.known_types.insert(symbol, known);
        known
    }

    /// Is it a class, of the program or of the models?
    pub(super) fn is_class(&mut self, symbol: Symbol) -> bool {
        match self.definition(symbol) {
            Some(definition) => matches!(definition, Definition::Class(..)),
            None => self.is_known_type(symbol),
        }
    }

    /// The row of a member of a type that is not of the program.
    pub(super) fn member_row(&mut self, symbol: Symbol, member: Symbol) -> Option<&'m Row> {
        if let Some(row) = self.rows.get(&(symbol, member)) {
            return *row;
        }
        let row = self.models.member(self.symbols.text(symbol), self.symbols.text(member)).map(|(row, _)| row);
        self.rows.insert((symbol, member), row);
        row
    }

    /// The row that the name of a member stands for where nothing is known of its owner.
    fn unique_member(&mut self, member: Symbol) -> Option<&'m Row> {
        if let Some(row) = self.unique_members.get(&member) {
            return *row;
        }
        let is_at_hand = |library: &str| self.libraries.contains(library);
        let row = self.models.unique_member(self.symbols.text(member), is_at_hand);
        self.unique_members.insert(member, row);
        row
    }

    /// The row that the name of a member stands for where it is given a function that is written out:
    /// `answers.forEach((answer) => …)`.
    fn member_by_name(&self, files: &[ProgramFile], file: FileId, site: &CallSite, member: Symbol) -> Option<&'m Row> {
        let facts = &files[file.0 as usize].facts;
        let first = facts.arguments_of(site).first()?;
        let is_written_out = matches!(facts.origin(first.origin), Origin::Closure(_));
        self.models.member_by_name(self.symbols.text(member)).filter(|_| is_written_out)
    }

    // ---- calls --------------------------------------------------------------------------------------------------

    /// What a call site calls, and what it gives.
    pub fn call(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> &CallResolution<'m> {
        let number = self.call_number(files, file, call);
        self.resolutions.get(number)
    }

    fn call_number(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> u32 {
        let slots = &mut self.calls[file.0 as usize];
        if slots.is_empty() {
            slots.resize_with(files[file.0 as usize].facts.calls.len(), Memo::default);
        }
        let number = self.remembered(
            |resolver| &mut resolver.calls[file.0 as usize][call.index()],
            |resolver| {
                let resolution = resolver.resolve_call(files, file, call);
                resolver.resolutions.number(resolution)
            },
        );
        let unknown = || CallResolution { results: Values::unknown(), ..CallResolution::default() };
        number.unwrap_or_else(|| self.resolutions.number(unknown()))
    }

    fn resolve_call(&mut self, files: &[ProgramFile], file: FileId, id: CallId) -> CallResolution<'m> {
        let facts = &files[file.0 as usize].facts;
        let site = *facts.call(id);
        let hides = site.name.is_some() && self.language.profile().future_type.is_none();
        let callees = match hides && self.is_future(files, file, site.callee) {
            true => Values::unknown(),
            false => self.infer(files, file, site.callee),
        };
        let mut resolution = CallResolution { is_partial: callees.is_partial, ..CallResolution::default() };
        let member = match (site.kind, site.name) {
            (CallKind::Call | CallKind::Construct | CallKind::Attribute, name) => {
                name.map(|name| self.name_symbol(files, file, name))
            }
            (kind, _) => match self.pseudo_member(kind, &site) {
                Some(member) => Some(self.symbols.intern(member)),
                None => return resolution,
            },
        };
        if let [Value::Instance(receiver)] = callees.list[..] {
            resolution.receiver = member.map(|_| receiver);
        }
        for callee in &callees.list {
            match (member, site.kind) {
                (Some(member), CallKind::Attribute) if facts.reads_call => {
                    self.look_up(files, (file, id), *callee, member, &mut resolution);
                }
                (Some(member), CallKind::Attribute) => self.read(files, *callee, member, &mut resolution),
                (Some(member), _) => self.call_member(files, (file, id), *callee, member, &mut resolution),
                (None, _) => self.call_value(files, (file, id), *callee, None, &mut resolution),
            }
        }
        if callees.list.is_empty() && member.is_none() && self.call_derived(files, (file, id), &mut resolution) {
            return resolution;
        }
        if callees.list.is_empty()
            && let (Some(member), CallKind::Call) = (member, site.kind)
            && let Some(rows) = self.related_by_name(files, file, site.callee, member)
        {
            resolution.receiver = Some(rows);
            self.call_method(files, (file, id), rows, member, &mut resolution);
        } else if callees.list.is_empty() {
            resolution.results = Values::unknown();
            if let (Some(member), CallKind::Call) = (member, site.kind) {
                if let Some(row) = self.unique_member(member) {
                    resolution.targets.push(Target::Row(row));
                    resolution.is_guess = true;
                } else if let Some(row) = self.member_by_name(files, file, &site, member) {
                    self.call_row(files, (file, id), row, None, &mut resolution);
                    resolution.is_guess = true;
                }
            }
        }
        if resolution.results.list.len() > MOST_CANDIDATES {
            resolution.results = Values::unknown();
        }
        resolution
    }

    /// Is it what calling an asynchronous function of the program gives, not awaited yet?
    fn is_future(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> bool {
        let facts = &files[file.0 as usize].facts;
        let Origin::Call(call) = facts.origin(origin) else { return false };
        let number = self.call_number(files, file, call);
        self.resolutions.get(number).targets.iter().any(|target| match target {
            Target::Row(_) => false,
            Target::Function(function) => {
                let (file, function) = locate(files, *function);
                let function = files[file.0 as usize].facts.function(function);
                function.gives_future()
            }
        })
    }

    /// The pseudo-member of an operation, as model tables write it.
    fn pseudo_member(&self, kind: CallKind, site: &CallSite) -> Option<&'static str> {
        match kind {
            CallKind::Operator(operator) => self.language.operator_member(operator, false),
            CallKind::Update(operator) => self.language.operator_member(operator, true),
            CallKind::Membership => Some("__contains__"),
            CallKind::Enter => Some(if site.awaited { "__aenter__" } else { "__enter__" }),
            CallKind::Leave => Some(if site.awaited { "__aexit__" } else { "__exit__" }),
            CallKind::Spread => Some("copy"),
            CallKind::Iterate => Some(ITERATE),
            CallKind::Search => Some("__search__"),
            CallKind::Test => Some("__bool__"),
            CallKind::Format => Some("__str__"),
            _ => None,
        }
    }

    /// An attribute is read: only properties and modelled attributes run code.
    fn read(&mut self, files: &[ProgramFile], owner: Value, member: Symbol, resolution: &mut CallResolution<'m>) {
        let (symbol, is_class) = match owner {
            Value::Instance(id) => (self.types.get(id).name, false),
            Value::Item(symbol) if self.definition(symbol).is_some() => (symbol, true),
            _ => {
                resolution.silent += 1;
                return;
            }
        };
        if self.definition(symbol).is_some() {
            if let Some((file, function)) = self.method(files, symbol, member) {
                let flavor = files[file.0 as usize].facts.function(function).flavor;
                if flavor.is_property() && (!is_class || flavor == FunctionFlavor::ClassProperty) {
                    resolution.targets.push(Target::Function(function_ref(files, file, function)));
                    return;
                }
            }
            resolution.silent += 1;
            return;
        }
        match self.member_row(symbol, member).filter(|row| row.kind == RowKind::Attribute) {
            Some(row) => {
                resolution.callee = Some(self.symbols.intern(&row.path));
                resolution.targets.push(Target::Row(row));
            }
            None => resolution.silent += 1,
        }
    }

    /// An attribute is looked up: it is called, when it can be.
    fn look_up(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        owner: Value,
        member: Symbol,
        resolution: &mut CallResolution<'m>,
    ) {
        if let Value::Instance(id) = owner
            && self.is_method(files, id, member)
        {
            return self.call_method(files, site, id, member, resolution);
        }
        self.read(files, owner, member, resolution);
        let values = self.member(files, owner, member);
        resolution.results.add(values);
    }

    /// Is a member of a type a method, and no property?
    fn is_method(&mut self, files: &[ProgramFile], id: TypeId, member: Symbol) -> bool {
        let symbol = self.types.get(id).name;
        let is_plain = |(file, function): (FileId, FunctionId)| {
            !files[file.0 as usize].facts.function(function).flavor.is_property()
        };
        if self.definition(symbol).is_none() {
            if let Some(row) = self.member_row(symbol, member) {
                return row.kind == RowKind::Method;
            }
            let manager = self.types.get(id).arguments.first().map(|rows| self.types.get(*rows).name);
            let manager = manager.filter(|_| self.is_of_class(files, id));
            let manager = manager.and_then(|class| self.default_manager(files, class));
            let class = manager.map(|manager| self.types.get(manager).name);
            return class.and_then(|class| self.method(files, class, member)).is_some_and(is_plain);
        }
        if let Some(method) = self.method(files, symbol, member) {
            return is_plain(method);
        }
        if self.relation(files, symbol, member).is_some() {
            return false;
        }
        let lineage = self.lineage(files, symbol);
        let mut external = lineage.iter().skip(1).filter(|base| self.definition(**base).is_none());
        let rows: Vec<Symbol> = external.by_ref().copied().collect();
        rows.into_iter().find_map(|base| self.member_row(base, member)).is_some_and(|row| row.kind == RowKind::Method)
    }

    fn call_member(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        owner: Value,
        member: Symbol,
        resolution: &mut CallResolution<'m>,
    ) {
        match owner {
            Value::Instance(id) => self.call_method(files, site, id, member, resolution),
            Value::Item(symbol) if matches!(self.definition(symbol), Some(Definition::Class(..))) => {
                if let Some(found) = self.method(files, symbol, member) {
                    resolution.callee = Some(self.symbols.member(symbol, member, self.language.profile().separator));
                    let owner = self.types.intern(symbol, &[]);
                    for (file, function) in self.fitting(files, site, symbol, member, found) {
                        self.call_value(files, site, Value::Function(file, function), Some(owner), resolution);
                        self.keep_class(files, owner, (file, function), resolution);
                    }
                } else {
                    self.call_class_static(files, site, symbol, member, resolution);
                }
            }
            _ => {
                let values = self.member(files, owner, member);
                self.call_values(files, site, values, resolution);
            }
        }
    }

    /// One of these is called, on nothing.
    fn call_values(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        values: Values,
        resolution: &mut CallResolution<'m>,
    ) {
        resolution.is_partial |= values.is_partial;
        for value in values.list {
            self.call_value(files, site, value, None, resolution);
        }
    }

    /// `T::default()`: a path into a class of the program that leads to nothing written there.
    fn call_derived(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        resolution: &mut CallResolution<'m>,
    ) -> bool {
        let facts = &files[site.0.0 as usize].facts;
        let Origin::Member(owner, name) = facts.origin(facts.call(site.1).callee) else { return false };
        let [Value::Item(symbol)] = self.infer(files, site.0, owner).list[..] else { return false };
        if !matches!(self.definition(symbol), Some(Definition::Class(..))) {
            return false;
        }
        let member = self.name_symbol(files, site.0, name);
        self.call_class_static(files, site, symbol, member, resolution);
        !resolution.results.list.is_empty() || !resolution.targets.is_empty()
    }

    /// A static member of a class of the program that it has from outside: from a base, or by derivation.
    fn call_class_static(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        symbol: Symbol,
        member: Symbol,
        resolution: &mut CallResolution<'m>,
    ) {
        let own = self.types.intern(symbol, &[]);
        for base in self.lineage(files, symbol).iter().copied().skip(1) {
            if self.definition(base).is_none()
                && let Some(row) = self.member_row(base, member)
            {
                self.call_row(files, site, row, Some(own), resolution);
                return;
            }
        }
        if let Some(value) = self.class_member(files, symbol, member, None).list.first().copied() {
            self.call_value(files, site, value, Some(own), resolution);
            return;
        }
        resolution.silent += 1;
        if self.language.is_constructor_name(self.symbols.text(member)) {
            resolution.results.add(Values::one(Value::Instance(own)));
        }
    }

    /// A method call on a value.
    fn call_method(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        id: TypeId,
        member: Symbol,
        resolution: &mut CallResolution<'m>,
    ) {
        let Type { name: symbol, written, .. } = *self.types.get(id);
        let separator = self.language.profile().separator;
        if let Some(values) = written.and_then(|map| self.entry(files, map, member)) {
            return self.call_values(files, site, values, resolution);
        }
        // What a type outside the program can do itself comes before what the program adds to it.
        if self.definition(symbol).is_none()
            && let Some(row) = self.member_row(symbol, member)
        {
            self.call_row(files, site, row, Some(id), resolution);
            return;
        }
        if self.definition(symbol).is_some() || self.extensions.contains_key(&symbol) {
            if let Some(found) = self.method(files, symbol, member) {
                resolution.callee = Some(self.symbols.member(symbol, member, separator));
                for found in self.fitting(files, site, symbol, member, found) {
                    for function in self.implementations(files, site, symbol, member, found) {
                        self.call_function(files, site, function, id, resolution);
                    }
                }
                self.bind_results(files, id, resolution);
                self.keep_class(files, id, found, resolution);
                return;
            }
            for base in self.lineage(files, symbol).iter().copied().skip(1) {
                if self.definition(base).is_none()
                    && let Some(row) = self.member_row(base, member)
                {
                    self.call_row(files, site, row, Some(id), resolution);
                    self.use_own_rows(files, id, resolution);
                    return;
                }
            }
        }
        if let Some(row) = self.member_row(symbol, member) {
            self.call_row(files, site, row, Some(id), resolution);
            return;
        }
        match self.deref(files, id).filter(|_| self.depth < DEEPEST_QUESTION) {
            Some(inner) if inner != id => {
                self.ask((), |resolver| resolver.call_method(files, site, inner, member, resolution));
            }
            _ if self.call_own_rows(files, site, id, member, resolution) => {}
            _ if self.call_held(files, site, id, member, resolution) => {}
            _ if self.call_as_library_says(files, site, id, member, resolution) => {}
            _ => {
                resolution.silent += 1;
                resolution.callee = Some(self.symbols.member(symbol, member, separator));
                resolution.results.is_partial = true;
            }
        }
    }

    /// A class, a function or something that can be called as one, which an attribute holds, is called: `self.builder(…)`.
    fn call_held(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        receiver: TypeId,
        member: Symbol,
        resolution: &mut CallResolution<'m>,
    ) -> bool {
        let class = self.types.get(receiver).name;
        let Some((file, origin)) = self.only_field(files, class, member) else { return false };
        let values = self.infer(files, file, origin).list;
        let call = self.symbols.intern("__call__");
        let mut is_callable = |value: &Value| match value {
            Value::Instance(id) => {
                let symbol = self.types.get(*id).name;
                self.lineage(files, symbol).iter().any(|part| self.member_row(*part, call).is_some())
            }
            _ => false,
        };
        if !matches!(values[..], [Value::Item(_) | Value::Function(..)]) && !values.iter().all(&mut is_callable) {
            return false;
        }
        for value in &values {
            self.call_value(files, site, *value, None, resolution);
        }
        !values.is_empty()
    }

    /// What a method of a class that gives rows returns, when called for the rows of one class.
    fn bind_results(&mut self, files: &[ProgramFile], receiver: TypeId, resolution: &mut CallResolution<'m>) {
        let Some(class) = self.types.get(receiver).arguments.first().copied() else { return };
        if self.is_of_class(files, receiver) {
            let results = std::mem::take(&mut resolution.results);
            resolution.results = self.values_bound_to(files, results, class);
        }
    }

    /// What a method that is inherited gives of its own class is of the class that it is called on, where it says so, or is
    /// given that class.
    fn keep_class(
        &mut self,
        files: &[ProgramFile],
        receiver: TypeId,
        (file, function): (FileId, FunctionId),
        resolution: &mut CallResolution<'m>,
    ) {
        let function = files[file.0 as usize].facts.function(function);
        let Some(own) = function.class.and_then(|class| self.class_symbol(file, class)) else { return };
        let keeps = function.gives_own_class || function.flavor == FunctionFlavor::ClassMethod;
        if !keeps || own == self.types.get(receiver).name {
            return;
        }
        for value in &mut resolution.results.list {
            if let Value::Instance(id) = value {
                let Type { name, arguments, .. } = self.types.get(*id).clone();
                let keep = |id: TypeId| if self.types.get(id).name == own { receiver } else { id };
                let kept: Box<[TypeId]> = arguments.iter().map(|id| keep(*id)).collect();
                if name == own {
                    *id = receiver;
                } else if kept != arguments {
                    *id = self.types.intern(name, &kept);
                }
            }
        }
    }

    /// A class that makes its rows in a method of its own: what an inherited method gives is what that one makes.
    fn use_own_rows(&mut self, files: &[ProgramFile], receiver: TypeId, resolution: &mut CallResolution<'m>) {
        let Some(result) = resolution.results.instance() else { return };
        let symbol = self.types.get(receiver).name;
        if !self.is_of_class(files, receiver) || !self.is_of_class(files, result) || self.definition(symbol).is_none() {
            return;
        }
        let Some(maker) = self.rows_maker(files, symbol) else { return };
        let (file, function) = locate(files, maker);
        let Some(made) = self.return_values(files, file, function).instance() else { return };
        let made = self.types.get(made).name;
        if self.definition(made).is_some() {
            let arguments = self.types.get(result).arguments.clone();
            resolution.results = Values::one(Value::Instance(self.types.intern(made, &arguments)));
        }
    }

    /// A method that rows of a class have because its manager has it.
    fn call_own_rows(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        receiver: TypeId,
        member: Symbol,
        resolution: &mut CallResolution<'m>,
    ) -> bool {
        let ty = self.types.get(receiver).clone();
        let Some(rows) = ty.arguments.first().copied() else { return false };
        if self.definition(ty.name).is_some() || !self.is_of_class(files, receiver) {
            return false;
        }
        let class = self.types.get(rows).name;
        let Some(manager) = self.default_manager(files, class) else { return false };
        let manager_class = self.types.get(manager).name;
        if self.method(files, manager_class, member).is_none() {
            return false;
        }
        self.ask((), |resolver| resolver.call_method(files, site, manager, member, resolution));
        true
    }

    /// The functions that a call of an interface's method may run: a few implementations, or the default.
    fn implementations(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        symbol: Symbol,
        member: Symbol,
        found: (FileId, FunctionId),
    ) -> SmallVec<[(FileId, FunctionId); 2]> {
        if !self.is_interface(files, symbol) {
            return smallvec![found];
        }
        let implementors = self.implementors_of(files, symbol);
        if implementors.is_empty() || implementors.len() > MOST_CANDIDATES {
            return smallvec![found];
        }
        let mut functions: SmallVec<[(FileId, FunctionId); 2]> = SmallVec::new();
        for implementor in implementors {
            let mut function = self.own_method(implementor, member);
            if function.is_none() && self.language.profile().interfaces_are_structural {
                function = self.method(files, implementor, member);
            }
            let has_body =
                |(file, function): &(FileId, FunctionId)| files[file.0 as usize].facts.function(*function).has_body;
            if function.is_none() && !has_body(&found) {
                // It inherits the method from a class that need not know of the interface.
                let lineage = self.lineage(files, implementor);
                function = lineage.iter().find_map(|part| self.own_method(*part, member).filter(has_body));
            }
            let own = match function {
                Some(function) => self.fitting(files, site, implementor, member, function),
                // Those that implement it in turn have the method.
                None if self.is_interface(files, implementor) => continue,
                None => smallvec![found],
            };
            for function in own {
                if !functions.contains(&function) {
                    functions.push(function);
                }
            }
        }
        // Who holds another implementation has its methods, and hands on to it; who does nothing stands in for one.
        // What is held by the same interface goes first: layers upon each other may all have the methods of the lowest.
        let is_structural = self.language.profile().interfaces_are_structural;
        if is_structural {
            keep_others(&mut functions, |function| *function == found);
            keep_others(&mut functions, |(file, function)| does_nothing(&files[file.0 as usize].facts, *function));
        }
        keep_others(&mut functions, |function| self.hands_on(files, *function, Some(symbol)));
        if is_structural {
            keep_others(&mut functions, |function| self.hands_on(files, *function, None));
        }
        if functions.is_empty() {
            functions.push(found);
        }
        functions
    }

    /// The types that implement an interface, and those that implement these; only the first, where that are many.
    fn implementors_of(&self, files: &[ProgramFile], symbol: Symbol) -> Vec<Symbol> {
        let direct = self.implementors.get(&symbol).cloned().unwrap_or_default();
        let mut all = direct.clone();
        let mut next = 0;
        while next < all.len() && all.len() <= MOST_CANDIDATES {
            let own = all[next];
            next += 1;
            if !self.is_interface(files, own) {
                continue;
            }
            let below = self.implementors.get(&own).into_iter().flatten().copied();
            let new: Vec<Symbol> = below.filter(|below| *below != symbol && !all.contains(below)).collect();
            all.extend(new);
        }
        if all.len() > MOST_CANDIDATES { direct } else { all }
    }

    /// Does a method call the method of its own name of something that its object holds, by this interface?
    fn hands_on(&mut self, files: &[ProgramFile], (file, id): (FileId, FunctionId), interface: Option<Symbol>) -> bool {
        let facts = &files[file.0 as usize].facts;
        let function = facts.function(id);
        let is_held = |origin: OriginId| match facts.origin(origin) {
            Origin::Member(inner, _) => matches!(facts.origin(inner), Origin::Parameter(own, 0) if own == id),
            _ => false,
        };
        (function.region.calls.0..function.region.calls.1).any(|call| {
            let site = facts.call(CallId(call));
            let is_held = site.name == Some(function.name) && is_held(site.callee);
            is_held
                && interface.is_none_or(|interface| {
                    let held = self.infer(files, file, site.callee).instance();
                    held.is_some_and(|id| self.types.get(id).name == interface)
                })
        })
    }

    /// The argument that a call gets back, from a function that does nothing but return it.
    fn given_back(
        &self,
        files: &[ProgramFile],
        (file, call): (FileId, CallId),
        (callee_file, callee): (FileId, FunctionId),
    ) -> Option<OriginId> {
        let callee_facts = &files[callee_file.0 as usize].facts;
        let function = callee_facts.function(callee);
        let [only] = function.returns[..] else { return None };
        let Origin::Parameter(own, place) = callee_facts.origin(only) else { return None };
        let is_plain = own == callee && function.class.is_none() && function.yields.is_empty() && !function.is_async;
        let facts = &files[file.0 as usize].facts;
        let site = facts.call(call);
        let mut pairs = matched_arguments(facts, site, callee_facts, callee).into_iter();
        let (argument, _) = pairs.find(|(_, parameter)| is_plain && *parameter == place)?;
        Some(facts.arguments_of(site)[argument].origin)
    }

    /// What a call of a function of the program gives: as the call decides, or else as the function alone says.
    fn given_back_as(&mut self, files: &[ProgramFile], site: (FileId, CallId), callee: (FileId, FunctionId)) -> Values {
        let decided = self.given_for_result(files, site, callee);
        if !decided.list.is_empty() {
            return decided;
        }
        let named = match self.models.knows_relations() {
            true => self.class_named_through(files, site, callee),
            false => Values::default(),
        };
        match named.list.is_empty() {
            true => self.return_values(files, callee.0, callee.1),
            false => named,
        }
    }

    pub(super) fn call_value(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        value: Value,
        owner: Option<TypeId>,
        resolution: &mut CallResolution<'m>,
    ) {
        match value {
            Value::Function(file, function) => {
                resolution.targets.push(Target::Function(function_ref(files, file, function)));
                let values = match self.given_back(files, site, (file, function)) {
                    Some(argument) => self.infer(files, site.0, argument),
                    None => self.given_back_as(files, site, (file, function)),
                };
                let gives_future = files[file.0 as usize].facts.function(function).gives_future();
                let values = if gives_future { self.futures_of(values) } else { values };
                resolution.results.add(values);
            }
            Value::Closure(file, closure) => {
                resolution.silent += 1;
                let values = self.closure_values(files, file, closure);
                resolution.results.add(values);
            }
            Value::Instance(id) => {
                let call = self.symbols.intern("__call__");
                let symbol = self.types.get(id).name;
                let inherited = self.lineage(files, symbol);
                let inherited = inherited.iter().find_map(|part| self.member_row(*part, call));
                match self.definition(symbol).and_then(|_| self.method(files, symbol, call)) {
                    Some((file, function)) => {
                        self.call_value(files, site, Value::Function(file, function), owner, resolution);
                    }
                    None if let Some(row) = inherited => self.call_row(files, site, row, Some(id), resolution),
                    // A path with type arguments (`Vec::<T>`) that is called makes a value of that type.
                    None => {
                        resolution.silent += 1;
                        resolution.results.is_partial = true;
                    }
                }
            }
            Value::Item(symbol) => match self.definition(symbol) {
                Some(Definition::Class(file, class)) => self.construct(files, site, (file, class), symbol, resolution),
                Some(Definition::Module(..)) => resolution.silent += 1,
                None => self.call_external(files, site, symbol, owner, resolution),
            },
        }
    }

    fn construct(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        (file, class): (FileId, ClassId),
        symbol: Symbol,
        resolution: &mut CallResolution<'m>,
    ) {
        let facts = &files[file.0 as usize].facts;
        let made = match (facts.class(class).kind, facts.class(class).parent) {
            (ClassKind::Variant, Some(parent)) => self.class_symbol(file, parent).unwrap_or(symbol),
            _ => symbol,
        };
        resolution.callee = Some(made);
        let id = self.types.intern(made, &[]);
        resolution.results.add(Values::one(Value::Instance(id)));
        let constructor = self.language.profile().constructor_member.map(|member| self.symbols.intern(member));
        if let Some(constructor) = constructor {
            if let Some(found) = self.method(files, symbol, constructor) {
                for (file, function) in self.fitting(files, site, symbol, constructor, found) {
                    resolution.targets.push(Target::Function(function_ref(files, file, function)));
                }
                return;
            }
            // The constructor of an external base costs what its row says.
            for base in self.lineage(files, symbol).iter().copied().skip(1) {
                if self.definition(base).is_none()
                    && let Some(row) = self.models.row(self.symbols.text(base))
                    && row.kind == RowKind::Constructor
                {
                    resolution.targets.push(Target::Row(row));
                    return;
                }
            }
        }
        resolution.silent += 1;
    }

    /// A call of something outside the program, by its qualified name.
    fn call_external(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        symbol: Symbol,
        owner: Option<TypeId>,
        resolution: &mut CallResolution<'m>,
    ) {
        resolution.callee = Some(symbol);
        match self.called_outside(symbol) {
            External::Row(row, static_owner) => {
                let owner = owner.or_else(|| static_owner.map(|owner| self.types.intern(owner, &[])));
                self.call_row(files, site, row, owner, resolution);
            }
            External::Maker(id) => {
                resolution.silent += 1;
                resolution.results.add(Values::one(Value::Instance(id)));
            }
            External::Unknown => {
                resolution.silent += 1;
                resolution.results.is_partial = true;
            }
        }
    }

    /// What calling something outside the program is, by its qualified name.
    pub(super) fn called_outside(&mut self, symbol: Symbol) -> External<'m> {
        if let Some(known) = self.externals.get(&symbol) {
            return *known;
        }
        let found = self.find_external(symbol);
        self.externals.insert(symbol, found);
        found
    }

    fn find_external(&mut self, symbol: Symbol) -> External<'m> {
        let path = self.symbols.text(symbol).to_owned();
        let separator = self.language.profile().separator;
        let split = split_last(&path, separator);
        let row = self.models.row(&path).or_else(|| {
            let (owner, member) = split?;
            self.models.is_type(owner).then(|| self.models.member(owner, member)).flatten().map(|(row, _)| row)
        });
        if let Some(row) = row {
            return External::Row(row, split.map(|(owner, _)| self.symbols.intern(owner)));
        }
        let made = if let Some(made) = self.models.factory(&path) {
            Some(made.to_owned())
        } else if self.models.is_type(&path) {
            Some(path.clone())
        } else {
            let (owner, member) = split.unwrap_or(("", &path));
            let owner_name = split_last(owner, separator).map_or(owner, |(_, last)| last);
            if self.language.names_a_type(member) && self.language.profile().constructor_member.is_some() {
                Some(path.clone())
            } else if self.language.is_constructor_name(member) && self.language.names_a_type(owner_name) {
                Some(owner.to_owned())
            } else {
                None
            }
        };
        match made {
            Some(made) => {
                let made = self.symbols.intern(&made);
                External::Maker(self.types.intern(made, &[]))
            }
            None => External::Unknown,
        }
    }

    fn call_row(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        row: &'m Row,
        owner: Option<TypeId>,
        resolution: &mut CallResolution<'m>,
    ) {
        let row = self.by_argument(files, site, row);
        resolution.targets.push(Target::Row(row));
        resolution.callee = Some(self.symbols.intern(&row.path));
        let values = self.row_returns(files, row, owner, Some(site));
        let values = if row.color == Color::Async { self.futures_of(values) } else { values };
        resolution.results.add(values);
    }

    /// `list.pop(0)`, `DataFrame.apply(axis=1)`, `Redis.set(ex)`, `BaseMapper.insert(0=java.util.Collection)`: a row that an
    /// argument selects comes before the plain one.
    fn by_argument(&mut self, files: &[ProgramFile], site: (FileId, CallId), row: &'m Row) -> &'m Row {
        let facts = &files[site.0.0 as usize].facts;
        if facts.arguments_of(facts.call(site.1)).is_empty() {
            return row;
        }
        let models = self.models;
        let mut variants = models.variants(&row.path);
        variants.find(|(_, wanted)| self.has_argument(files, site, wanted)).map_or(row, |(variant, _)| variant)
    }

    /// Is one of the arguments of a call what a row wants: a number, a literal, a value of a type, or there at all?
    fn has_argument(&mut self, files: &[ProgramFile], (file, call): (FileId, CallId), wanted: &str) -> bool {
        let facts = &files[file.0 as usize].facts;
        let (name, value) = match wanted.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None if wanted.parse::<i64>().is_ok() => ("0", Some(wanted)),
            None => (wanted, None),
        };
        let is_type = |value: &str| value.contains(self.language.profile().separator);
        let wanted_type = value.filter(|value| is_type(value));
        let arguments = facts.arguments_of(facts.call(call)).iter().enumerate();
        let mut meant = arguments.filter(|(place, argument)| match argument.keyword {
            Some(keyword) => facts.text(keyword) == name,
            None => name.parse() == Ok(*place),
        });
        meant.any(|(_, argument)| match (facts.origin(argument.origin), value) {
            (_, Some(_)) if wanted_type.is_some() => {
                wanted_type.is_some_and(|wanted| self.is_of_type(files, file, argument.origin, wanted))
            }
            (Origin::Integer(Some(number)), Some(value)) => value.parse() == Ok(number),
            (Origin::Null, value) => matches!(value, Some(NULL | ANY)),
            (_, Some(PATTERN)) => facts.literal_text(argument.origin).is_some_and(is_pattern),
            (_, value) => value.is_none_or(|value| value == ANY),
        })
    }

    /// Is a value known to be of a type, whatever it may stand for, or the constant that has this path?
    fn is_of_type(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId, wanted: &str) -> bool {
        let values = self.infer(files, file, origin);
        let is_one = |value: &Value| match value {
            Value::Instance(id) => self.models.is_subtype(self.type_name(*id), wanted),
            Value::Item(item) => self.text(*item) == wanted,
            _ => false,
        };
        !values.is_partial && !values.list.is_empty() && values.list.iter().all(is_one)
    }

    // ---- results ------------------------------------------------------------------------------------------------

    /// What a call site calls, condensed for rules, as its number among all answers.
    pub fn resolved(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        call: CallId,
        answers: &mut Distinct<Resolved<'m>>,
    ) -> u32 {
        let number = self.call_number(files, file, call);
        let resolution = self.resolutions.get(number);
        let effects = effects_of_unknown(files, file, call, &resolution.targets);
        if effects.is_empty()
            && let Some(answer) = self.condensed.get(&number)
        {
            return *answer;
        }
        let mut resolved = condensed(resolution);
        resolved.effects = resolved.effects.union(effects);
        let row = if resolved.targets.len() == 1 { resolved.row() } else { None };
        let may_hide = |row: &Row| row.kind == RowKind::Method && row.effects.has(Effect::Blocking);
        let asks_imports = self.language.profile().imports_bring_methods && row.is_some_and(may_hide);
        if let Some(row) = row.filter(|_| asks_imports)
            && self.hiding_row(&files[file.0 as usize].facts, row).is_some_and(|row| row.color == Color::Async)
        {
            resolved.effects = resolved.effects.without(EffectSet::of(&[Effect::Blocking]));
        }
        let asks_block = row.is_some_and(|row| !row.after.is_empty());
        if let Some(row) = row.filter(|_| asks_block)
            && !comes_after(&files[file.0 as usize].facts, call, &row.after)
        {
            resolved.targets.clear();
            resolved.effects = EffectSet::EMPTY;
        }
        let sends_statement = resolved.effects.has(Effect::DbQuery);
        if sends_statement {
            resolved.effects = with_verb(&files[file.0 as usize].facts, call, resolved.effects);
        }
        resolved.iterates = row.and_then(|row| self.iterated_row(files, file, call, row));
        let asks_arguments = row.is_some_and(|row| !row.calls_member.is_empty());
        if let Some(row) = row.filter(|_| asks_arguments) {
            let facts = &files[file.0 as usize].facts;
            for argument in facts.arguments_of(facts.call(call)).iter().filter(|argument| !argument.is_spread) {
                let function = self.member_of_argument(files, file, argument.origin, row);
                resolved.targets.extend(function.map(Target::Function));
            }
        }
        let answer = answers.number(resolved);
        // The statement, the argument and the block are the call's own, the imports those of its file.
        let is_own = !effects.is_empty() || sends_statement || asks_arguments || asks_block || asks_imports;
        if !is_own && row.is_none_or(|row| row.iterates.is_none()) {
            self.condensed.insert(number, answer);
        }
        answer
    }

    /// What a method is that comes from a type or trait which the file imports under a name that one of the row's own
    /// has: `use diesel_async::RunQueryDsl` hides that of `use diesel::prelude::*`.
    fn hiding_row(&self, facts: &FileFacts, row: &Row) -> Option<&'m Row> {
        let separator = self.language.profile().separator;
        let (owner, member) = split_last(&row.path, separator)?;
        self.models.lineage(owner).find_map(|(hidden, _)| {
            let (_, name) = split_last(hidden, separator)?;
            let import = facts.imports.iter().find(|import| facts.text(import.binding) == name)?;
            let names: Vec<&str> = import.path.iter().map(|name| facts.text(*name)).collect();
            let path = self.models.canonical(&names.join(separator)).into_owned();
            (path != hidden).then(|| self.models.row(&[&path, separator, member].concat())).flatten()
        })
    }

    /// The row of going through the argument that a row goes through.
    fn iterated_row(&mut self, files: &[ProgramFile], file: FileId, call: CallId, row: &'m Row) -> Option<&'m Row> {
        let iterates = row.iterates.as_ref()?;
        let argument = argument_at(&files[file.0 as usize].facts, call, iterates)?;
        let id = self.infer(files, file, argument.origin).instance()?;
        let member = self.symbols.intern(ITERATE);
        let symbol = self.types.get(id).name;
        // A class of the program is gone through as what it inherits from is, unless it says how itself.
        match self.method(files, symbol, member) {
            Some(_) => None,
            None => self.lineage(files, symbol).iter().find_map(|part| self.member_row(*part, member)),
        }
    }

    /// The function of the program that a call runs by calling a member of an argument.
    pub(super) fn member_of_argument(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        origin: OriginId,
        row: &Row,
    ) -> Option<FunctionRef> {
        let id = self.infer(files, file, origin).instance()?;
        let symbol = self.types.get(id).name;
        self.definition(symbol)?;
        let member = self.symbols.intern(&row.calls_member);
        let (file, function) = self.method(files, symbol, member)?;
        Some(function_ref(files, file, function))
    }

    /// Notes which arguments each function of the program is called with.
    pub(super) fn note_arguments(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        call: CallId,
        resolved: &Resolved<'m>,
    ) {
        let facts = &files[file.0 as usize].facts;
        let site = facts.call(call);
        if site.kind != CallKind::Call {
            return;
        }
        for target in resolved.functions() {
            let (callee_file, callee) = locate(files, target);
            let callee_facts = &files[callee_file.0 as usize].facts;
            for (argument, parameter) in matched_arguments(facts, site, callee_facts, callee) {
                let known = Arc::make_mut(&mut self.callers).entry((target, parameter)).or_default();
                if known.len() < 16 {
                    known.push(GivenArgument { file, call, origin: facts.arguments_of(site)[argument].origin });
                }
            }
        }
    }
}

/// Is a text, as an expression, more than one letter that means itself?
fn is_pattern(text: &str) -> bool {
    let mut letters = text.chars();
    match (letters.next(), letters.next(), letters.next()) {
        (Some(only), None, _) => ".$|()[{^?*+\\".contains(only),
        (Some('\\'), Some(escaped), None) => escaped.is_alphanumeric(),
        (first, _, _) => first.is_some(),
    }
}

/// Leaves out those of which this holds, unless it holds of all.
fn keep_others<T>(all: &mut SmallVec<[T; 2]>, mut is_left_out: impl FnMut(&T) -> bool)
where
    [T; 2]: smallvec::Array<Item = T>,
{
    let marks: Vec<bool> = all.iter().map(&mut is_left_out).collect();
    if marks.contains(&false) {
        let mut marks = marks.into_iter();
        all.retain(|_| !marks.next().unwrap_or(false));
    }
}

/// Does a function only give constants, or nothing?
fn does_nothing(facts: &FileFacts, function: FunctionId) -> bool {
    let function = facts.function(function);
    let is_constant = |origin: &OriginId| {
        matches!(
            facts.origin(*origin),
            Origin::Null
                | Origin::Bool(_)
                | Origin::Integer(_)
                | Origin::Float
                | Origin::String(_)
                | Origin::Global(..)
                | Origin::Collection(_, None, Some(0))
        )
    };
    let is_nothing = |origin: &OriginId| match facts.origin(*origin) {
        Origin::Tuple(start, end) => facts.origin_list(start, end).iter().all(is_constant),
        _ => is_constant(origin),
    };
    function.region.calls.0 == function.region.calls.1 && function.returns.iter().all(is_nothing)
}

/// What rules want to know of a call.
fn condensed<'m>(resolution: &CallResolution<'m>) -> Resolved<'m> {
    let mut effects: Option<EffectSet> = None;
    for target in &resolution.targets {
        if let Target::Row(row) = target {
            effects = Some(effects.map_or(row.effects, |known| known.intersection(row.effects)));
        }
    }
    let is_sure = !resolution.is_guess && !resolution.is_partial && resolution.silent == 0;
    // One candidate of several that is silent speaks against what the others would do.
    let is_disputed = resolution.silent > 0 && !resolution.targets.is_empty();
    Resolved {
        targets: if is_disputed { SmallVec::new() } else { SmallVec::from_slice(&resolution.targets) },
        confidence: if is_sure { Confidence::High } else { Confidence::Medium },
        effects: if is_disputed { EffectSet::EMPTY } else { effects.unwrap_or_default() },
        iterates: None,
        callee: resolution.callee,
        receiver: resolution.receiver,
    }
}

/// The first names of what the files of a language import, and of its own library.
fn imported_libraries(language: &dyn Language, index: usize, files: &[ProgramFile]) -> FxHashSet<String> {
    let own = language.profile().implicit_modules.iter().map(|module| (*module).to_owned());
    let files = files.iter().filter(|file| file.source.language == index);
    let imported = files.flat_map(|file| {
        file.facts.imports.iter().filter_map(|import| import.path.first()).map(|name| file.facts.text(*name).to_owned())
    });
    own.chain(imported).collect()
}

/// Is a context left in whose block one of these members of it was called, and nothing awaited?
fn comes_after(facts: &FileFacts, leave: CallId, members: &[table::Text]) -> bool {
    let site = facts.call(leave);
    let calls = || facts.calls[..leave.index()].iter().rev();
    let is_entering = |other: &CallSite| other.kind == CallKind::Enter && other.span == site.span;
    let awaits_nothing = !facts.holds.iter().any(|hold| hold.span == site.span);
    let is_meant = |other: &CallSite| {
        let is_member = other.name.is_some_and(|name| members.iter().any(|member| *member == facts.text(name)));
        is_member && facts.origin(other.callee) == Origin::Entered(site.callee)
    };
    awaits_nothing && calls().take_while(|other| !is_entering(other)).any(is_meant)
}

/// The effects of a call that gives a statement to a member which sends such, as its first argument or after what it is
/// given in all calls, where no row tells what it does. Functions of the program that it leads to may tell more.
fn effects_of_unknown(files: &[ProgramFile], file: FileId, call: CallId, targets: &[Target]) -> EffectSet {
    let facts = &files[file.0 as usize].facts;
    let site = facts.call(call);
    let sends = || site.name.is_some_and(|name| sql::sends(facts.text(name)));
    let gives_statement = || {
        let mut given = facts.arguments_of(site).iter().take(2);
        given.any(|argument| facts.leading_text(argument.origin).is_some_and(sql::is_about_rows))
    };
    let is_row = |target: &Target| matches!(target, Target::Row(_));
    // The name is asked first: few members send anything.
    match !targets.iter().any(is_row) && sends() && gives_statement() {
        true => EffectSet::of(&[Effect::DbQuery]),
        false => EffectSet::EMPTY,
    }
}

/// The effects of a call that sends a statement, once it is known what the statement is about.
fn with_verb(facts: &FileFacts, call: CallId, effects: EffectSet) -> EffectSet {
    let string = facts.sent(call).map(|sent| sent.string).or_else(|| facts.made_ready(call));
    let text = string.map(|string| &*facts.strings[string.0 as usize]).or_else(|| facts.begun(call));
    match text.and_then(sql::verb) {
        Some(Verb::Write) => effects.union(EffectSet::of(&[Effect::DbWrite])),
        // A table is made or dropped once.
        Some(Verb::Other) => effects.without(EffectSet::of(&[Effect::DbQuery, Effect::DbWrite, Effect::Network])),
        Some(Verb::Read) | None => effects,
    }
}

/// The argument of a call that a table names.
pub fn argument_at<'f>(facts: &'f FileFacts, call: CallId, place: &table::Argument) -> Option<&'f Argument> {
    let mut position = 0;
    for argument in facts.arguments_of(facts.call(call)) {
        match argument.keyword {
            Some(keyword) if place.is_named(facts.text(keyword)) => return Some(argument),
            Some(_) => {}
            // What comes after it may be at any position.
            None if argument.is_spread => return None,
            None if place.is_at(position) => return Some(argument),
            None => position += 1,
        }
    }
    None
}

/// Pairs of argument and parameter positions of a call of a function of the program.
pub fn matched_arguments(
    facts: &FileFacts,
    site: &CallSite,
    callee_facts: &FileFacts,
    callee: FunctionId,
) -> SmallVec<[(usize, u16); 4]> {
    let function = callee_facts.function(callee);
    let has_receiver = function.parameters.first().is_some_and(|first| first.kind == ParameterKind::Receiver);
    // `Type::method(receiver, …)` gives the receiver as an argument; `receiver.method(…)` and constructors do not.
    let skips_receiver = has_receiver && (site.name.is_some() || !is_static_path(facts, site.callee));
    let mut pairs = SmallVec::new();
    let mut position = skips_receiver as usize;
    for (argument, value) in facts.arguments_of(site).iter().enumerate() {
        if value.is_spread {
            break;
        }
        match value.keyword {
            Some(keyword) => {
                let text = facts.text(keyword);
                let found = function
                    .parameters
                    .iter()
                    .position(|parameter| parameter.name.is_some_and(|name| callee_facts.text(name) == text));
                if let Some(found) = found {
                    pairs.push((argument, found as u16));
                }
            }
            None => {
                match function.parameters.get(position) {
                    Some(parameter) if matches!(parameter.kind, ParameterKind::Ordinary | ParameterKind::Receiver) => {
                        pairs.push((argument, position as u16));
                    }
                    _ => {}
                }
                position += 1;
            }
        }
    }
    pairs
}

/// The position of the argument that stands alone for a parameter that takes many, and that of the parameter.
pub fn given_alone(
    facts: &FileFacts,
    site: &CallSite,
    callee_facts: &FileFacts,
    callee: FunctionId,
) -> Option<(usize, u16)> {
    let arguments = facts.arguments_of(site);
    if arguments.iter().any(|argument| argument.is_spread || argument.keyword.is_some()) {
        return None;
    }
    let parameters = &callee_facts.function(callee).parameters;
    let has_receiver = parameters.first().is_some_and(|first| first.kind == ParameterKind::Receiver);
    let skips_receiver = has_receiver && (site.name.is_some() || !is_static_path(facts, site.callee));
    let argument = arguments.len().checked_sub(1)?;
    let place = argument + skips_receiver as usize;
    let takes_many = matches!(parameters.get(place)?.kind, ParameterKind::Variadic | ParameterKind::Named);
    takes_many.then_some((argument, place as u16))
}

fn is_static_path(facts: &FileFacts, origin: OriginId) -> bool {
    matches!(facts.origin(origin), Origin::Member(..))
}

/// The place of a function among all functions.
pub fn function_ref(files: &[ProgramFile], file: FileId, function: FunctionId) -> FunctionRef {
    FunctionRef(files[file.0 as usize].first_function + function.0)
}

/// The file and number of a function.
pub fn locate(files: &[ProgramFile], function: FunctionRef) -> (FileId, FunctionId) {
    let file = files.partition_point(|file| file.first_function <= function.0) - 1;
    (FileId(file as u32), FunctionId(function.0 - files[file].first_function))
}

impl<'m> Resolver<'m> {
    /// What call sites give to a parameter of a function of the program.
    pub fn given_to(&self, function: FunctionRef, place: u16) -> &[GivenArgument] {
        self.callers.get(&(function, place)).map_or(&[], |given| given)
    }

    /// Does a member of this name run a closure once per element of a list?
    pub fn repeats_in_list(&mut self, files: &[ProgramFile], file: FileId, name: Name) -> bool {
        let list = self.language_literals().list;
        let list = self.symbols.intern(list);
        let member = self.name_symbol(files, file, name);
        self.member_row(list, member).is_some_and(|row| row.repeats.is_some())
    }

    /// Types of literals of the language.
    pub fn language_literals(&self) -> &'static crate::lang::LiteralTypes {
        self.language.profile().literal_types
    }

    /// The effects of a row, by qualified name.
    pub fn row_effects(&self, symbol: Symbol) -> EffectSet {
        self.row_of(symbol).map(|row| row.effects).unwrap_or_default()
    }

    /// The row of what is not of the program.
    pub fn row_of(&self, symbol: Symbol) -> Option<&'m Row> {
        self.models.row(self.symbols.text(symbol))
    }

    /// The effects of a method that is named and not called: `app.task`.
    pub fn bound_effects(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> EffectSet {
        let facts = &files[file.0 as usize].facts;
        let Origin::Member(owner, name) = facts.origin(origin) else { return EffectSet::EMPTY };
        let member = self.name_symbol(files, file, name);
        match self.infer(files, file, owner).instance() {
            Some(id) => {
                let symbol = self.types.get(id).name;
                self.member_row(symbol, member).map(|row| row.effects).unwrap_or_default()
            }
            None => EffectSet::EMPTY,
        }
    }
}

impl CallResolution<'_> {
    /// The qualified name of what it calls.
    pub(super) fn callee(&self) -> Option<Symbol> {
        self.callee
    }

    /// What the call gives.
    pub fn results(&self) -> &Values {
        &self.results
    }
}

impl<'m> Resolver<'m> {
    /// The models that it looks things up in.
    pub fn models(&self) -> &'m Models {
        self.models
    }

    /// Is the type text, or does it dereference to text?
    pub fn is_text(&self, id: TypeId) -> bool {
        let literals = self.language.profile().literal_types;
        let name = self.type_name(id);
        let is = |name: &str| name == literals.string || name == literals.bytes;
        match self.models.derefs(name) {
            // What only wraps another value is read like it.
            Some("T") => self.first_argument(id).is_some_and(|inner| inner != id && self.is_text(inner)),
            inner => is(name) || inner.is_some_and(is),
        }
    }

    /// Is a type among the arguments of another, however deep?
    pub fn mentions(&self, id: TypeId, wanted: TypeId) -> bool {
        id == wanted || self.types.get(id).arguments.iter().any(|argument| self.mentions(*argument, wanted))
    }

    /// The first type argument.
    pub fn first_argument(&self, id: TypeId) -> Option<TypeId> {
        self.types.get(id).arguments.first().copied()
    }

    /// What a row costs, by qualified name; empty when unknown.
    pub fn row_cost(&self, symbol: Symbol) -> &str {
        self.models.row(self.symbols.text(symbol)).map_or("", |row| &row.cost)
    }

    /// Does going through a value take as many turns as a container has elements?
    pub fn has_known_length(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId, depth: usize) -> bool {
        let facts = &files[file.0 as usize].facts;
        match facts.origin(origin) {
            Origin::Range => return true,
            Origin::Borrowed(inner) => return self.has_known_length(files, file, inner, depth),
            Origin::Call(call) if depth < 4 => {
                let site = facts.call(call);
                // Views of a container (`iter`, `keys`, `enumerate`) have its length; filters do not run closures here.
                let is_view = site.arguments.0 == site.arguments.1 && site.name.is_some();
                let resolution = self.call(files, file, call);
                let lazy = resolution.targets.iter().any(|target| match target {
                    Target::Row(row) => row.laziness == crate::model::table::Laziness::Lazy && row.repeats.is_none(),
                    Target::Function(_) => false,
                });
                if is_view && lazy {
                    return self.has_known_length(files, file, site.callee, depth + 1);
                }
            }
            _ => {}
        }
        let Some(id) = self.infer(files, file, origin).instance() else { return false };
        self.is_sized(id)
    }

    /// A container: it has elements that can be counted without going through them.
    fn is_sized(&self, id: TypeId) -> bool {
        let literals = self.language.profile().literal_types;
        let name = self.type_name(id);
        let is_display = [literals.list, literals.set, literals.map, literals.tuple, literals.range].contains(&name);
        is_display
            || self.language.profile().length_member.is_some_and(|member| self.models.member(name, member).is_some())
    }
}
