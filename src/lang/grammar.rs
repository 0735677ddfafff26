//! Reading trees of tree-sitter quickly: kinds and fields as values of an enumeration, looked up by number.
//!
//! Knows no language: a language lists the names of its grammar.

use smallvec::SmallVec;
use tree_sitter::{Language, Node};

/// What the numbers of a grammar mean.
pub struct Numbers<T> {
    meanings: Vec<T>,
}

impl<T: Copy> Numbers<T> {
    /// The kinds of nodes. A name may have several numbers.
    pub fn of_kinds(language: &Language, names: &[(&str, T)], other: T) -> Numbers<T> {
        let meaning = |number: usize| {
            let number = number as u16;
            let is_named = language.node_kind_is_named(number);
            match language.node_kind_for_id(number).filter(|_| is_named) {
                Some(own) => names.iter().find(|(name, _)| *name == own).map_or(other, |(_, kind)| *kind),
                None => other,
            }
        };
        Numbers { meanings: (0..language.node_kind_count()).map(meaning).collect() }
    }

    /// The fields of nodes.
    pub fn of_fields(language: &Language, names: &[(&str, T)], other: T) -> Numbers<T> {
        let mut meanings = vec![other; language.field_count() + 1];
        for (name, field) in names {
            if let Some(number) = language.field_id_for_name(name) {
                meanings[number.get() as usize] = *field;
            }
        }
        Numbers { meanings }
    }

    /// The meaning of a number; errors have numbers of their own, and mean nothing.
    pub fn get(&self, number: u16) -> Option<T> {
        self.meanings.get(number as usize).copied()
    }
}

/// A child and the field that it stands in.
pub type Part<'t, F> = (Option<F>, Node<'t>);

/// The children of a node.
pub type Parts<'t, F> = SmallVec<[Part<'t, F>; 8]>;
