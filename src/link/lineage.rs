//! Lineage: what a class inherits from, in the order in which members are looked for. It does not know the exact order that
//! languages give to bases that meet again further up: bases come by their distance.

use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::resolve::{Resolver, Validity, Value};
use crate::facts::{ClassId, OriginId};
use crate::program::ProgramFile;
use crate::source::FileId;
use crate::types::Symbol;

/// A class that has more bases than this, near and far, has no more.
const MOST_BASES: usize = 32;
/// What stands after a mixin is asked of this many of the classes that have it.
const MOST_MIXED: usize = 8;

type Lineage = SmallVec<[Symbol; 4]>;

impl Resolver<'_> {
    /// A class, then what it inherits from, nearest first.
    pub fn lineage(&mut self, files: &[ProgramFile], symbol: Symbol) -> Arc<[Symbol]> {
        if let Some(lineage) = self.lineages.get(&symbol) {
            return lineage.clone();
        }
        let (lineage, validity) = self.kept(|resolver| resolver.find_lineage(files, symbol));
        let lineage: Arc<[Symbol]> = lineage.unwrap_or_else(|| smallvec![symbol]).as_slice().into();
        if validity == Validity::Final {
            self.lineages.insert(symbol, lineage.clone());
        }
        lineage
    }

    fn find_lineage(&mut self, files: &[ProgramFile], symbol: Symbol) -> Lineage {
        let mut lineage: Lineage = smallvec![symbol];
        self.add_bases(files, &mut lineage);
        // A mixin is never there alone: what all classes that have it inherit from after it is what it builds on.
        for part in lineage.clone() {
            if let Some(base) = self.base_of_mixin(files, part)
                && !lineage.contains(&base)
            {
                lineage.push(base);
                self.add_bases(files, &mut lineage);
            }
        }
        lineage
    }

    /// Adds what the classes declare that they inherit from.
    fn add_bases(&mut self, files: &[ProgramFile], lineage: &mut Lineage) {
        let mut next = 0;
        while next < lineage.len() && lineage.len() < MOST_BASES {
            for (file, class) in self.parts_of_class(lineage[next]) {
                for base in files[file.0 as usize].facts.class(class).bases.clone() {
                    for base in self.classes_of(files, file, base) {
                        if !lineage.contains(&base) {
                            lineage.push(base);
                        }
                    }
                }
            }
            next += 1;
        }
    }

    /// The classes that a base may be.
    pub(super) fn classes_of(&mut self, files: &[ProgramFile], file: FileId, base: OriginId) -> Lineage {
        let values = self.infer(files, file, base).list;
        let class = |value: &Value| match value {
            Value::Item(base) => Some(*base),
            Value::Instance(id) => Some(self.types.get(*id).name),
            _ => None,
        };
        values.iter().filter_map(class).collect()
    }

    /// Notes what stands after each base that inherits from nothing.
    pub(super) fn note_mixins(&mut self, files: &[ProgramFile], file: FileId, bases: &[OriginId]) {
        let Some(last) = bases.len().checked_sub(1) else { return };
        for (at, base) in bases[..last].iter().enumerate() {
            let [mixin] = self.classes_of(files, file, *base)[..] else { continue };
            if !self.is_rootless(files, mixin) {
                continue;
            }
            let after = bases[at + 1..].iter().find_map(|next| {
                let [next] = self.classes_of(files, file, *next)[..] else { return None };
                // What nobody knows says nothing of what the mixin builds on.
                (self.is_class(next) && !self.is_rootless(files, next)).then_some(next)
            });
            let Some(after) = after else { continue };
            let noted = Arc::make_mut(&mut self.mixins).entry(mixin).or_default();
            if noted.len() < MOST_MIXED && !noted.contains(&after) {
                noted.push(after);
            }
        }
    }

    /// Is it a class of the program that inherits from nothing?
    fn is_rootless(&self, files: &[ProgramFile], symbol: Symbol) -> bool {
        let has_none = |(file, class): &(FileId, ClassId)| files[file.0 as usize].facts.class(*class).bases.is_empty();
        let parts = self.parts_of_class(symbol);
        !parts.is_empty() && parts.iter().all(has_none)
    }

    /// The nearest class that everything inherits from which stands after a mixin.
    fn base_of_mixin(&mut self, files: &[ProgramFile], mixin: Symbol) -> Option<Symbol> {
        let after = self.mixins.get(&mixin)?.clone();
        let (first, others) = after.split_first()?;
        let mut declared = |symbol| {
            let mut lineage: Lineage = smallvec![symbol];
            self.add_bases(files, &mut lineage);
            lineage
        };
        let mut common = declared(*first);
        for other in others {
            let other = declared(*other);
            common.retain(|base| other.contains(base));
        }
        common.first().copied()
    }
}
