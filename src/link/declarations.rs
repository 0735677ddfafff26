//! Methods that share a name, and methods that are only declared.
//!
//! What a call gives tells which of several methods is meant. What a declaration without a body does is said by its
//! decorators, by those of its class, or by what its class inherits from outside of the program.

use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::resolve::{CallResolution, MOST_CANDIDATES, Resolver, Value};
use crate::facts::*;
use crate::model::table::Row;
use crate::program::{ProgramFile, Target};
use crate::source::FileId;
use crate::syntax::ParameterKind;
use crate::types::{Symbol, TypeId};

/// Methods.
type Methods = SmallVec<[(FileId, FunctionId); 2]>;

impl<'m> Resolver<'m> {
    /// Those methods of a class that a call may mean, by what it gives; `found` is one with the name.
    pub(super) fn fitting(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        class: Symbol,
        member: Symbol,
        found: (FileId, FunctionId),
    ) -> Methods {
        if !self.language.profile().has_overloads {
            return smallvec![found];
        }
        let facts = &files[site.0.0 as usize].facts;
        let count = facts.arguments_of(facts.call(site.1)).len();
        for part in self.lineage(files, class).iter().copied() {
            let own = self.same_name(part, member);
            let fitting: Methods = own.into_iter().filter(|method| takes(files, *method, count)).collect();
            match fitting.len() {
                0 => {}
                1 => return fitting,
                _ => return self.closest(files, site, fitting),
            }
        }
        smallvec![found]
    }

    /// The methods that a class itself has under a name.
    fn same_name(&mut self, class: Symbol, member: Symbol) -> Methods {
        let mut methods = Methods::new();
        for (file, part) in self.parts_of_class(class) {
            if let Some(all) = self.overloads.get(&(file, part, member)) {
                methods.extend(all.iter().map(|function| (file, *function)));
            }
        }
        if methods.is_empty() {
            methods.extend(self.own_method(class, member));
        }
        methods
    }

    /// Those whose parameters are most often of just the types that are given.
    fn closest(&mut self, files: &[ProgramFile], site: (FileId, CallId), methods: Methods) -> Methods {
        let facts = &files[site.0.0 as usize].facts;
        let given: Vec<OriginId> =
            facts.arguments_of(facts.call(site.1)).iter().map(|argument| argument.origin).collect();
        let given: Vec<Option<TypeId>> =
            given.into_iter().map(|origin| self.infer(files, site.0, origin).instance()).collect();
        let counts: Vec<usize> = methods.iter().map(|method| self.equal_types(files, *method, &given)).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let closest = methods.into_iter().zip(counts).filter(|(_, count)| *count == most).map(|(method, _)| method);
        let closest: Methods = closest.collect();
        if closest.len() > MOST_CANDIDATES { Methods::new() } else { closest }
    }

    /// How many parameters are of just the type that is given.
    fn equal_types(
        &mut self,
        files: &[ProgramFile],
        (file, function): (FileId, FunctionId),
        given: &[Option<TypeId>],
    ) -> usize {
        let function = files[file.0 as usize].facts.function(function);
        let own = function.parameters.iter().filter(|parameter| parameter.kind != ParameterKind::Receiver);
        let mut equal = 0;
        for (parameter, given) in own.zip(given) {
            let (Some(declared), Some(given)) = (parameter.declared, given) else { continue };
            let declared = self.type_values(files, file, function.module, declared).instance();
            equal += declared.is_some_and(|declared| self.type_symbol(declared) == self.type_symbol(*given)) as usize;
        }
        equal
    }

    /// A method is called: its body runs, or what its declaration stands for.
    pub(super) fn call_function(
        &mut self,
        files: &[ProgramFile],
        site: (FileId, CallId),
        (file, function): (FileId, FunctionId),
        receiver: TypeId,
        resolution: &mut CallResolution<'m>,
    ) {
        let Some(row) = self.declared_row(files, file, function, receiver) else {
            return self.call_value(files, site, Value::Function(file, function), Some(receiver), resolution);
        };
        resolution.targets.push(Target::Row(row));
        resolution.callee = Some(self.symbol(&row.path));
        let values = self.return_values(files, file, function);
        resolution.results.add(values);
    }

