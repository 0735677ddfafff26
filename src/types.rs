//! Types as linking knows them: a qualified name and its arguments, interned. Unknown is a value.
//!
//! Knows how types are written in model tables (`std::vec::Vec<T>`), and nothing of any language's own syntax.

use rustc_hash::FxHashMap;

use crate::interner::Interner;
use crate::source::FileId;

/// An interned qualified name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// Qualified names of a program.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    texts: Interner,
    members: FxHashMap<(Symbol, Symbol), Symbol>,
}

impl Symbols {
    /// The symbol for a text, made if it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        Symbol(self.texts.intern(text))
    }

    /// The symbol for a text, if there is one.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.texts.find(text).map(Symbol)
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.text(symbol.0)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The symbol of `owner` + separator + `member`.
    pub fn member(&mut self, owner: Symbol, member: Symbol, separator: &str) -> Symbol {
        if let Some(symbol) = self.members.get(&(owner, member)) {
            return *symbol;
        }
        let text = [self.text(owner), separator, self.text(member)].concat();
        let symbol = self.intern(&text);
        self.members.insert((owner, member), symbol);
        symbol
    }
}

/// An interned type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// A qualified name and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// The qualified name.
    pub name: Symbol,
    /// Type arguments.
    pub arguments: Box<[TypeId]>,
    /// The map that was written down whose entries are the members of the value: its file, and its number there.
    pub written: Option<(FileId, u32)>,
}

/// The types of a program.
#[derive(Clone, Debug, Default)]
pub struct Types {
    types: Vec<Type>,
    index: FxHashMap<Type, TypeId>,
}

impl Types {
    /// The type with this name and these arguments.
    pub fn intern(&mut self, name: Symbol, arguments: &[TypeId]) -> TypeId {
        self.intern_whole(Type { name, arguments: arguments.into(), written: None })
    }

    /// The number of a type.
    pub fn intern_whole(&mut self, wanted: Type) -> TypeId {
        if let Some(id) = self.index.get(&wanted) {
            return *id;
        }
        let id = TypeId(self.types.len() as u32);
        self.types.push(wanted.clone());
        self.index.insert(wanted, id);
        id
    }

    /// The type, wherever its maps were written down.
    pub fn unwritten(&mut self, id: TypeId) -> TypeId {
        let Type { name, arguments, written } = self.get(id).clone();
        let plain: Box<[TypeId]> = arguments.iter().map(|argument| self.unwritten(*argument)).collect();
        if written.is_none() && plain == arguments { id } else { self.intern(name, &plain) }
    }

    /// A type.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }
}

/// A type as model tables write it: `a.B<T, (U, c.D)>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeText<'t> {
    /// The name, or a placeholder; empty for a tuple.
    pub name: &'t str,
    /// Arguments, or the parts of a tuple.
    pub arguments: Vec<TypeText<'t>>,
}

impl<'t> TypeText<'t> {
    /// Reads a type. Anything that is not well-formed is read as far as it goes.
    pub fn parse(text: &'t str) -> TypeText<'t> {
        Reader { rest: text }.type_text()
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn type_text(&mut self) -> TypeText<'t> {
        self.rest = self.rest.trim_start().trim_start_matches('&').trim_start();
        let end = self.rest.find(['<', '(', ',', '>', ')']).unwrap_or(self.rest.len());
        let name = self.rest[..end].trim();
        self.rest = &self.rest[end..];
        let arguments = match self.rest.chars().next() {
            Some('<') => self.list('>'),
            Some('(') if name.is_empty() => self.list(')'),
            _ => Vec::new(),
        };
        TypeText { name, arguments }
    }

    fn list(&mut self, close: char) -> Vec<TypeText<'t>> {
        let mut items = Vec::new();
        self.rest = &self.rest[1..];
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.chars().next() {
                None => return items,
                Some(next) if next == close => {
                    self.rest = &self.rest[1..];
                    return items;
                }
                Some(',') => self.rest = &self.rest[1..],
                Some('>' | ')') => return items,
                Some(_) => items.push(self.type_text()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_model_tables_are_read() {
        let text = TypeText::parse("std::iter::Iterator<(usize, Vec<T>)>");
        assert_eq!(text.name, "std::iter::Iterator");
        assert_eq!(text.arguments[0].name, "");
        assert_eq!(text.arguments[0].arguments[1].arguments[0].name, "T");
    }

    #[test]
    fn broken_types_do_not_hang() {
        for text in ["", "<", "a<", "a<(", "a<)>", "a<b", ",", ">", "a<<<<>"] {
            TypeText::parse(text);
        }
    }
}
