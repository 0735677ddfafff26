//! Types: what an origin stands for, followed through models, other files and call sites.
//!
//! Asked on demand and remembered. Where a step is not understood the answer is unknown; at most four candidates
//! are kept.

use smallvec::SmallVec;

use super::closures::{awaited_name, is_parameter, is_type_variable};
use super::resolve::{Definition, External, Memo, Resolver, Value, Values, function_ref, matched_arguments};
use crate::facts::*;
use crate::model::table::{Row, RowKind};
use crate::program::ProgramFile;
use crate::source::FileId;
use crate::syntax::{CollectionKind, FunctionFlavor, Name, ParameterKind, TypeExpr, TypeExprId, TypeForm};
use crate::types::{Symbol, Type, TypeId, TypeText};

/// What a call gives whose arguments name a class, as model tables write it.
const NAMED_CLASS: &str = "named.class";

/// What the type of something that is made under a name begins with, before that.
pub(super) const NAMED: &str = "named ";

impl<'m> Resolver<'m> {
    /// The candidates for an origin.
    pub fn infer(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Values {
        let slots = &mut self.origins[file.0 as usize];
        if slots.is_empty() {
            slots.resize_with(files[file.0 as usize].facts.origins.len(), Memo::default);
        }
        self.remembered_values(
            |resolver| &mut resolver.origins[file.0 as usize][origin.index()],
            |resolver| resolver.infer_origin(files, file, origin),
        )
    }

    fn infer_origin(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Values {
        let facts = &files[file.0 as usize].facts;
        let literals = self.language.profile().literal_types;
        match facts.origin(origin) {
            Origin::Unknown => Values::unknown(),
            Origin::Global(module, name) => self.global(files, file, module, name),
            Origin::Import(import) => self.import_values(files, file, import),
            Origin::Function(function) => Values::one(Value::Function(file, function)),
            Origin::Class(class) => match self.class_symbol(file, class) {
                Some(symbol) => Values::one(Value::Item(symbol)),
                None => Values::unknown(),
            },
            Origin::Closure(closure) => Values::one(Value::Closure(file, closure)),
            Origin::Parameter(function, place) => self.parameter(files, file, function, place),
            Origin::ClosureParameter(closure, place) => self.closure_parameter(files, file, closure, place),
            Origin::Call(call) => self.call(files, file, call).results.clone(),
            Origin::Await(inner) => {
                let values = self.infer(files, file, inner);
                self.map_types(values, |resolver, id| resolver.awaited(id))
            }
            Origin::Member(object, name) => {
                let member = self.name_symbol(files, file, name);
                let entry = self.written(files, file, object).and_then(|map| self.entry(files, map, member));
                if let Some(values) = entry {
                    return values;
                }
                let owners = self.infer(files, file, object);
                self.members(files, owners, member)
            }
            Origin::Element(inner) => {
                let values = self.infer(files, file, inner);
                let elements = self.elements(files, values);
                match elements.list.is_empty() {
                    true => self.displayed(files, file, inner),
                    false => elements,
                }
            }
            Origin::Item(inner) => {
                let values = self.infer(files, file, inner);
                match values.list[..] {
                    // What stands in brackets behind a class are its type arguments.
                    [Value::Item(class)] if self.is_class(class) => values,
                    _ => self.map_types(values, |resolver, id| resolver.types.get(id).arguments.last().copied()),
                }
            }
            Origin::Slice(inner, _) | Origin::Borrowed(inner) | Origin::Operation(_, inner) => {
                self.infer(files, file, inner)
            }
            Origin::Part(inner, place) => {
                if let Some(values) = self.awaited_part(files, file, inner, place as usize) {
                    return values;
                }
                let values = self.infer(files, file, inner);
                self.map_types(values, |resolver, id| resolver.part(id, place as usize))
            }
            Origin::Payload(inner, constructor, place) => self.payload(files, file, inner, constructor, place),
            Origin::Entered(inner) => self.entered(files, file, inner),
            Origin::Propagated(inner) => {
                let values = self.infer(files, file, inner);
                self.map_types(values, |resolver, id| {
                    Some(resolver.types.get(id).arguments.first().copied().unwrap_or(id))
                })
            }
            Origin::Declared(module, declared) => self.type_values(files, file, module, declared),
            Origin::Ascribed(declared, value) => {
                let values = self.infer(files, file, declared);
                match values.list.is_empty() {
                    true => self.infer(files, file, value),
                    false => values,
                }
            }
            Origin::Generic(inner, arguments) => self.generic(files, file, inner, arguments),
            Origin::String(_) => self.literal(literals.string, &[]),
            Origin::Bytes => self.literal(literals.bytes, &[]),
            Origin::Integer(_) => self.literal(literals.integer, &[]),
            Origin::Float => self.literal(literals.float, &[]),
            Origin::Character => self.literal(literals.character, &[]),
            Origin::Bool(_) => self.literal(literals.boolean, &[]),
            Origin::Null => Values::default(),
            Origin::Range => self.literal(literals.range, &[]),
            Origin::Collection(kind, element, _) => {
                let name = match kind {
                    CollectionKind::List => literals.list,
                    CollectionKind::Set => literals.set,
                    CollectionKind::Map => literals.map,
                    CollectionKind::Tuple => literals.tuple,
                };
                let element = element.and_then(|element| self.infer(files, file, element).instance());
                self.literal(name, element.as_slice())
            }
            Origin::Tuple(start, end) => {
                let mut parts: SmallVec<[TypeId; 4]> = SmallVec::new();
                for part in facts.origin_list(start, end).to_vec() {
                    let part = self.infer(files, file, part).instance();
                    parts.push(part.unwrap_or_else(|| self.unknown_type()));
                }
                self.literal(literals.tuple, &parts)
            }
            Origin::Generator(element) => {
                let element = self.infer(files, file, element).instance();
                self.literal(literals.generator, element.as_slice())
            }
            Origin::Join(start, end) => {
                let mut values = Values::default();
                for member in facts.origin_list(start, end).to_vec() {
                    values.add(self.infer(files, file, member));
                }
                let values = self.without_unknown_items(values);
                self.alike(values)
            }
        }
    }

    /// The members of what is written down: classes and functions, which no type of a container tells.
    fn displayed(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Values {
        let facts = &files[file.0 as usize].facts;
        let mut values = Values::unknown();
        match facts.origin(origin) {
            Origin::Tuple(..) | Origin::Collection(_, Some(_), Some(_)) => {}
            _ => return values,
        }
        values.is_partial = false;
        for member in facts.members_of(origin) {
            values.add(self.infer(files, file, member));
        }
        values
    }

    /// What nobody knows anything of says nothing where it stands beside a value that is known: `shared.db ?? new Db()`.
    fn without_unknown_items(&mut self, mut values: Values) -> Values {
        if !values.list.iter().any(|value| matches!(value, Value::Instance(_))) {
            return values;
        }
        let mut known = SmallVec::new();
        for value in values.list.drain(..) {
            match value {
                Value::Item(symbol) if !self.is_known_item(symbol) => values.is_partial = true,
                _ => known.push(value),
            }
        }
        Values { list: known, is_partial: values.is_partial }
    }

    fn is_known_item(&mut self, symbol: Symbol) -> bool {
        self.definition(symbol).is_some() || self.is_known_type(symbol) || self.row_of(symbol).is_some()
    }

    fn literal(&mut self, name: &str, arguments: &[TypeId]) -> Values {
        if name.is_empty() {
            return Values::unknown();
        }
        let name = self.symbols.intern(name);
        Values::one(Value::Instance(self.types.intern(name, arguments)))
    }

    /// The type of which nothing is known, as an argument of other types.
    pub(super) fn unknown_type(&mut self) -> TypeId {
        let name = self.symbols.intern("?");
        self.types.intern(name, &[])
    }

    fn map_types(&mut self, values: Values, mut map: impl FnMut(&mut Self, TypeId) -> Option<TypeId>) -> Values {
        let mut mapped = Values { list: SmallVec::new(), is_partial: values.is_partial };
        for value in values.list {
            match value {
                Value::Instance(id) => match map(self, id).filter(|id| self.is_known(*id)) {
                    Some(id) => mapped.add(Values::one(Value::Instance(id))),
                    None => mapped.is_partial = true,
                },
                _ => mapped.is_partial = true,
            }
        }
        mapped
    }

    pub(super) fn is_known(&self, id: TypeId) -> bool {
        self.symbols.text(self.types.get(id).name) != "?"
    }

    /// Of what runs side by side and is awaited together: what one of them gives.
    fn awaited_part(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        together: OriginId,
        place: usize,
    ) -> Option<Values> {
        let facts = &files[file.0 as usize].facts;
        let (call, is_awaited) = match facts.origin(together) {
            Origin::Await(inner) | Origin::Propagated(inner) => (inner, true),
            _ => (together, false),
        };
        let Origin::Call(call) = facts.origin(facts.bare(call)) else { return None };
        // A macro awaits what it is given itself.
        let row = self.call_target(files, file, call).0.filter(|row| is_awaited || row.kind == RowKind::Macro)?;
        let returns = TypeText::parse(&row.returns);
        let arguments = facts.arguments_of(facts.call(call));
        let one = match returns.arguments.first()?.name {
            "awaited0" => facts.entries_of(facts.bare(arguments.first()?.origin)).get(place)?.value,
            "awaited" if !arguments.iter().take(place + 1).any(|own| own.is_spread) => arguments.get(place)?.origin,
            _ => return None,
        };
        let values = self.infer(files, file, one);
        Some(self.map_types(values, |resolver, id| resolver.awaited(id)))
    }

    fn awaited(&self, id: TypeId) -> Option<TypeId> {
        let ty = self.types.get(id);
        let name = self.symbols.text(ty.name);
        // What an interface of futures yields is its argument; any other value is what was awaited already.
        match ty.arguments.first() {
            inner if self.language.profile().future_type.is_some_and(|future| self.models.is_subtype(name, future)) => {
                inner.copied()
            }
            Some(inner) if name.ends_with("Future") || name.ends_with("Awaitable") => Some(*inner),
            _ => Some(id),
        }
    }

    /// What gives these values when it is awaited, where that is a value like others.
    pub(super) fn futures_of(&mut self, values: Values) -> Values {
        let Some(future) = self.language.profile().future_type else { return values };
        let future = self.symbols.intern(future);
        if values.list.is_empty() {
            return Values {
                is_partial: values.is_partial,
                ..Values::one(Value::Instance(self.types.intern(future, &[])))
            };
        }
        self.map_types(values, |resolver, id| {
            // A promise of a promise is that promise.
            let is_future = resolver.types.get(id).name == future;
            Some(if is_future { id } else { resolver.types.intern(future, &[id]) })
        })
    }

    fn part(&self, id: TypeId, place: usize) -> Option<TypeId> {
        let ty = self.types.get(id);
        let is_tuple = self.symbols.text(ty.name) == self.language.profile().literal_types.tuple;
        match is_tuple && ty.arguments.len() > 1 {
            true => ty.arguments.get(place).copied(),
            false if self.language.profile().results_are_parts => (place == 0).then_some(id),
            false => ty.arguments.first().copied(),
        }
    }

    /// What iterating over each candidate gives.
    pub(super) fn elements(&mut self, files: &[ProgramFile], values: Values) -> Values {
        let mut elements = Values { list: SmallVec::new(), is_partial: values.is_partial };
        for value in values.list {
            match value {
                Value::Instance(id) => match self.element(files, id) {
                    Some(element) if self.is_known(element) => elements.add(Values::one(Value::Instance(element))),
                    _ => elements.is_partial = true,
                },
                // Iterating over a class goes through its members, as over an enumeration.
                Value::Item(symbol) if matches!(self.definition(symbol), Some(Definition::Class(..))) => {
                    let id = self.types.intern(symbol, &[]);
                    elements.add(Values::one(Value::Instance(id)));
                }
                _ => elements.is_partial = true,
            }
        }
        elements
    }

    /// What iterating over a value of a type gives.
    pub(super) fn element(&mut self, files: &[ProgramFile], id: TypeId) -> Option<TypeId> {
        self.ask(None, |resolver| {
            let name = resolver.types.get(id).name;
            if resolver.definition(name).is_some()
                && let Some(element) = resolver.language.profile().element_type
                && let Some(element) = resolver.named_by_class(files, name, element)
            {
                return Some(element);
            }
            let mut text = resolver.models.element(resolver.symbols.text(name)).map(str::to_owned);
            if text.is_none() && resolver.definition(name).is_some() {
                for base in resolver.lineage(files, name).iter().copied().skip(1) {
                    text = text.or_else(|| resolver.models.element(resolver.symbols.text(base)).map(str::to_owned));
                }
            }
            match text {
                Some(text) => resolver.type_of_text(files, &TypeText::parse(&text), Some(id), None),
                None => {
                    let inner = resolver.deref(files, id)?;
                    if inner == id { None } else { resolver.element(files, inner) }
                }
            }
        })
    }

    fn payload(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        inner: OriginId,
        constructor: OriginId,
        place: u16,
    ) -> Values {
        let constructors = self.infer(files, file, constructor);
        let Some(Value::Item(symbol)) = constructors.list.first().copied() else { return Values::unknown() };
        if let Some(Definition::Class(from, class)) = self.definition(symbol) {
            let fields = &files[from.0 as usize].facts.class(class).fields;
            return match fields.get(place as usize).map(|field| field.origin) {
                Some(origin) => self.infer(files, from, origin),
                None => Values::unknown(),
            };
        }
        let text = self.symbols.text(symbol);
        let name = text.rsplit(self.language.profile().separator).next().unwrap_or(text);
        let Some(argument) = self.language.payload(name) else { return Values::unknown() };
        let values = self.infer(files, file, inner);
        self.map_types(values, |resolver, id| resolver.types.get(id).arguments.get(argument).copied())
    }

    fn entered(&mut self, files: &[ProgramFile], file: FileId, inner: OriginId) -> Values {
        let values = self.infer(files, file, inner);
        let mut entered = Values { list: SmallVec::new(), is_partial: values.is_partial };
        for value in values.list {
            let Value::Instance(id) = value else {
                entered.is_partial = true;
                continue;
            };
            entered.add(self.entered_type(files, id));
        }
        entered
    }

    fn entered_type(&mut self, files: &[ProgramFile], id: TypeId) -> Values {
        let symbol = self.types.get(id).name;
        if self.symbols.text(symbol) == self.language.profile().literal_types.generator {
            // A generator that is entered is a context manager made of one.
            return self.map_types(Values::one(Value::Instance(id)), |resolver, id| {
                resolver.types.get(id).arguments.first().copied()
            });
        }
        for member in ["__enter__", "__aenter__"] {
            let member = self.symbols.intern(member);
            if self.definition(symbol).is_some() {
                if let Some((file, function)) = self.method(files, symbol, member) {
                    let values = self.return_values(files, file, function);
                    if !values.list.is_empty() {
                        return values;
                    }
                }
            } else if let Some(row) = self.member_row(symbol, member)
                && !row.returns.is_empty()
            {
                return self.row_returns(files, row, Some(id), None);
            }
        }
        Values::one(Value::Instance(id))
    }

    fn generic(&mut self, files: &[ProgramFile], file: FileId, inner: OriginId, arguments: TypeExprId) -> Values {
        let facts = &files[file.0 as usize].facts;
        let values = self.infer(files, file, inner);
        let [Value::Item(symbol)] = values.list[..] else { return values };
        let is_type = match self.definition(symbol) {
            Some(Definition::Class(..)) => true,
            Some(Definition::Module(..)) => false,
            None => self.is_known_type(symbol),
        };
        if !is_type {
            return values;
        }
        let mut types: SmallVec<[TypeId; 2]> = SmallVec::new();
        for argument in facts.types[arguments.0 as usize].arguments.clone() {
            let id = self.type_values(files, file, ModuleId(0), argument).instance();
            types.push(id.unwrap_or_else(|| self.unknown_type()));
        }
        Values::one(Value::Instance(self.types.intern(symbol, &types)))
    }

    // ---- parameters and results ---------------------------------------------------------------------------------

    fn parameter(&mut self, files: &[ProgramFile], file: FileId, id: FunctionId, place: u16) -> Values {
        let facts = &files[file.0 as usize].facts;
        let function = facts.function(id);
        let Some(parameter) = function.parameters.get(place as usize) else { return Values::unknown() };
        // A function that stands in for one that may be given: its type says that it is called, the default what that does.
        if let Some(default) = parameter.default
            && let [value @ Value::Function(..)] = self.infer(files, file, default).list[..]
        {
            return Values { is_partial: true, ..Values::one(value) };
        }
        if let Some(declared) = parameter.declared {
            let values = self.type_values(files, file, function.module, declared);
            return match parameter.kind {
                ParameterKind::Variadic => {
                    let element = values.instance();
                    self.literal(self.language.profile().literal_types.tuple, element.as_slice())
                }
                ParameterKind::Keywords => {
                    let key = self.literal(self.language.profile().literal_types.string, &[]).instance();
                    let both: SmallVec<[TypeId; 2]> = key.into_iter().chain(values.instance()).collect();
                    self.literal(self.language.profile().literal_types.map, &both)
                }
                _ if !values.list.is_empty() || parameter.kind != ParameterKind::Receiver => values,
                _ => self.receiver(files, file, id),
            };
        }
        match parameter.kind {
            ParameterKind::Receiver => return self.receiver(files, file, id),
            ParameterKind::Variadic => return self.literal(self.language.profile().literal_types.tuple, &[]),
            ParameterKind::Keywords => return self.literal(self.language.profile().literal_types.map, &[]),
            ParameterKind::Ordinary | ParameterKind::Named => {}
        }
        self.waits_for_callers();
        if let Some(given) = self.given_to_template(files, function_ref(files, file, id), place) {
            let mut values = Values::default();
            for given in given {
                values.add(self.given_values(files, given));
            }
            return values;
        }
        let callers = self.callers.get(&(function_ref(files, file, id), place)).cloned().unwrap_or_default();
        if callers.is_empty() {
            return self.rendered_row(files, file, id, place);
        }
        let mut values = Values::default();
        for given in callers {
            values.add(self.infer(files, given.file, given.origin));
        }
        // Callers that nobody sees may give something else.
        if values.list.len() > 3 { Values::unknown() } else { values }
    }

    fn receiver(&mut self, files: &[ProgramFile], file: FileId, id: FunctionId) -> Values {
        let facts = &files[file.0 as usize].facts;
        let function = facts.function(id);
        let Some(class_id) = function.class else { return Values::unknown() };
        let class = facts.class(class_id);
        if let Some(extended) = class.extended {
            return self.type_values(files, file, class.module, extended);
        }
        let Some(symbol) = self.class_symbol(file, class_id) else { return Values::unknown() };
        if let Some(row) = self.row_called_on(files, symbol, file, id) {
            return Values::one(Value::Instance(row));
        }
        match function.flavor {
            FunctionFlavor::ClassMethod | FunctionFlavor::ClassProperty => Values::one(Value::Item(symbol)),
            _ => Values::one(Value::Instance(self.receiver_of_rows(files, symbol))),
        }
    }

    /// The class of the program that a parameter is of.
    pub(super) fn parameter_class(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        id: FunctionId,
        place: u16,
    ) -> Option<Symbol> {
        let parameter = self.parameter(files, file, id, place).instance()?;
        self.is_own_class(parameter).then(|| self.type_symbol(parameter))
    }

    /// What calling a function of the program gives.
    pub(super) fn return_values(&mut self, files: &[ProgramFile], file: FileId, id: FunctionId) -> Values {
        let reference = function_ref(files, file, id);
        self.remembered_values(
            |resolver| resolver.returns.entry(reference).or_default(),
            |resolver| resolver.infer_returns(files, file, id),
        )
    }

    fn infer_returns(&mut self, files: &[ProgramFile], file: FileId, id: FunctionId) -> Values {
        let facts = &files[file.0 as usize].facts;
        let function = facts.function(id);
        if let Some(declared) = function.declared {
            let values = self.type_values(files, file, function.module, declared);
            if !values.list.is_empty() {
                return values;
            }
        }
        if !function.yields.is_empty() {
            let mut values = Values::default();
            for origin in function.yields.clone() {
                values.add(self.infer(files, file, origin));
            }
            let element = values.instance();
            return self.literal(self.language.profile().literal_types.generator, element.as_slice());
        }
        if function.returns.is_empty() {
            return Values::default();
        }
        let mut values = Values::default();
        for origin in function.returns.clone() {
            values.add(self.returned(files, file, origin));
        }
        self.alike(values)
    }

    /// Candidates that differ only in where their maps were written down are of one type.
    fn alike(&mut self, values: Values) -> Values {
        let [Value::Instance(first), ref others @ ..] = values.list[..] else { return values };
        if others.is_empty() || !self.language.profile().entries_are_members {
            return values;
        }
        let first = self.types.unwritten(first);
        let is_alike = |value: &Value| matches!(value, Value::Instance(id) if self.types.unwritten(*id) == first);
        match others.iter().all(is_alike) {
            true => Values { is_partial: values.is_partial, ..Values::one(Value::Instance(first)) },
            false => values,
        }
    }

    /// What a function gives back: of a map that it writes down, one knows the members.
    fn returned(&mut self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Values {
        let values = self.infer(files, file, origin);
        match (self.written(files, file, origin), values.instance()) {
            (Some(written), Some(map)) => {
                let map = Type { written: Some(written), ..self.types.get(map).clone() };
                Values::one(Value::Instance(self.types.intern_whole(map)))
            }
            _ => values,
        }
    }

    /// The map that an origin writes down, where its entries are members of which something may be known.
    fn written(&self, files: &[ProgramFile], file: FileId, origin: OriginId) -> Option<(FileId, u32)> {
        if !self.language.profile().entries_are_members {
            return None;
        }
        let facts = &files[file.0 as usize].facts;
        let origin = facts.bare(origin);
        let Origin::Collection(CollectionKind::Map, ..) = facts.origin(origin) else { return None };
        let is_plain = |value: OriginId| {
            use Origin::{Bool, Bytes, Float, Integer, Null, String, Unknown};
            matches!(facts.origin(value), Unknown | String(_) | Bytes | Integer(_) | Float | Bool(_) | Null)
        };
        let tells = facts.entries_of(origin).iter().any(|entry| !is_plain(entry.value));
        tells.then_some((file, origin.0))
    }

    /// What a map that is written down holds under a name; `None` if it does not say.
    pub(super) fn entry(&mut self, files: &[ProgramFile], (file, map): (FileId, u32), name: Symbol) -> Option<Values> {
        let facts = &files[file.0 as usize].facts;
        // The last one counts.
        for entry in facts.entries_of(OriginId(map)).iter().rev() {
            let values = match entry.key {
                Some(_) if !entry.is_called(facts, self.symbols.text(name)) => continue,
                Some(_) => self.infer(files, file, entry.value),
                None => {
                    let whole = self.infer(files, file, entry.value);
                    self.members(files, whole, name)
                }
            };
            if entry.key.is_some() || !values.list.is_empty() {
                return Some(values);
            }
        }
        None
    }

    /// What a call is given for the type that its function gives back, whatever it is: `remember(name: string, make: () => T): T`
    /// gives what `make` gives, `first(x: T, y: T): T` what it is given as `x`.
    pub(super) fn given_for_result(
        &mut self,
        files: &[ProgramFile],
        (file, call): (FileId, CallId),
        (callee_file, callee): (FileId, FunctionId),
    ) -> Values {
        let callee_facts = &files[callee_file.0 as usize].facts;
        let function = callee_facts.function(callee);
        let result = function.declared.and_then(|declared| awaited_name(callee_facts, declared));
        let Some(result) = result.filter(|name| is_type_variable(callee_facts, function, *name)) else {
            return Values::default();
        };
        let facts = &files[file.0 as usize].facts;
        let site = facts.call(call);
        for (argument, parameter) in matched_arguments(facts, site, callee_facts, callee) {
            let declared = function.parameters.get(parameter as usize).and_then(|parameter| parameter.declared);
            let Some(declared) = declared else { continue };
            let expr = &callee_facts.types[declared.0 as usize];
            let is_result = |id: TypeExprId| awaited_name(callee_facts, id) == Some(result);
            let makes_it =
                expr.form == TypeForm::Callable && expr.arguments.last().is_some_and(|made| is_result(*made));
            if !makes_it && !is_result(declared) {
                continue;
            }
            let given = self.infer(files, file, facts.arguments_of(site)[argument].origin);
            if !makes_it {
                return given;
            }
            return match given.list[..] {
                [only] => self.result_of(files, only, false),
                _ => Values::default(),
            };
        }
        Values::default()
    }

    pub(super) fn closure_values(&mut self, files: &[ProgramFile], file: FileId, closure: ClosureId) -> Values {
        let facts = &files[file.0 as usize].facts;
        let mut values = Values::default();
        for origin in facts.closure(closure).returns.clone() {
            values.add(self.returned(files, file, origin));
        }
        let values = self.alike(values);
        if facts.closure(closure).is_async { self.futures_of(values) } else { values }
    }

    fn closure_parameter(&mut self, files: &[ProgramFile], file: FileId, closure: ClosureId, place: u16) -> Values {
        let facts = &files[file.0 as usize].facts;
        let Some((call, at)) = facts.closure(closure).given_to else { return Values::unknown() };
        let resolution = self.call_target(files, file, call);
        let site = facts.call(call);
        let Some(row) = resolution.0 else {
            let callee = self.called_function(files, file, call);
            return callee.map_or(Values::unknown(), |callee| self.handed_back(files, (file, call, at), callee, place));
        };
        if !row.gives.is_empty() {
            return self.given_to_closure(files, (file, call), row, resolution.1, place);
        }
        if !repeats_argument(facts, row, at, facts.closure(closure).keyword) {
            // A closure that runs at most once gets what the receiver holds.
            let receiver = self.infer(files, file, site.callee);
            return match resolution.1 {
                Some(_) => self.map_types(receiver, |resolver, id| resolver.types.get(id).arguments.first().copied()),
                None => Values::unknown(),
            };
        }
        // `fold(start, |all, item| …)`: the first parameter is what came before.
        if at > 0 && place == 0 && row.kind == RowKind::Method {
            return match facts.arguments_of(site).first() {
                Some(first) => self.infer(files, file, first.origin),
                None => Values::unknown(),
            };
        }
        let source = match row.kind {
            RowKind::Method => self.infer(files, file, site.callee),
            _ => {
                let others = facts.arguments_of(site);
                let source = others.iter().enumerate().find(|(position, _)| *position as u16 != at);
                match source {
                    Some((_, argument)) => self.infer(files, file, argument.origin),
                    None => Values::unknown(),
                }
            }
        };
        self.elements(files, source)
    }

    /// What a row says that it gives to its callable.
    fn given_to_closure(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        row: &'m Row,
        owner: Option<TypeId>,
        place: u16,
    ) -> Values {
        let given = TypeText::parse(&row.gives);
        let Some(text) = given.arguments.get(place as usize) else { return Values::unknown() };
        match self.ask(None, |resolver| resolver.type_of_text(files, text, owner, Some(site))) {
            Some(id) if self.is_known(id) => Values::one(Value::Instance(id)),
            _ => Values::unknown(),
        }
    }

    /// The function of the program that a call site calls, without asking for its result.
    fn called_function(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> Option<(FileId, FunctionId)> {
        let site = *files[file.0 as usize].facts.call(call);
        match (self.infer(files, file, site.callee).list.first().copied()?, site.name) {
            (Value::Function(file, function), None) => Some((file, function)),
            (Value::Instance(id), Some(name)) => {
                let member = self.name_symbol(files, file, name);
                let class = self.types.get(id).name;
                self.method(files, class, member)
            }
            _ => None,
        }
    }

    /// What a function gives to a closure that it is handed as an argument, when it calls that.
    fn handed_back(
        &mut self,
        files: &[ProgramFile],
        (file, call, argument): (FileId, CallId, u16),
        (callee_file, callee): (FileId, FunctionId),
        place: u16,
    ) -> Values {
        let facts = &files[file.0 as usize].facts;
        let callee_facts = &files[callee_file.0 as usize].facts;
        let pairs = matched_arguments(facts, facts.call(call), callee_facts, callee);
        let parameter = pairs.into_iter().find(|(own, _)| *own == argument as usize).map(|(_, parameter)| parameter);
        let region = callee_facts.function(callee).region;
        let given = parameter.and_then(|parameter| {
            let mut sites = (region.calls.0..region.calls.1).map(|number| callee_facts.call(CallId(number)));
            let is_it = |site: &&CallSite| {
                site.kind == CallKind::Call
                    && site.name.is_none()
                    && is_parameter(callee_facts, site.callee, callee, parameter)
            };
            callee_facts.arguments_of(sites.find(is_it)?).get(place as usize)
        });
        let values = given.map_or_else(Values::unknown, |given| self.infer(files, callee_file, given.origin));
        if values.list.is_empty() {
            let function = callee_facts.function(callee);
            let declared = parameter.and_then(|parameter| function.parameters.get(parameter as usize)?.declared);
            return declared.map_or(values, |declared| {
                self.given_to_callable(files, (callee_file, function.module), declared, place)
            });
        }
        values
    }

    /// What a function type says that is given to it: `(tx: Transaction) => T`.
    fn given_to_callable(
        &mut self,
        files: &[ProgramFile],
        (file, module): (FileId, ModuleId),
        declared: TypeExprId,
        place: u16,
    ) -> Values {
        let expr = &files[file.0 as usize].facts.types[declared.0 as usize];
        match (expr.form, expr.arguments.split_last()) {
            (TypeForm::Callable, Some((_, given))) if (place as usize) < given.len() => {
                self.type_values(files, file, module, given[place as usize])
            }
            _ => Values::unknown(),
        }
    }

    /// The row that a call site calls and the type of its receiver, without asking for its result.
    fn call_target(&mut self, files: &[ProgramFile], file: FileId, call: CallId) -> (Option<&'m Row>, Option<TypeId>) {
        let site = *files[file.0 as usize].facts.call(call);
        // The call may be asked at this very moment: its result is what the closure returns. So ask its parts.
        let callees = self.infer(files, file, site.callee);
        match (callees.list.first().copied(), site.name) {
            (Some(Value::Instance(id)), Some(name)) => {
                let member = self.name_symbol(files, file, name);
                (self.row_of_method(files, id, member), Some(id))
            }
            (Some(Value::Item(symbol)), name) => {
                let path = match name {
                    Some(name) => {
                        let member = self.name_symbol(files, file, name);
                        self.symbols.member(symbol, member, self.language.profile().separator)
                    }
                    None => symbol,
                };
                (self.models.row(self.symbols.text(path)), None)
            }
            _ => (None, None),
        }
    }

    fn row_of_method(&mut self, files: &[ProgramFile], id: TypeId, member: Symbol) -> Option<&'m Row> {
        let mut id = id;
        for _ in 0..4 {
            let symbol = self.types.get(id).name;
            if self.definition(symbol).is_some() && self.method(files, symbol, member).is_some() {
                return None;
            }
            let bases = self.lineage(files, symbol);
            if let Some(row) = bases.iter().find_map(|part| self.member_row(*part, member)) {
                return Some(row);
            }
            id = self.deref(files, id)?;
        }
        None
    }

    /// The class whose method a call stands in.
    pub(super) fn class_around(&self, files: &[ProgramFile], file: FileId, call: CallId) -> Option<Symbol> {
        let facts = &files[file.0 as usize].facts;
        let mut function = facts.scope(facts.call(call).scope).function;
        while facts.function(function).class.is_none() {
            function = facts.function(function).parent?;
        }
        self.class_symbol(file, facts.function(function).class?)
    }

    /// The receiver of the method that a call stands in, as its first base sees it.
    fn inherited_receiver(&mut self, files: &[ProgramFile], (file, call): (FileId, CallId)) -> Option<TypeId> {
        let facts = &files[file.0 as usize].facts;
        let site = facts.call(call);
        let mut symbol = self.class_around(files, file, call)?;
        // The class may be named.
        if let Some(named) = facts.arguments_of(site).first() {
            let [Value::Item(named)] = self.infer(files, file, named.origin).list[..] else { return None };
            symbol = named;
        }
        let base = *self.lineage(files, symbol).get(1)?;
        let own = self.receiver_of_rows(files, symbol);
        let arguments = self.types.get(own).arguments.clone();
        Some(self.types.intern(base, &arguments))
    }

    // ---- types as written ---------------------------------------------------------------------------------------

    /// What a type as written means, seen from a module: values of these types.
    pub fn type_values(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, id: TypeExprId) -> Values {
        self.ask(Values::unknown(), |resolver| resolver.type_values_here(files, file, module, id))
    }

    fn type_values_here(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, id: TypeExprId) -> Values {
        let expr = &files[file.0 as usize].facts.types[id.0 as usize];
        let literals = self.language.profile().literal_types;
        match expr.form {
            TypeForm::Named | TypeForm::Trait => self.named_type(files, file, module, id),
            TypeForm::Reference | TypeForm::MutableReference => match expr.arguments.first() {
                Some(inner) => self.type_values(files, file, module, *inner),
                None => Values::unknown(),
            },
            TypeForm::Union => {
                let mut values = Values::default();
                for alternative in &expr.arguments {
                    values.add(self.type_values(files, file, module, *alternative));
                }
                values
            }
            TypeForm::Tuple => {
                let arguments = self.type_arguments(files, file, module, &expr.arguments);
                self.literal(literals.tuple, &arguments)
            }
            TypeForm::Slice | TypeForm::Array => {
                let arguments = self.type_arguments(files, file, module, &expr.arguments);
                self.literal(literals.list, &arguments)
            }
            TypeForm::OfValue => {
                let mut values = self.values_at(files, file, module, &expr.names);
                let known = values.list.len();
                values.list.retain(|value| match value {
                    Value::Item(symbol) => self.is_class(*symbol),
                    Value::Instance(_) => true,
                    _ => false,
                });
                values.is_partial |= values.list.len() < known;
                values
            }
            TypeForm::ResultOf | TypeForm::AwaitedResultOf => {
                let callees = self.values_at(files, file, module, &expr.names);
                let mut values = Values { list: SmallVec::new(), is_partial: callees.is_partial };
                for callee in callees.list {
                    values.add(self.result_of(files, callee, expr.form == TypeForm::AwaitedResultOf));
                }
                values
            }
            TypeForm::GivenBy => self.given_by(files, file, module, expr),
            TypeForm::MemberOf => match (&expr.names[..], &expr.arguments[..]) {
                ([name], [owner]) => {
                    let owners = self.type_values(files, file, module, *owner);
                    let member = self.name_symbol(files, file, *name);
                    self.members(files, owners, member)
                }
                _ => Values::unknown(),
            },
            TypeForm::Callable | TypeForm::Unknown => Values::unknown(),
        }
    }

    /// What a path of names leads to, seen from a module.
    fn values_at(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, names: &[Name]) -> Values {
        let Some((first, rest)) = names.split_first() else { return Values::unknown() };
        let mut values = self.global(files, file, module, *first);
        for name in rest {
            let member = self.name_symbol(files, file, *name);
            values = self.members(files, values, member);
        }
        values
    }

    /// What a value gives when it is called, wherever that is.
    fn result_of(&mut self, files: &[ProgramFile], callee: Value, is_awaited: bool) -> Values {
        match callee {
            Value::Function(file, function) => {
                let values = self.return_values(files, file, function);
                let gives_future = files[file.0 as usize].facts.function(function).gives_future();
                if gives_future && !is_awaited { self.futures_of(values) } else { values }
            }
            Value::Closure(file, closure) => self.closure_values(files, file, closure),
            Value::Item(symbol) if self.definition(symbol).is_none() => match self.called_outside(symbol) {
                External::Row(row, _) => self.row_returns(files, row, None, None),
                External::Maker(id) => Values::one(Value::Instance(id)),
                External::Unknown => Values::unknown(),
            },
            Value::Item(_) | Value::Instance(_) => Values::unknown(),
        }
    }

    /// What a method of a library gives first to the callable that it is handed.
    fn given_by(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, expr: &TypeExpr) -> Values {
        let Some((method, path)) = expr.names.split_last() else { return Values::unknown() };
        let owners = match expr.arguments.first() {
            Some(owner) => self.type_values(files, file, module, *owner),
            None => self.values_at(files, file, module, path),
        };
        let member = self.name_symbol(files, file, *method);
        let given = owners.instance().and_then(|owner| {
            let row = self.row_of_method(files, owner, member)?;
            let given = TypeText::parse(&row.gives);
            self.type_of_text(files, given.arguments.first()?, Some(owner), None)
        });
        given.map_or_else(Values::unknown, |id| Values::one(Value::Instance(id)))
    }

    fn type_arguments(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        module: ModuleId,
        arguments: &[TypeExprId],
    ) -> SmallVec<[TypeId; 2]> {
        let mut types = SmallVec::new();
        for argument in arguments {
            let id = self.type_values(files, file, module, *argument).instance();
            types.push(id.unwrap_or_else(|| self.unknown_type()));
        }
        types
    }

    fn named_type(&mut self, files: &[ProgramFile], file: FileId, module: ModuleId, id: TypeExprId) -> Values {
        let expr = &files[file.0 as usize].facts.types[id.0 as usize];
        let values = self.values_at(files, file, module, &expr.names);
        let mut types = Values { list: SmallVec::new(), is_partial: values.is_partial };
        for value in values.list {
            match value {
                // An alias of a type stands for its values already.
                Value::Instance(_) => types.add(Values::one(value)),
                Value::Item(symbol) if !matches!(self.definition(symbol), Some(Definition::Module(..))) => {
                    let arguments = self.type_arguments(files, file, module, &expr.arguments);
                    types.add(Values::one(Value::Instance(self.types.intern(symbol, &arguments))));
                }
                _ => types.is_partial = true,
            }
        }
        types
    }

    /// The type that a row says its call gives.
    pub(super) fn row_returns(
        &mut self,
        files: &[ProgramFile],
        row: &'m Row,
        owner: Option<TypeId>,
        site: Option<(FileId, CallId)>,
    ) -> Values {
        if row.returns.is_empty() {
            if row.kind == RowKind::Constructor {
                let name = self.symbols.intern(&row.path);
                // `new ArrayList<Order>()`: the class with its arguments.
                let declared = self.declared_result(files, site);
                if declared.instance().is_some_and(|id| self.types.get(id).name == name) {
                    return declared;
                }
                return Values::one(Value::Instance(self.types.intern(name, &[])));
            }
            return self.declared_result(files, site);
        }
        if &*row.returns == NAMED_CLASS {
            return site.map_or_else(Values::unknown, |site| self.class_named_at(files, site, site));
        }
        let text = TypeText::parse(&row.returns);
        match self.ask(None, |resolver| resolver.type_of_text(files, &text, owner, site)) {
            Some(id) if self.is_known(id) => Values::one(Value::Instance(id)),
            _ => self.declared_result(files, site),
        }
    }

    /// The class of rows that the arguments of a call name by texts. What a function around the call was given itself is
    /// looked up at the site that called that function.
    fn class_named_at(&mut self, files: &[ProgramFile], inner: (FileId, CallId), outer: (FileId, CallId)) -> Values {
        let facts = &files[inner.0.0 as usize].facts;
        let arguments = facts.arguments_of(facts.call(inner.1)).iter();
        let texts: SmallVec<[&str; 2]> =
            arguments.filter_map(|argument| given_text(files, inner, argument.origin, outer)).collect();
        let class = self.class_of_rows_named(files, &texts);
        class.map_or_else(Values::unknown, |class| Values::one(Value::Item(class)))
    }

    /// What a call gives whose function looks up a class of rows by the texts that it is given.
    pub(super) fn class_named_through(
        &mut self,
        files: &[ProgramFile],
        (file, call): (FileId, CallId),
        (callee_file, callee): (FileId, FunctionId),
    ) -> Values {
        let facts = &files[file.0 as usize].facts;
        let given = facts.arguments_of(facts.call(call));
        if given.is_empty() || !given.iter().all(|argument| facts.literal_text(argument.origin).is_some()) {
            return Values::default();
        }
        let callee_facts = &files[callee_file.0 as usize].facts;
        for origin in &callee_facts.function(callee).returns {
            let Origin::Call(inner) = callee_facts.origin(*origin) else { continue };
            let (row, _) = self.call_target(files, callee_file, inner);
            if row.is_some_and(|row| &*row.returns == NAMED_CLASS) {
                return self.class_named_at(files, (callee_file, inner), (file, call));
            }
        }
        Values::default()
    }

    /// `iter.collect::<Vec<_>>()`: the type argument of a call of which nothing else is known is its result.
    fn declared_result(&mut self, files: &[ProgramFile], site: Option<(FileId, CallId)>) -> Values {
        let Some((file, call)) = site else { return Values::unknown() };
        let facts = &files[file.0 as usize].facts;
        let site = facts.call(call);
        match site.type_arguments {
            Some(declared) => {
                let module = facts.function(facts.scope(site.scope).function).module;
                self.type_values(files, file, module, declared)
            }
            None => Values::unknown(),
        }
    }

    /// The type argument of a call: of a function that is named there, what it gives once that is awaited.
    fn declared_argument(&mut self, files: &[ProgramFile], site: (FileId, CallId)) -> Option<TypeId> {
        let facts = &files[site.0.0 as usize].facts;
        let call = facts.call(site.1);
        let declared = &facts.types[call.type_arguments?.0 as usize];
        if declared.form == TypeForm::OfValue {
            let module = facts.function(facts.scope(call.scope).function).module;
            if let [function @ Value::Function(..)] = self.values_at(files, site.0, module, &declared.names).list[..] {
                return self.result_of(files, function, true).instance();
            }
        }
        self.declared_result(files, Some(site)).instance()
    }

    /// An argument of a type; a class of the program that has none has those which it gives to what it inherits from.
    pub(super) fn argument_of(&mut self, files: &[ProgramFile], id: TypeId, place: usize) -> Option<TypeId> {
        let ty = self.types.get(id);
        if let Some(argument) = ty.arguments.get(place) {
            return Some(*argument);
        }
        let name = ty.name;
        let Some(Definition::Class(..)) = self.definition(name) else { return None };
        self.inherited_arguments(files, name).get(place).copied()
    }

    /// The type arguments of the nearest base outside of the program that has some.
    fn inherited_arguments(&mut self, files: &[ProgramFile], class: Symbol) -> SmallVec<[TypeId; 2]> {
        for part in self.lineage(files, class).iter().copied() {
            let Some(Definition::Class(file, part)) = self.definition(part) else { continue };
            for base in files[file.0 as usize].facts.class(part).bases.clone() {
                let Some(base) = self.infer(files, file, base).instance() else { continue };
                let base = self.types.get(base);
                if self.definition(base.name).is_none() && !base.arguments.is_empty() {
                    return base.arguments.iter().copied().collect();
                }
            }
        }
        SmallVec::new()
    }

    /// A type of the model tables, placeholders filled in.
    pub(super) fn type_of_text(
        &mut self,
        files: &[ProgramFile],
        text: &TypeText,
        owner: Option<TypeId>,
        site: Option<(FileId, CallId)>,
    ) -> Option<TypeId> {
        let owner_argument = |resolver: &mut Self, place: usize| resolver.argument_of(files, owner?, place);
        let argument = |place: usize| {
            let (file, call) = site?;
            let facts = &files[file.0 as usize].facts;
            facts.arguments_of(facts.call(call)).get(place).map(|argument| (file, argument.origin))
        };
        match text.name {
            "" => {
                let mut parts: SmallVec<[TypeId; 2]> = SmallVec::new();
                for part in &text.arguments {
                    let part = self.type_of_text(files, part, owner, site);
                    parts.push(part.unwrap_or_else(|| self.unknown_type()));
                }
                let name = self.symbols.intern(self.language.profile().literal_types.tuple);
                Some(self.types.intern(name, &parts))
            }
            "Self" => owner,
            "T" | "self.model" => owner_argument(self, 0).or(if text.name == "self.model" { owner } else { None }),
            "U" => owner_argument(self, 1),
            "item" => self.element(files, owner?),
            "closure" => {
                let (file, _) = site?;
                let (_, origin) = (0..3).filter_map(argument).find(|(_, origin)| {
                    let origin = files[file.0 as usize].facts.origin(*origin);
                    matches!(origin, Origin::Closure(_) | Origin::Function(_) | Origin::Global(..))
                })?;
                match self.infer(files, file, origin).list.first().copied()? {
                    Value::Closure(file, closure) => self.closure_values(files, file, closure).instance(),
                    Value::Function(file, function) => self.return_values(files, file, function).instance(),
                    _ => None,
                }
            }
            "?" => None,
            "declared" => self.declared_argument(files, site?),
            "extended" => {
                let (file, origin) = argument(0)?;
                let written = self.written(files, file, origin);
                let own = self.types.get(owner?).clone();
                Some(self.types.intern_whole(Type { written: written.or(own.written), ..own }))
            }
            "arg0" | "arg1" => {
                let (file, origin) = argument((text.name == "arg1") as usize)?;
                let id = self.infer(files, file, origin).instance()?;
                // Arguments that are written are those of a type that says none itself.
                if text.arguments.is_empty() || !self.types.get(id).arguments.is_empty() {
                    return Some(id);
                }
                let name = self.types.get(id).name;
                let arguments: SmallVec<[TypeId; 2]> = text
                    .arguments
                    .iter()
                    .map(|part| self.type_of_text(files, part, owner, site).unwrap_or_else(|| self.unknown_type()))
                    .collect();
                Some(self.types.intern(name, &arguments))
            }
            "item0" | "item1" => {
                let (file, origin) = argument((text.name == "item1") as usize)?;
                let id = self.infer(files, file, origin).instance()?;
                self.element(files, id)
            }
            "awaited0" => {
                let (file, origin) = argument(0)?;
                let id = self.infer(files, file, origin).instance()?;
                let element = self.element(files, id)?;
                self.awaited(element)
            }
            "awaited" => {
                let (file, call) = site?;
                let facts = &files[file.0 as usize].facts;
                let given = facts.arguments_of(facts.call(call)).iter().filter(|argument| argument.keyword.is_none());
                let mut values = Values::default();
                for argument in given {
                    let own = match (argument.is_spread, self.infer(files, file, argument.origin)) {
                        (true, all) => self.elements(files, all),
                        (false, one) => one,
                    };
                    values.add(self.map_types(own, |resolver, id| resolver.awaited(id)));
                }
                values.instance()
            }
            "value0" => {
                let (file, origin) = argument(0)?;
                let id = self.infer(files, file, origin).instance()?;
                match self.types.get(id).arguments[..] {
                    [_, value, ..] => Some(value),
                    _ => None,
                }
            }
            "arg0.model" | "arg1.model" => {
                let (file, origin) = argument((text.name == "arg1.model") as usize)?;
                match self.infer(files, file, origin).list.first().copied()? {
                    Value::Item(symbol) => Some(self.types.intern(symbol, &[])),
                    // Rows, and what they are asked of, stand for their class.
                    Value::Instance(id) => {
                        let only = match self.types.get(id).arguments[..] {
                            [only] => Some(only),
                            _ => None,
                        };
                        self.element(files, id).or(only)
                    }
                    _ => None,
                }
            }
            // What is made under a name has a type of its own.
            "arg0.text" => {
                let (file, origin) = argument(0)?;
                let text = files[file.0 as usize].facts.literal_text(origin)?;
                let name = self.symbols.intern(&[NAMED, text].concat());
                Some(self.types.intern(name, &[]))
            }
            "super" => self.inherited_receiver(files, site?),
            "owner.model" => {
                let class = self.types.get(owner?).name;
                let model = self.shown_model(files, class)?;
                Some(self.types.intern(model, &[]))
            }
            "shown.model" => {
                let (file, call) = site?;
                let class = self.class_around(files, file, call)?;
                let model = self.shown_model(files, class)?;
                Some(self.types.intern(model, &[]))
            }
            "related.model" => None,
            name => {
                let mut arguments: SmallVec<[TypeId; 2]> = SmallVec::new();
                for argument in &text.arguments {
                    let argument = self.type_of_text(files, argument, owner, site);
                    arguments.push(argument.unwrap_or_else(|| self.unknown_type()));
                }
                let name = self.external(name);
                Some(self.types.intern(name, &arguments))
            }
        }
    }
}

/// The text that a call is given: written there, or at the call of the function around it, whose parameter it is.
fn given_text(
    files: &[ProgramFile],
    (file, call): (FileId, CallId),
    origin: OriginId,
    (outer_file, outer): (FileId, CallId),
) -> Option<&str> {
    let facts = &files[file.0 as usize].facts;
    let (callee, place) = match facts.origin(origin) {
        Origin::Parameter(callee, place) => (callee, place),
        // A parameter that may have been given another value stays the likeliest.
        Origin::Join(start, end) => {
            let mut members = facts.origin_list(start, end).iter();
            let given = |member: &OriginId| match facts.origin(*member) {
                Origin::Parameter(callee, place) => Some((callee, place)),
                _ => None,
            };
            members.find_map(given)?
        }
        _ => return facts.literal_text(origin),
    };
    if (file, call) == (outer_file, outer) {
        return None;
    }
    let outer_facts = &files[outer_file.0 as usize].facts;
    let site = outer_facts.call(outer);
    let mut pairs = matched_arguments(outer_facts, site, facts, callee).into_iter();
    let (argument, _) = pairs.find(|(_, parameter)| *parameter == place)?;
    outer_facts.literal_text(outer_facts.arguments_of(site)[argument].origin)
}

/// Does a row run the callable that is given as this argument once per element?
pub(super) fn repeats_argument(facts: &FileFacts, row: &Row, at: u16, keyword: Option<crate::syntax::Name>) -> bool {
    row.repeats.as_ref().is_some_and(|argument| match keyword {
        Some(keyword) => argument.is_named(facts.text(keyword)),
        None => argument.is_at(at as usize),
    })
}