    /// The row of a method that has no body, called on a value of a type.
    fn declared_row(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        id: FunctionId,
        receiver: TypeId,
    ) -> Option<&'m Row> {
        let facts = &files[file.0 as usize].facts;
        let function = facts.function(id);
        if function.has_body {
            return None;
        }
        let class = self.class_symbol(file, function.class?)?;
        for decorator in function.decorators.clone() {
            let row = self.decorator_row(files, file, decorator).filter(|row| !row.cost.is_empty());
            if row.is_some() {
                return row;
            }
        }
        let member = self.name_symbol(files, file, function.name);
        let own = self.type_symbol(receiver);
        if let Some(row) = self.row_by_class(files, own, member).or_else(|| self.decorated_row(files, class, member)) {
            return Some(row);
        }
        for base in self.lineage(files, class).iter().copied() {
            if self.definition(base).is_none()
                && let Some(row) = self.member_row(base, member)
            {
                return Some(row);
            }
        }
        None
    }

    /// What decorators say of all declarations of a class: its own do, and where nothing in the program implements it, so
    /// do those of any of its declarations. What makes a method of one of them makes the others, too.
    fn decorated_row(&mut self, files: &[ProgramFile], class: Symbol, member: Symbol) -> Option<&'m Row> {
        if let Some(row) = self.row_by_class(files, class, member) {
            return Some(row);
        }
        if self.is_implemented(files, class) {
            return None;
        }
        let decorators = match self.declaring.get(&class) {
            Some(known) => known.clone(),
            None => {
                let found = self.decorators_of_declarations(files, class);
                self.declaring.insert(class, found.clone());
                found
            }
        };
        decorators.iter().find_map(|decorator| self.member_row(*decorator, member))
    }

    /// What the decorators of a class say of its declarations.
    fn row_by_class(&mut self, files: &[ProgramFile], class: Symbol, member: Symbol) -> Option<&'m Row> {
        for (file, part) in self.parts_of_class(class) {
            for decorator in files[file.0 as usize].facts.class(part).decorators.clone() {
                let path = self.decorator_path(files, file, decorator);
                if let Some(row) = path.and_then(|path| self.member_row(path, member)) {
                    return Some(row);
                }
            }
        }
        None
    }

    /// Does a class of the program implement an interface?
    fn is_implemented(&self, files: &[ProgramFile], interface: Symbol) -> bool {
        let implementors = self.implementors.get(&interface);
        implementors.is_some_and(|all| all.iter().any(|implementor| !self.is_interface(files, *implementor)))
    }

    /// The decorators of the declarations of a class, of which the models know members.
    fn decorators_of_declarations(&mut self, files: &[ProgramFile], class: Symbol) -> Arc<[Symbol]> {
        let mut paths = Vec::new();
        for (file, part) in self.parts_of_class(class) {
            let facts = &files[file.0 as usize].facts;
            let declarations = facts.class(part).methods.iter().map(|(_, method)| facts.function(*method));
            for decorator in declarations.filter(|method| !method.has_body).flat_map(|method| &method.decorators) {
                paths.extend(self.decorator_path(files, file, *decorator));
            }
        }
        paths.sort_unstable();
        paths.dedup();
        paths.retain(|path| self.is_known_type(*path));
        paths.into()
    }

    /// The row of a decorator.
    fn decorator_row(&mut self, files: &[ProgramFile], file: FileId, decorator: OriginId) -> Option<&'m Row> {
        let path = self.decorator_path(files, file, decorator)?;
        self.models().row(self.text(path))
    }

    /// What a decorator is, by its path.
    pub(super) fn decorator_path(
        &mut self,
        files: &[ProgramFile],
        file: FileId,
        decorator: OriginId,
    ) -> Option<Symbol> {
        let facts = &files[file.0 as usize].facts;
        let callee = match facts.origin(decorator) {
            Origin::Call(call) => facts.call(call).callee,
            _ => decorator,
        };
        match self.infer(files, file, callee).list[..] {
            [Value::Item(symbol)] => Some(symbol),
            _ => None,
        }
    }
}

/// May a method be called with so many arguments?
fn takes(files: &[ProgramFile], (file, function): (FileId, FunctionId), count: usize) -> bool {
    let function = files[file.0 as usize].facts.function(function);
    let ordinary = function.parameters.iter().filter(|parameter| parameter.kind == ParameterKind::Ordinary).count();
    let takes_more = function.parameters.iter().any(|parameter| parameter.kind == ParameterKind::Named);
    count == ordinary || takes_more && count >= ordinary
}
