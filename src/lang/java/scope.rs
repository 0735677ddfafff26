//! Which of the names around a place a bare name means: a local, a member of a class around it, an import.
//!
//! Knows one file. What a class inherits stands elsewhere: a name that nothing in the file declares is taken for that.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::syntax::{Name, NodeId};

/// What a class of the file declares under a name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Member {
    pub(super) is_static: bool,
}

/// A class around the place that is lowered.
#[derive(Debug, Default)]
pub(super) struct ClassAround<'t> {
    /// Its name, behind those of the classes around it that lead to it.
    pub(super) path: Vec<String>,
    pub(super) fields: FxHashMap<&'t str, Member>,
    pub(super) methods: FxHashMap<&'t str, Member>,
    /// Classes in it.
    pub(super) classes: FxHashSet<&'t str>,
    /// Annotations of its fields that were lowered, each with the name of the field.
    pub(super) field_decorators: Vec<(Name, NodeId)>,
    /// It extends a class.
    pub(super) extends: bool,
    /// It inherits from a class or interface, so that it may have members that it does not declare.
    pub(super) inherits: bool,
    /// The code that is lowered has no instance of it.
    pub(super) is_static_here: bool,
}

/// Members of one sort of a class.
type Members<'t> = for<'a> fn(&'a ClassAround<'t>) -> &'a FxHashMap<&'t str, Member>;

/// What a bare name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A local, an imported name, a class of the file or of the package.
    Name,
    /// A class in these others.
    Nested(Vec<String>),
    /// A member of the object itself.
    Own,
    /// A member of the object of a class further out.
    Outer(Vec<String>),
    /// A member of a class, without an object.
    Static(Vec<String>),
}

/// The names in scope.
#[derive(Debug, Default)]
pub(super) struct Scope<'t> {
    pub(super) classes: Vec<ClassAround<'t>>,
    /// How often each local is declared around here.
    locals: FxHashMap<&'t str, u32>,
    declared: Vec<&'t str>,
    /// What is imported under its own name, members of classes included.
    pub(super) imported: FxHashSet<&'t str>,
    /// Members of some class are imported without being named.
    pub(super) imports_all_members: bool,
}

impl<'t> Scope<'t> {
    pub(super) fn declare(&mut self, name: &'t str) {
        *self.locals.entry(name).or_default() += 1;
        self.declared.push(name);
    }

    /// Where the locals stand, for [`Scope::end`].
    pub(super) fn mark(&self) -> usize {
        self.declared.len()
    }

    /// A block ends, and what it declared.
    pub(super) fn end(&mut self, mark: usize) {
        for name in self.declared.drain(mark..) {
            if let Some(count) = self.locals.get_mut(name) {
                *count -= 1;
            }
        }
    }

    pub(super) fn is_local(&self, name: &str) -> bool {
        self.locals.get(name).is_some_and(|count| *count > 0)
    }

    /// Does the file declare or import something under this name?
    pub(super) fn knows(&self, name: &str) -> bool {
        self.is_local(name)
            || self.imported.contains(name)
            || self.classes.iter().any(|class| class.fields.contains_key(name))
    }

    /// A bare name as a value.
    pub(super) fn value(&self, name: &str) -> Meaning {
        if self.is_local(name) {
            return Meaning::Name;
        }
        if let Some(found) = self.member(name, |class| &class.fields) {
            return found;
        }
        if self.imported.contains(name) {
            return Meaning::Name;
        }
        match self.class(name) {
            Meaning::Name if !names_a_type(name) => self.inherited(),
            meaning => meaning,
        }
    }

    /// A bare name that is called.
    pub(super) fn method(&self, name: &str) -> Meaning {
        if let Some(found) = self.member(name, |class| &class.methods) {
            return found;
        }
        let innermost_inherits = self.classes.last().is_some_and(|class| class.inherits);
        match self.imported.contains(name) || self.imports_all_members && !innermost_inherits {
            true => Meaning::Name,
            false => self.inherited(),
        }
    }

    /// A bare name as a class.
    pub(super) fn class(&self, name: &str) -> Meaning {
        let around = self.classes.iter().rev().find(|class| class.classes.contains(name));
        around.map_or(Meaning::Name, |class| Meaning::Nested(class.path.clone()))
    }

    fn member(&self, name: &str, members: Members<'t>) -> Option<Meaning> {
        let mut classes = self.classes.iter().enumerate().rev();
        let (at, member) = classes.find_map(|(at, class)| Some((at, *members(class).get(name)?)))?;
        let class = &self.classes[at];
        Some(match (member.is_static || class.is_static_here, at + 1 == self.classes.len()) {
            (true, _) => Meaning::Static(class.path.clone()),
            (false, true) => Meaning::Own,
            (false, false) => Meaning::Outer(class.path.clone()),
        })
    }

    /// What no class of the file declares is inherited by the innermost that inherits anything.
    fn inherited(&self) -> Meaning {
        let Some(innermost) = self.classes.last() else { return Meaning::Name };
        let class = self.classes.iter().rev().find(|class| class.inherits).unwrap_or(innermost);
        match (class.is_static_here, std::ptr::eq(class, innermost)) {
            (true, _) => Meaning::Static(class.path.clone()),
            (false, true) => Meaning::Own,
            (false, false) => Meaning::Outer(class.path.clone()),
        }
    }
}

/// `Capitalised`, by convention a class and no CONSTANT; a single capital is one.
pub(super) fn names_a_type(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(char::is_uppercase) && (name.chars().count() == 1 || letters.any(char::is_lowercase))
}
